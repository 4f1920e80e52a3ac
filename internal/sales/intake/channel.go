// Package intake takes leads in: channels with their own keys, and the dedupe step that lets the same person arrive many times and stand
// once. Nouns: a channel is a way in; an arrival is one submission; a touch is the kept trace of an arrival; a dedupe key is a contact by
// which an arrival is known again. It knows nothing of tags, assignment or countdowns: those are later steps of the same write.
package intake

import (
	"fmt"
	"slices"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of channels.
const Kind = "channel"

// Spec is a channel as written.
type Spec struct {
	// Object that arrivals become, usually lead.
	Object string `json:"object"`
	// Source is set on arrivals that name none themselves.
	Source  string `json:"source"`
	Enabled bool   `json:"enabled"`
	// Assign and Countdown say whether assignment and countdowns run on arrivals.
	Assign    bool `json:"assign"`
	Countdown bool `json:"countdown"`
	// Shape is empty for leads as they are, "call" for calls that a telephone system reports: signed, with the caller's number, the agent
	// and the recording.
	Shape string `json:"shape,omitempty"`
	// Defaults fill fields that an arrival leaves empty.
	Defaults map[string]any `json:"defaults,omitempty"`
	// Map names the field for incoming keys that are neither a field's name, alias nor title.
	Map map[string]string `json:"map,omitempty"`
}

// Channel is a compiled channel. Immutable.
type Channel struct {
	Name   string
	Title  definition.Text
	Spec   Spec
	Object *object.Object
	source *object.Field // nil when the object has none
	fields map[string]*object.Field
	folded map[string]*object.Field
}

// NewKind is the definition kind of channels; objects compile before it.
func NewKind() definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "接入渠道", EN: "Intake channel"}, Schema: Spec{}, Compile: compile,
		Sentence: func(v any, _ *definition.Snapshot) string {
			c, ok := v.(*Channel)
			if !ok {
				return ""
			}
			return c.sentence()
		}}
}

func compile(d *definition.Definition, b *definition.Builder) any {
	c := &Channel{Name: d.Name, Title: d.Title, fields: map[string]*object.Field{}, folded: map[string]*object.Field{}}
	if !b.Decode(&c.Spec) {
		return nil
	}
	o, ok := object.Named(b, "/spec/object", c.Spec.Object)
	if !ok {
		return nil
	}
	c.Object = o
	if c.Spec.Shape != "" && c.Spec.Shape != Call {
		b.Problem("/spec/shape", "off_list", "没有“"+c.Spec.Shape+"”这种接入方式", definition.Suggest(c.Spec.Shape, []string{Call}))
	}
	for _, f := range o.Fields {
		if !Settable(f) {
			continue
		}
		c.fields[f.Name] = f
		for _, n := range append([]string{f.Name, f.Title.ZH, f.Title.EN}, f.Aliases...) {
			if k := object.Fold(n); k != "" && c.folded[k] == nil {
				c.folded[k] = f
			}
		}
	}
	if c.source = c.fields["source"]; c.source != nil && c.Spec.Source != "" && c.source.Type.Shape() == object.ChoiceShape && !c.source.Open {
		if _, listed := c.source.Option(c.Spec.Source); !listed {
			b.Problem("/spec/source", "off_list", "“"+c.Spec.Source+"”不在来源的选项里", definition.Suggest(c.Spec.Source, c.source.OptionValues()))
		}
	}
	for _, name := range sorted(c.Spec.Defaults) {
		if c.fields[name] == nil {
			b.Problem("/spec/defaults/"+name, "unknown_field", o.Title.ZH+"没有可填写的字段“"+name+"”", definition.Suggest(name, sorted(c.fields)))
		}
	}
	for _, in := range sorted(c.Spec.Map) {
		f := c.fields[c.Spec.Map[in]]
		if f == nil {
			b.Problem("/spec/map/"+in, "unknown_field", o.Title.ZH+"没有可填写的字段“"+c.Spec.Map[in]+"”", definition.Suggest(c.Spec.Map[in], sorted(c.fields)))
			continue
		}
		c.folded[object.Fold(in)] = f
		if _, isName := c.fields[in]; !isName {
			c.fields[in] = f
		}
	}
	return c
}

// Settable reports whether somebody outside may fill a field: not what the system or an engine keeps.
func Settable(f *object.Field) bool {
	return !f.System && !f.ReadOnly && f.TagDimension == ""
}

func (c *Channel) field(key string) *object.Field {
	if f := c.fields[key]; f != nil {
		return f
	}
	return c.folded[object.Fold(key)]
}

func (c *Channel) sentence() string {
	var b strings.Builder
	if c.Spec.Enabled {
		fmt.Fprintf(&b, "收到的%s来源记为“%s”", c.Object.Title.ZH, c.Spec.Source)
	} else {
		fmt.Fprintf(&b, "停用；启用后%s来源记为“%s”", c.Object.Title.ZH, c.Spec.Source)
	}
	if c.Spec.Shape == Call {
		b.WriteString("，按通话接入（验签；老客户来电记一次跟进）")
	}
	b.WriteString(map[bool]string{true: "，立即分配", false: "，不自动分配"}[c.Spec.Assign])
	b.WriteString(map[bool]string{true: "，开始跟进倒计时", false: "，不开始倒计时"}[c.Spec.Countdown])
	return b.String()
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
