// Package template reads a folder of definitions written as YAML, and the records shipped beside them in its folder records.
package template

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"

	"gopkg.in/yaml.v3"

	"baton/internal/platform/definition"
)

// Read gives all definitions below a folder, in order of path. A file may hold several documents. Unknown top-level keys are refused.
func Read(files fs.FS, folder string) ([]*definition.Definition, error) {
	var paths []string
	err := fs.WalkDir(files, folder, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == recordsFolder {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() && strings.HasSuffix(p, ".yaml") {
			paths = append(paths, p)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("template %s: %w", folder, err)
	}
	sort.Strings(paths)
	var out []*definition.Definition
	seen := map[definition.Key]string{}
	for _, p := range paths {
		b, err := fs.ReadFile(files, p)
		if err != nil {
			return nil, err
		}
		dec := yaml.NewDecoder(bytes.NewReader(b))
		for {
			var doc map[string]any
			if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, fmt.Errorf("template %s: %w", p, err)
			}
			if doc == nil {
				continue // nothing between two ---
			}
			d, err := one(doc)
			if err != nil {
				return nil, fmt.Errorf("template %s: %w", p, err)
			}
			if first, twice := seen[d.Key()]; twice {
				return nil, fmt.Errorf("template %s: %s is already defined in %s; remove one", p, d.Key(), first)
			}
			seen[d.Key()] = p
			out = append(out, d)
		}
	}
	return out, nil
}

func one(doc map[string]any) (*definition.Definition, error) {
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	var d struct {
		Kind    string          `json:"kind"`
		Name    string          `json:"name"`
		Title   definition.Text `json:"title"`
		Aliases []string        `json:"aliases"`
		Spec    json.RawMessage `json:"spec"`
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return nil, err
	}
	return &definition.Definition{Kind: d.Kind, Name: d.Name, Title: d.Title, Aliases: d.Aliases, Spec: d.Spec}, nil
}
