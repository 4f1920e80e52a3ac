// Package arch holds the direction of the imports: one table, and the check of source files against it. Its test walks the whole
// module. Nobody imports it.
package arch

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	pathpkg "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// module is the name in go.mod; only imports under it have a direction.
const module = "baton"

// platform lists internal/platform from the ground up. A package may import those of the lines below its own (here: above), none of
// its own line unless lateral says so, and nothing outside the platform. Sub-packages count with their parent.
var platform = [][]string{
	{"calendar", "clock", "pinyin", "problem", "reader", "region", "table"}, // leaves: for everybody
	{"actor", "store"},
	{"job", "web"},
	{"definition"},
	{"formula"},
	{"condition", "object", "timer"},
	{"access", "ledger", "rule"},
	{"record"},
	{"bulk", "export", "file", "query", "rollup", "schema", "search", "view"},
	{"identity"},
	{"approval", "ask", "automation", "board", "connector", "notify", "template"},
	{"live"},
}

// lateral are the imports allowed inside one line of platform, each with its reason.
var lateral = map[[2]string]string{
	{"condition", "object"}: "a condition is checked against the fields of an object",
	{"pinyin", "reader"}:    "both fold full-width text alike",
	{"table", "reader"}:     "a table file's cells are read by reader",
	{"reader", "region"}:    "reading a region needs the tree",
	{"job", "web"}:          "its routes are served by the frame",
}

// areas are the parts of the module outside the platform and the parts each may import, besides itself. A part whose name ends
// with "/*" is one area per folder: its folders do not import each other.
var areas = []struct {
	name string
	may  []string
}{
	{"cmd/*", []string{"internal/app"}},
	{"internal/app", []string{"internal/platform", "internal/sales/*", "internal/connectors/*", "templates"}},
	{"internal/sales/*", []string{"internal/platform"}},
	{"internal/connectors/*", []string{"internal/platform"}},
	{"internal/platform", nil},
	{"internal/tool/*", nil},
	{"internal/arch", nil},
	{"scenario", nil}, // the binary is tested from outside
	{"templates", nil},
}

// testkits serve tests and are not part of the program: tests, other test kits and those named here may import them; they may import
// the platform and the templates.
var testkits = map[string][]string{
	"internal/platform/store/storetest": {"internal/tool/pgtest", "scenario"},
	"internal/platform/kerneltest":      nil,
	"internal/sales/salestest":          nil,
}

// Check reads the imports of every Go file under root and returns one line for each that goes the wrong way or stands in a folder
// unknown to the table. Folders with their own go.mod, node_modules and hidden folders are left out.
func Check(root string) ([]string, error) {
	var wrong []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains([]string{"node_modules", "testdata", "data", "bin"}, d.Name()) || ownModule(path)) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := pathpkg.Dir(rel)
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			to, ours := strings.CutPrefix(name, module+"/")
			if !ours {
				continue
			}
			if reason := refuse(from, to, strings.HasSuffix(rel, "_test.go")); reason != "" {
				wrong = append(wrong, fmt.Sprintf("%s:%d: imports %s: %s", rel, files.Position(spec.Pos()).Line, name, reason))
			}
		}
		if _, _, ok := area(from); !ok {
			wrong = append(wrong, fmt.Sprintf("%s: folder %s is not in the table of internal/arch; give it a place there", rel, from))
		}
		return nil
	})
	return wrong, err
}

func ownModule(dir string) bool {
	m, err := filepath.Glob(filepath.Join(dir, "go.mod"))
	return err == nil && len(m) > 0
}

// refuse returns why package from may not import package to, or "".
func refuse(from, to string, test bool) string {
	if kit, ok := testkit(to); ok {
		if _, alsoKit := testkit(from); test || alsoKit || slices.ContainsFunc(testkits[kit], func(p string) bool { return under(from, p) }) {
			return ""
		}
		return kit + " is for tests only"
	}
	if kit, ok := testkit(from); ok {
		if under(to, "internal/platform") || under(to, "templates") || under(from, "internal/sales") && under(to, "internal/sales") {
			return ""
		}
		return kit + " may import only the platform and the templates"
	}
	fromArea, own, ok := area(from)
	if !ok {
		return "" // reported once for the file
	}
	toArea, _, ok := area(to)
	switch {
	case test && under(from, "internal/sales") && under(to, "internal/sales"):
		return "" // engines meet in tests as they meet in app
	case !ok:
		return fmt.Sprintf("folder %s is not in the table of internal/arch; give it a place there", to)
	case toArea != fromArea:
		if slices.Contains(areas[own].may, areas[index(toArea)].name) {
			return ""
		}
		return fmt.Sprintf("%s may import %s", areas[own].name, list(areas[own].may))
	case fromArea == "internal/platform" && !test: // tests may look at any neighbour; Go itself refuses cycles
		return refuseInside(from, to)
	}
	return ""
}

// refuseInside is refuse between two packages of the platform.
func refuseInside(from, to string) string {
	a, b := kernel(from), kernel(to)
	if a == b {
		return ""
	}
	lineOf := func(name string) int {
		return slices.IndexFunc(platform, func(line []string) bool { return slices.Contains(line, name) })
	}
	la, lb := lineOf(a), lineOf(b)
	switch {
	case la < 0:
		return fmt.Sprintf("platform package %s has no line in the table of internal/arch; give it one", a)
	case lb < 0:
		return fmt.Sprintf("platform package %s has no line in the table of internal/arch; give it one", b)
	case lb < la, lateral[[2]string{a, b}] != "":
		return ""
	case lb == la:
		return fmt.Sprintf("%s and %s stand on one line of the platform; declare an interface in %s and let app join them", a, b, a)
	}
	return fmt.Sprintf("%s stands below %s in the platform", a, b)
}

// area finds the area of a package folder: its own name (the folder itself for "/*") and its place in areas.
func area(pkg string) (name string, at int, ok bool) {
	for i, a := range areas {
		parent, each := strings.CutSuffix(a.name, "/*")
		switch {
		case !each && under(pkg, parent):
			return parent, i, true
		case each && under(pkg, parent) && pkg != parent:
			folder, _, _ := strings.Cut(strings.TrimPrefix(pkg, parent+"/"), "/")
			return parent + "/" + folder, i, true
		}
	}
	return "", -1, false
}

func index(areaName string) int {
	_, i, _ := area(areaName)
	return i
}

// testkit returns the test kit that pkg belongs to.
func testkit(pkg string) (kit string, ok bool) {
	for kit := range testkits {
		if under(pkg, kit) {
			return kit, true
		}
	}
	return "", false
}

// kernel is the name of the platform package that pkg is or belongs to.
func kernel(pkg string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(pkg, "internal/platform/"), "/")
	return name
}

func under(pkg, parent string) bool { return pkg == parent || strings.HasPrefix(pkg, parent+"/") }

func list(may []string) string {
	if len(may) == 0 {
		return "nothing of the module outside itself"
	}
	return "only " + strings.Join(may, ", ")
}
