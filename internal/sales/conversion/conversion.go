// Package conversion turns a record into the records it grows into, a lead into customer, contact and opportunity, by one write that can be
// taken back while nothing stands on it. What is made of what is a definition.
package conversion

import (
	"fmt"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of conversions.
const Kind = "conversion"

// Spec is a conversion as written. The record keeps links to what was made of it, when and by whom.
type Spec struct {
	Object    string `json:"object"`
	Converted string `json:"converted,omitempty"` // boolean
	At        string `json:"at,omitempty"`        // datetime
	By        string `json:"by,omitempty"`        // person
	Makes     []Make `json:"makes"`
}

// Make is one record that is made, in this order.
type Make struct {
	Link string `json:"link"` // the converted record's relation to it
	// Values by field: a field of the converted record, or a text with {field} in it.
	Values map[string]string `json:"values,omitempty"`
	// Links by field: the Link of what was made before.
	Links map[string]string `json:"links,omitempty"`
	// Back is the relation back to the converted record.
	Back string `json:"back,omitempty"`
	// Ask are further fields that the dialog offers.
	Ask []string `json:"ask,omitempty"`
	// Attach lets a standing record be taken instead: those that are the same company are offered.
	Attach bool `json:"attach,omitempty"`
	// Optional may be left out.
	Optional bool `json:"optional,omitempty"`
}

// Conversion is a compiled conversion. Immutable.
type Conversion struct {
	Name   string
	Title  definition.Text
	Spec   Spec
	Object *object.Object
	Makes  []*Made
}

// Made is one part of a compiled conversion.
type Made struct {
	Make
	Object *object.Object
}

// Of finds the conversion of an object, nil for none.
func Of(s *definition.Snapshot, objectName string) *Conversion {
	for _, c := range definition.All[*Conversion](s, Kind) {
		if c.Object.Name == objectName {
			return c
		}
	}
	return nil
}

// done is the relation that tells of a conversion: the last one made, which is never optional.
func (c *Conversion) done() string { return c.Makes[len(c.Makes)-1].Link }

// NewKind is the definition kind of conversions.
func NewKind() definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "转化", EN: "Conversion"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		if c := compile(d, b); c != nil {
			return c
		}
		return nil
	}}
}

func compile(d *definition.Definition, b *definition.Builder) *Conversion {
	c := &Conversion{Name: d.Name, Title: d.Title}
	if !b.Decode(&c.Spec) {
		return nil
	}
	before := len(b.Problems)
	o, ok := object.Named(b, "/spec/object", c.Spec.Object)
	if !ok {
		return nil
	}
	c.Object = o
	field := func(of *object.Object, name, at, want string) *object.Field {
		f, ok := of.Field(name)
		if !ok {
			b.Problem(at, "unknown_field", of.Title.ZH+"没有字段“"+name+"”", definition.Suggest(name, of.Names()))
			return nil
		}
		if want != "" && f.Type.Name() != want {
			b.Problem(at, "wrong_type", "“"+f.Title.ZH+"”不是这里要的字段类型", "选一个 "+want+" 字段")
		}
		return f
	}
	for _, x := range [][3]string{{c.Spec.Converted, "converted", "boolean"}, {c.Spec.At, "at", "datetime"}, {c.Spec.By, "by", "person"}} {
		if x[0] != "" {
			field(o, x[0], "/spec/"+x[1], x[2])
		}
	}
	if len(c.Spec.Makes) == 0 {
		b.Problem("/spec/makes", "missing", "至少要转化出一条记录", "")
		return nil
	}
	made := map[string]*object.Object{}
	for i, m := range c.Spec.Makes {
		at := fmt.Sprintf("/spec/makes/%d", i)
		link := field(o, m.Link, at+"/link", "relation")
		if link == nil {
			continue
		}
		t, ok := object.Of(b.Snapshot, link.TargetOf())
		if !ok {
			continue
		}
		if made[m.Link] != nil {
			b.Problem(at+"/link", "duplicate", "“"+link.Title.ZH+"”写了两次", "")
		}
		for name, from := range m.Values {
			field(t, name, at+"/values/"+name, "")
			for _, source := range sources(from) {
				field(o, source, at+"/values/"+name, "")
			}
		}
		for name, of := range m.Links {
			if f := field(t, name, at+"/links/"+name, "relation"); f != nil && (made[of] == nil || made[of].Name != f.TargetOf()) {
				b.Problem(at+"/links/"+name, "unknown_link", "“"+of+"”不是先转化出的"+f.Title.ZH, "")
			}
		}
		if m.Back != "" {
			if f := field(t, m.Back, at+"/back", "relation"); f != nil && f.TargetOf() != o.Name {
				b.Problem(at+"/back", "not_a_relation", "“"+f.Title.ZH+"”不指向"+o.Title.ZH, "")
			}
		}
		for k, name := range m.Ask {
			if f := field(t, name, fmt.Sprintf("%s/ask/%d", at, k), ""); f != nil && f.ReadOnly {
				b.Problem(fmt.Sprintf("%s/ask/%d", at, k), "readonly", "“"+f.Title.ZH+"”由系统填写", "")
			}
		}
		for _, other := range c.Makes {
			if other.Object == t {
				b.Problem(at+"/link", "duplicate", "一次转化只能新建一条"+t.Title.ZH, "")
			}
		}
		made[m.Link] = t
		c.Makes = append(c.Makes, &Made{Make: m, Object: t})
	}
	if last := c.Spec.Makes[len(c.Spec.Makes)-1]; last.Optional || last.Attach {
		b.Problem("/spec/makes", "last_optional", "最后一条必须新建，它标记转化已完成", "")
	}
	if len(b.Problems) > before {
		return nil
	}
	return c
}

// sources lists the fields that a value is made of.
func sources(from string) []string {
	if !strings.Contains(from, "{") {
		return []string{from}
	}
	var out []string
	for part := range strings.SplitSeq(from, "{") {
		if name, _, ok := strings.Cut(part, "}"); ok {
			out = append(out, name)
		}
	}
	return out
}

// proposed are the values that the record gives to what is made, as JSON has them; empty ones are left out.
func (m *Made) proposed(env *object.Env, row *object.Row) map[string]any {
	out := map[string]any{}
	for name, from := range m.Values {
		if !strings.Contains(from, "{") {
			if f, ok := row.Object.Field(from); ok && row.V[f.Index] != nil {
				out[name] = f.Type.JSON(f, env, row.V[f.Index])
			}
			continue
		}
		text := from
		for _, source := range sources(from) {
			words := ""
			if f, ok := row.Object.Field(source); ok && row.V[f.Index] != nil {
				words = f.Type.Words(f, env, row.V[f.Index])
			}
			text = strings.ReplaceAll(text, "{"+source+"}", words)
		}
		if text = strings.TrimSpace(text); text != "" {
			out[name] = text
		}
	}
	return out
}

// offers tells whether the conversion lets a field be filled in.
func (m *Made) offers(name string) bool {
	if _, ok := m.Values[name]; ok {
		return true
	}
	for _, n := range m.Ask {
		if n == name {
			return true
		}
	}
	return false
}
