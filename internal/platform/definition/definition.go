// Package definition keeps what the company decided: typed definitions, checked together, published together as one revision, and served
// to everybody as one immutable snapshot. It knows nothing of any kind's meaning: kinds are registered by app.
package definition

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"sort"
	"strings"

	"baton/internal/platform/problem"
)

// Text is a title in the catalogue languages, Chinese first.
type Text struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en,omitempty"`
}

// Key names a definition.
type Key struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

func (k Key) String() string { return k.Kind + "/" + k.Name }

// Definition is one decision of the company as written: its spec is read by its kind.
type Definition struct {
	Kind    string          `json:"kind"`
	Name    string          `json:"name"`
	Title   Text            `json:"title"`
	Aliases []string        `json:"aliases,omitempty"`
	Spec    json.RawMessage `json:"spec"`
	// Revision is the one that brought this version; 0 for a draft.
	Revision int64 `json:"revision,omitempty"`
	// Removed drafts take the definition away at publish; its data stays.
	Removed bool `json:"removed,omitempty"`
}

// Key of the definition.
func (d *Definition) Key() Key { return Key{d.Kind, d.Name} }

// Kind is one sort of definition. Compile turns a definition into what its engine runs by; it reports what is wrong through b and may
// return nil then. Kinds compile in the order they were registered in, so that a policy finds the objects it names.
type Kind struct {
	Name    string
	Title   Text
	Compile func(d *Definition, b *Builder) any
	// Sentence reads a compiled definition back in Chinese; nil when the kind has none.
	Sentence func(compiled any, s *Snapshot) string
	// Schema is a zero value of the spec struct, from which JSON Schema and documentation are made.
	Schema any
}

// Snapshot is one published state of all definitions. Immutable; kept by whoever needs one answer throughout a piece of work.
type Snapshot struct {
	Revision int64
	defs     map[Key]*Definition
	compiled map[Key]any
	aliases  map[Key]string
	byKind   map[string][]string
}

// Definition gives a definition as written; ok is false when there is none of that name or alias.
func (s *Snapshot) Definition(kind, name string) (d *Definition, ok bool) {
	if d, ok = s.defs[Key{kind, name}]; ok {
		return d, true
	}
	if to, yes := s.aliases[Key{kind, name}]; yes {
		d, ok = s.defs[Key{kind, to}]
	}
	return d, ok
}

// Names lists the definitions of a kind in order of name.
func (s *Snapshot) Names(kind string) []string { return s.byKind[kind] }

// Get gives the compiled form of a definition.
func Get[T any](s *Snapshot, kind, name string) (T, bool) {
	v, ok := s.compiled[Key{kind, name}].(T)
	if !ok {
		if to, yes := s.aliases[Key{kind, name}]; yes {
			v, ok = s.compiled[Key{kind, to}].(T)
		}
	}
	return v, ok
}

// All gives the compiled forms of a kind in order of name.
func All[T any](s *Snapshot, kind string) []T {
	var out []T
	for _, n := range s.byKind[kind] {
		if v, ok := s.compiled[Key{kind, n}].(T); ok {
			out = append(out, v)
		}
	}
	return out
}

// Builder is what a kind sees while a set of definitions is checked and compiled.
type Builder struct {
	*Snapshot // the set under construction; kinds registered earlier are complete
	cur       *Definition
	Problems  []problem.Item
}

// Problem reports a wrong place in the definition under compilation. pointer is a JSON pointer into the definition.
func (b *Builder) Problem(pointer, code, message, hint string) {
	b.Problems = append(b.Problems, problem.Item{Kind: b.cur.Kind, Name: b.cur.Name, Pointer: pointer, Code: code, Message: message, Hint: hint})
}

// Fresh tells whether the definition is being written now. What was published before meets only the rules of its time, so that a newer program
// still serves it.
func (b *Builder) Fresh() bool { return b.cur.Revision == 0 }

// Decode reads the spec strictly: an unknown or mistyped key is reported with its place and the nearest known name.
func (b *Builder) Decode(into any) bool {
	dec := json.NewDecoder(bytes.NewReader(b.cur.Spec))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		if _, e := dec.Token(); e != io.EOF {
			err = fmt.Errorf("more than one JSON value")
		}
	}
	if err == nil {
		return true
	}
	var te *json.UnmarshalTypeError
	switch {
	case asType(err, &te):
		b.Problem("/spec"+placeAt(b.cur.Spec, te.Offset), "wrong_type", "这里需要"+problem.TypeWord(te.Type)+"，写的是"+problem.ValueWord(te.Value), "")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name := strings.Trim(strings.TrimPrefix(err.Error(), "json: unknown field "), `"`)
		at, known := locate(b.cur.Spec, into, name)
		b.Problem("/spec"+at, "unknown_field", "没有“"+name+"”这一项", Suggest(name, known))
	default:
		b.Problem("/spec", "unreadable", problem.Misread(b.cur.Spec, err), "请检查引号、逗号和括号")
	}
	return false
}

var nameRule = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// Build checks and compiles a whole set. Problems are complete: every definition is looked at even when others fail.
func Build(kinds []Kind, defs []*Definition, revision int64) (*Snapshot, []problem.Item) {
	s := &Snapshot{Revision: revision, defs: map[Key]*Definition{}, compiled: map[Key]any{}, aliases: map[Key]string{}, byKind: map[string][]string{}}
	b := &Builder{Snapshot: s}
	known := map[string]bool{}
	var kindNames []string
	for _, k := range kinds {
		known[k.Name] = true
		kindNames = append(kindNames, k.Name)
	}
	for _, d := range defs {
		b.cur = d
		if !known[d.Kind] {
			b.Problem("/kind", "unknown_kind", "没有“"+d.Kind+"”这种定义", Suggest(d.Kind, kindNames))
			continue
		}
		if !nameRule.MatchString(d.Name) {
			b.Problem("/name", "bad_name", "名称只能用小写字母、数字和下划线，以字母开头，不超过 63 个字符", "")
			continue
		}
		s.defs[d.Key()] = d
		s.byKind[d.Kind] = append(s.byKind[d.Kind], d.Name)
		for _, a := range d.Aliases {
			s.aliases[Key{d.Kind, a}] = d.Name
		}
	}
	for _, names := range s.byKind {
		sort.Strings(names)
	}
	for _, k := range kinds {
		for _, n := range s.byKind[k.Name] {
			key := Key{k.Name, n}
			b.cur = s.defs[key]
			if strings.TrimSpace(b.cur.Title.ZH) == "" {
				b.Problem("/title/zh-CN", "no_title", "缺少中文名称", "")
			}
			if v := k.Compile(b.cur, b); v != nil {
				s.compiled[key] = v
			}
		}
	}
	return s, b.Problems
}

// Definitions lists all definitions as written, in order of kind and name.
func (s *Snapshot) Definitions() []*Definition {
	out := make([]*Definition, 0, len(s.defs))
	for _, d := range s.defs {
		out = append(out, d)
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Kind != out[j].Kind {
			return out[i].Kind < out[j].Kind
		}
		return out[i].Name < out[j].Name
	})
	return out
}
