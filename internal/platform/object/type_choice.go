package object

import (
	"strings"

	"baton/internal/platform/definition"
)

// Choice is one value of a list.
type Choice struct{ textual }

// Name of the type.
func (Choice) Name() string { return "choice" }

// Shape of the type.
func (Choice) Shape() Shape { return ChoiceShape }

// Parse finds the option meant (label, alias, case and width do not count). Off the list an open field keeps the text with a hint, a
// closed one refuses with the nearest option.
func (Choice) Parse(f *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	s, ok := scalarText(raw)
	if !ok {
		return nil, nil, wrongType("一个选项", raw)
	}
	v, err := cleanText(s, max(f.Max, 200))
	if v == nil || err != nil {
		return nil, nil, err
	}
	if o, ok := f.Option(v.(string)); ok {
		return o, nil, nil
	}
	near := definition.Suggest(v.(string), f.OptionNames())
	if f.Open {
		return v, &Hint{Raw: v.(string), Code: "off_list", Message: strings.TrimSpace("“" + v.(string) + "”不在选项里 " + near)}, nil
	}
	if near == "" {
		near = "可选：" + strings.Join(f.labels(), "、")
	}
	return nil, nil, &ValueError{Code: "off_list", Message: "“" + v.(string) + "”不在选项里", Hint: near}
}

// OptionNames lists all that an option may be called, for suggestions.
func (f *Field) OptionNames() []string {
	var out []string
	for _, o := range f.Options {
		for _, n := range append([]string{o.Label(), o.Value, o.EN}, o.Aliases...) {
			if n != "" {
				out = append(out, n)
			}
		}
	}
	return out
}

func (f *Field) labels() []string {
	out := make([]string, len(f.Options))
	for i, o := range f.Options {
		out[i] = o.Label()
	}
	return out
}

// Words is the option's Chinese label.
func (Choice) Words(f *Field, _ *Env, v any) string {
	if s, ok := v.(string); ok {
		return f.OptionLabel(s)
	}
	return Dash
}

// MultiChoice is several values of a list, kept as |a|b|.
type MultiChoice struct{ textual }

// Name of the type.
func (MultiChoice) Name() string { return "multi_choice" }

// Shape of the type.
func (MultiChoice) Shape() Shape { return SetShape }

// maxSet bounds a set: it is read and compared whole.
const maxSet = 500

// Parse takes a list, or text separated by 、 , ; or |.
func (MultiChoice) Parse(f *Field, e *Env, raw any) (any, *Hint, error) {
	var parts []any
	switch v := raw.(type) {
	case nil:
		return nil, nil, nil
	case []any:
		parts = v
	case []string:
		for _, s := range v {
			parts = append(parts, s)
		}
	default:
		s, ok := scalarText(raw)
		if !ok {
			return nil, nil, wrongType("若干选项", raw)
		}
		for _, p := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；|", r) }) {
			parts = append(parts, p)
		}
	}
	if len(parts) > maxSet {
		return nil, nil, &ValueError{Code: "too_many", Message: "超过 " + itoa(maxSet) + " 个值", Hint: "请减少"}
	}
	var hint *Hint
	var out []string
	for _, p := range parts {
		v, h, err := Choice{}.Parse(f, e, p)
		if err != nil {
			return nil, nil, err
		}
		if h != nil {
			hint = h
		}
		if s, ok := v.(string); ok {
			out = append(out, strings.ReplaceAll(s, "|", "/"))
		}
	}
	return JoinSet(out), hint, nil
}

// JoinSet gives the stored form of several values, nil for none; repeats are dropped.
func JoinSet(values []string) any {
	var b strings.Builder
	for _, v := range values {
		if v == "" || strings.Contains(b.String(), "|"+v+"|") {
			continue
		}
		if b.Len() == 0 {
			b.WriteByte('|')
		}
		b.WriteString(v)
		b.WriteByte('|')
	}
	if b.Len() == 0 {
		return nil
	}
	return b.String()
}

// SplitSet lists the values of a stored set.
func SplitSet(v any) []string {
	s, _ := v.(string)
	s = strings.Trim(s, "|")
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

// JSON is an array.
func (MultiChoice) JSON(_ *Field, _ *Env, v any) any {
	if v == nil {
		return []string{}
	}
	return SplitSet(v)
}

// Words joins the labels.
func (MultiChoice) Words(f *Field, _ *Env, v any) string {
	vs := SplitSet(v)
	if len(vs) == 0 {
		return Dash
	}
	for i := range vs {
		vs[i] = f.OptionLabel(vs[i])
	}
	return strings.Join(vs, "、")
}
