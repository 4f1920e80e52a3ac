package definition

import (
	"bytes"
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

// placeAt gives the JSON pointer of the value that ends, or opens, at an offset of a valid JSON text.
func placeAt(text json.RawMessage, offset int64) string {
	dec := json.NewDecoder(bytes.NewReader(text))
	type level struct {
		key    string
		index  int // of an array; -1 in an object
		hasKey bool
	}
	var path []level
	pointer := func() string {
		var b strings.Builder
		for _, l := range path {
			if l.index >= 0 {
				b.WriteString("/" + strconv.Itoa(l.index))
			} else {
				b.WriteString("/" + step(l.key))
			}
		}
		return b.String()
	}
	// next goes on behind a finished value.
	next := func() {
		if n := len(path); n > 0 {
			if path[n-1].hasKey = false; path[n-1].index >= 0 {
				path[n-1].index++
			}
		}
	}
	for {
		t, err := dec.Token()
		if err != nil {
			return pointer()
		}
		if n := len(path); n > 0 && path[n-1].index < 0 && !path[n-1].hasKey {
			if key, ok := t.(string); ok {
				path[n-1].key, path[n-1].hasKey = key, true
				continue
			}
		}
		d, isDelim := t.(json.Delim)
		if !isDelim || d == '{' || d == '[' {
			if dec.InputOffset() >= offset {
				return pointer()
			}
		}
		switch {
		case !isDelim:
			next()
		case d == '{':
			path = append(path, level{index: -1})
		case d == '[':
			path = append(path, level{})
		default:
			path = path[:len(path)-1]
			next()
		}
	}
}

func step(key string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(key) }
