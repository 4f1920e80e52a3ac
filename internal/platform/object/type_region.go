package object

import (
	"strings"

	"baton/internal/platform/region"
)

// Region is a place in the tree of countries, provinces, cities and districts, kept as its path code; text off the tree is kept behind a ~.
type Region struct{ textual }

// Name of the type.
func (Region) Name() string { return "region" }

// Shape of the type.
func (Region) Shape() Shape { return TreeShape }

// offTree marks text that names no known place.
const offTree = "~"

// Parse finds the place; off the tree the text stays, with a hint.
func (Region) Parse(f *Field, e *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	s, ok := scalarText(raw)
	if !ok {
		return nil, nil, wrongType("地区", raw)
	}
	v, err := cleanText(s, max(f.Max, 200))
	if v == nil || err != nil {
		return nil, nil, err
	}
	text := strings.TrimPrefix(v.(string), offTree)
	code, found, hint := e.Regions.Find(text)
	if found {
		return string(code), nil, nil
	}
	if hint == "" {
		hint = "“" + text + "”不在地区表里"
	}
	if !f.KeepUnread {
		return nil, nil, &ValueError{Code: "unknown_region", Message: "“" + text + "”不在地区表里", Hint: hint}
	}
	return offTree + text, &Hint{Raw: text, Code: "off_tree", Message: hint}, nil
}

func regionName(e *Env, v any) string {
	s, ok := v.(string)
	if !ok {
		return ""
	}
	if t, off := strings.CutPrefix(s, offTree); off {
		return t
	}
	if n := e.Regions.Name(region.Code(s)); n != "" {
		return n
	}
	return s
}

// JSON is the place's name.
func (Region) JSON(_ *Field, e *Env, v any) any {
	if n := regionName(e, v); n != "" {
		return n
	}
	return nil
}

// Words is the place's name.
func (Region) Words(_ *Field, e *Env, v any) string {
	if n := regionName(e, v); n != "" {
		return n
	}
	return Dash
}
