package arch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	wrong, err := Check(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrong {
		t.Error(w)
	}
}

func TestCheckNamesTheFileAndTheImport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, imports, want string }{
		{"cmd/baton/main.go", "internal/app", ""},
		{"cmd/baton/main.go", "internal/platform/store", "cmd/* may import only internal/app"},
		{"internal/app/wire.go", "internal/sales/assignment", ""},
		{"internal/sales/assignment/step.go", "internal/platform/record", ""},
		{"internal/sales/assignment/step.go", "internal/sales/assignment/pick", ""},
		{"internal/sales/assignment/step.go", "internal/sales/tagging/rule", "internal/sales/* may import only internal/platform"},
		{"internal/sales/assignment/step.go", "internal/app", "may import only internal/platform"},
		{"internal/connectors/dingtalk/emulator/main.go", "internal/connectors/dingtalk", ""},
		{"internal/connectors/dingtalk/push.go", "internal/connectors/feishu", "may import only internal/platform"},
		{"internal/platform/query/plan.go", "internal/platform/record", ""},
		{"internal/platform/query/plan.go", "internal/sales/funnel", "nothing of the module outside itself"},
		{"internal/platform/record/writer.go", "internal/platform/query", "record stands below query"},
		{"internal/platform/record/writer_test.go", "internal/platform/query", ""},
		{"internal/platform/store/open.go", "internal/platform/definition", "store stands below definition"},
		{"internal/platform/ask/ask.go", "internal/platform/board", "stand on one line"},
		{"internal/platform/condition/check.go", "internal/platform/object", ""},
		{"internal/platform/condition/check.go", "internal/platform/novelty", "novelty has no line"},
		{"internal/platform/store/open.go", "internal/platform/store/storetest", "for tests only"},
		{"internal/platform/record/writer_test.go", "internal/platform/store/storetest", ""},
		{"internal/platform/kerneltest/kit.go", "templates", ""},
		{"internal/platform/kerneltest/kit.go", "internal/platform/store/storetest", ""},
		{"internal/platform/kerneltest/kit.go", "internal/app", "may import only the platform and the templates"},
		{"internal/platform/query/plan.go", "internal/platform/kerneltest", "for tests only"},
		{"internal/sales/funnel/stay_test.go", "internal/platform/kerneltest", ""},
		{"internal/tool/once/main.go", "internal/platform/store/storetest", "for tests only"},
		{"internal/helpers/x.go", "internal/platform/store", "folder internal/helpers is not in the table"},
		{"scenario/boot_test.go", "internal/platform/store/storetest", ""},
		{"scenario/boot_test.go", "internal/app", "scenario may import nothing of the module"},
		{"bench/go.mod", "", ""},
	} {
		root := t.TempDir()
		path := filepath.Join(root, filepath.FromSlash(c.file))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("package x\n\nimport _ \"baton/"+c.imports+"\"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		wrong, err := Check(root)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Join(wrong, "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s importing %s: got %q, want %q", c.file, c.imports, got, c.want)
		}
		if c.want != "" && !strings.HasPrefix(got, c.file) {
			t.Errorf("%q does not start with the file %s", got, c.file)
		}
	}
}
