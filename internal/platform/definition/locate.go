package definition

import (
	"encoding/json"
	"reflect"
	"sort"
	"strconv"
	"strings"
)

// locate finds where in a spec the unknown key stands, as a JSON pointer, with the keys that are known there. A key that cannot be placed
// (inside a type that reads itself) is given at the top.
func locate(spec json.RawMessage, into any, key string) (at string, known []string) {
	var v any
	if json.Unmarshal(spec, &v) == nil {
		if at, known, ok := find(v, reflect.TypeOf(into), key, ""); ok {
			return at, known
		}
	}
	fields := jsonFields(reflect.TypeOf(into))
	for n := range fields {
		known = append(known, n)
	}
	sort.Strings(known)
	return "/" + step(key), known
}

var readsItself = reflect.TypeFor[json.Unmarshaler]()

func find(v any, t reflect.Type, key, at string) (string, []string, bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Implements(readsItself) || reflect.PointerTo(t).Implements(readsItself) {
		return "", nil, false
	}
	switch x := v.(type) {
	case map[string]any:
		fields := jsonFields(t)
		if t.Kind() != reflect.Struct && t.Kind() != reflect.Map {
			return "", nil, false
		}
		var names []string
		for n := range x {
			names = append(names, n)
		}
		sort.Strings(names)
		for _, n := range names {
			next, ok := fields[strings.ToLower(n)]
			if t.Kind() == reflect.Map {
				next, ok = t.Elem(), true
			}
			if !ok {
				if n != key {
					continue
				}
				var known []string
				for k := range fields {
					known = append(known, k)
				}
				sort.Strings(known)
				return at + "/" + step(n), known, true
			}
			if p, known, found := find(x[n], next, key, at+"/"+step(n)); found {
				return p, known, true
			}
		}
	case []any:
		if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
			return "", nil, false
		}
		for i, e := range x {
			if p, known, found := find(e, t.Elem(), key, at+"/"+strconv.Itoa(i)); found {
				return p, known, true
			}
		}
	}
	return "", nil, false
}

// jsonFields lists the JSON keys of a struct with their types, those of embedded structs included.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	out := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return out
	}
	for f := range t.Fields() {
		n, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case n == "-" || !f.IsExported() && !f.Anonymous:
		case n == "" && f.Anonymous:
			for k, v := range jsonFields(f.Type) {
				out[k] = v
			}
		case n == "":
			out[strings.ToLower(f.Name)] = f.Type
		default:
			out[strings.ToLower(n)] = f.Type
		}
	}
	return out
}

func step(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }
