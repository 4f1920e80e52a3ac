package app

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/region"
)

var update = flag.Bool("update", false, "write docs/definitions.md anew")

const definitionsDoc = "../../docs/definitions.md"

// TestDefinitionsAreDocumented: docs/definitions.md says of every kind what its struct says; `make docs` writes it.
func TestDefinitionsAreDocumented(t *testing.T) {
	t.Parallel()
	env := &object.Env{Zone: time.UTC, Regions: region.Load()}
	got := documented(t, kinds(env))
	if *update {
		require.NoError(t, os.WriteFile(definitionsDoc, got, 0o644))
	}
	want, err := os.ReadFile(definitionsDoc)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run `make docs`")
}

// documenter writes tables of the structs that definitions consist of, with their comments in the source.
type documenter struct {
	t        *testing.T
	out      bytes.Buffer
	comments map[string]map[string]string // package path → "Type" or "Type.Field" → comment
}

func documented(t *testing.T, kinds []definition.Kind) []byte {
	d := &documenter{t: t, comments: map[string]map[string]string{}}
	d.out.WriteString("# Definitions\n\nWhat a company decides is written as definitions: `kind`, `name` (snake_case), `title` (`zh-CN`, `en`) and `spec`. They are drafted with\n`PUT /api/v1/definitions/{kind}/{name}`, checked as a whole, and published with `POST /api/v1/revisions`. This page is made from the kinds' structs by\n`make docs`.\n")
	fmt.Fprintf(&d.out, "\nField types: %s.\n", "`"+strings.Join(object.TypeNames(), "` · `")+"`")
	for _, k := range kinds {
		typ := reflect.TypeOf(k.Schema)
		fmt.Fprintf(&d.out, "\n## `%s` · %s · %s\n", k.Name, k.Title.ZH, k.Title.EN)
		d.tables(typ)
	}
	return d.out.Bytes()
}

// tables writes a struct's fields and, below, the structs that these consist of.
func (d *documenter) tables(root reflect.Type) {
	seen, queue := map[reflect.Type]bool{root: true}, []reflect.Type{root}
	for len(queue) > 0 {
		typ := queue[0]
		queue = queue[1:]
		if typ != root {
			fmt.Fprintf(&d.out, "\n### %s\n", typ.Name())
		}
		if c := d.comment(typ, ""); c != "" {
			fmt.Fprintf(&d.out, "\n%s\n", c)
		}
		d.out.WriteString("\n| field | holds | |\n| --- | --- | --- |\n")
		for _, f := range members(typ) {
			tag, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
			if tag == "-" || !f.IsExported() {
				continue
			}
			if tag == "" {
				tag = f.Name
			}
			holds, inner := d.holds(f.Type)
			if !strings.Contains(opts, "omit") {
				holds += ", required"
			}
			fmt.Fprintf(&d.out, "| `%s` | %s | %s |\n", tag, holds, strings.ReplaceAll(d.comment(typ, f.Name), "|", `\|`))
			if inner != nil && !seen[inner] {
				seen[inner] = true
				queue = append(queue, inner)
			}
		}
	}
}

// members lists a struct's fields, those of embedded structs in their place.
func members(typ reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for i := range typ.NumField() {
		if f := typ.Field(i); f.Anonymous && f.Tag.Get("json") == "" && f.Type.Kind() == reflect.Struct {
			out = append(out, members(f.Type)...)
		} else {
			out = append(out, f)
		}
	}
	return out
}

// holds says in words what a type holds, and names the struct in it that wants a table of its own.
func (d *documenter) holds(typ reflect.Type) (string, reflect.Type) {
	switch typ {
	case reflect.TypeFor[condition.Node]():
		return "condition", nil
	case reflect.TypeFor[definition.Text]():
		return "title (`zh-CN`, `en`)", nil
	}
	switch typ.Kind() {
	case reflect.Pointer:
		return d.holds(typ.Elem())
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 {
			return "any JSON", nil
		}
		of, inner := d.holds(typ.Elem())
		return "list of " + of, inner
	case reflect.Map:
		of, inner := d.holds(typ.Elem())
		return "map of " + of, inner
	case reflect.Struct:
		return typ.Name(), typ
	case reflect.Interface:
		return "any value", nil
	case reflect.String:
		return "text", nil
	case reflect.Bool:
		return "yes or no", nil
	case reflect.Float64, reflect.Float32:
		return "number", nil
	default:
		return "integer", nil
	}
}

// comment is what the source says of a type or of a field of it, in one line.
func (d *documenter) comment(typ reflect.Type, field string) string {
	of, ok := d.comments[typ.PkgPath()]
	if !ok {
		of = commentsOf(d.t, filepath.Join("../..", strings.TrimPrefix(typ.PkgPath(), "baton/")))
		d.comments[typ.PkgPath()] = of
	}
	if field != "" {
		field = "." + field
	}
	return of[typ.Name()+field]
}

func commentsOf(t *testing.T, folder string) map[string]string {
	out := map[string]string{}
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	require.NoError(t, err)
	for _, path := range files {
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range f.Decls {
			g, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range g.Specs {
				ts, ok := spec.(*ast.TypeSpec)
				if !ok {
					continue
				}
				out[ts.Name.Name] = oneLine(g.Doc)
				if st, ok := ts.Type.(*ast.StructType); ok {
					for _, field := range st.Fields.List {
						for _, n := range field.Names {
							out[ts.Name.Name+"."+n.Name] = strings.TrimSpace(oneLine(field.Doc) + " " + oneLine(field.Comment))
						}
					}
				}
			}
		}
	}
	return out
}

func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }
