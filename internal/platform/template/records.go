package template

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"gopkg.in/yaml.v3"
)

// recordsFolder is where a template keeps the records it ships beside its definitions.
const recordsFolder = "records"

// Sample is a record that a template ships. ID is the same in every workspace, so that it is never written twice.
type Sample struct {
	Object, ID string
	Values     map[string]any
}

// Records gives the records a template ships, in the order of its files; none is no error.
func Records(files fs.FS, folder string) ([]Sample, error) {
	paths, err := fs.Glob(files, path.Join(folder, recordsFolder, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var out []Sample
	for _, p := range paths {
		b, err := fs.ReadFile(files, p)
		if err != nil {
			return nil, err
		}
		var doc struct {
			Object  string           `yaml:"object"`
			Records []map[string]any `yaml:"records"`
		}
		dec := yaml.NewDecoder(bytes.NewReader(b))
		dec.KnownFields(true)
		if err := dec.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("template %s: %w", p, err)
		}
		if doc.Object == "" {
			return nil, fmt.Errorf("template %s: say which object these are records of", p)
		}
		seen := map[string]bool{}
		for i, values := range doc.Records {
			id, ok := values["id"].(string)
			if !ok || id == "" || seen[id] {
				return nil, fmt.Errorf("template %s: record %d needs an id of its own", p, i+1)
			}
			seen[id] = true
			delete(values, "id")
			out = append(out, Sample{Object: doc.Object, ID: id, Values: values})
		}
	}
	return out, nil
}
