package template_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/template"
)

func files(pairs ...string) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return out
}

func TestReadingAFolder(t *testing.T) {
	t.Parallel()
	defs, err := template.Read(files(
		"x/b.yaml", "kind: object\nname: b\ntitle: {zh-CN: 乙, en: B}\naliases: [bb]\nspec: {fields: [{name: on, type: text}], n: 12345678901234567890}\n",
		"x/a/z.yaml", "---\n---\nkind: role\nname: a\ntitle: {zh-CN: 甲}\nspec: {}\n---\nkind: role\nname: a2\ntitle: {zh-CN: 甲二}\n",
		"x/readme.md", "not a definition", "y/c.yaml", "kind: object\nname: c\n"), "x")
	require.NoError(t, err)
	require.Len(t, defs, 3)
	assert.Equal(t, []string{"role/a", "role/a2", "object/b"}, []string{defs[0].Key().String(), defs[1].Key().String(), defs[2].Key().String()}, "in order of path")
	assert.Equal(t, "乙", defs[2].Title.ZH)
	assert.Equal(t, []string{"bb"}, defs[2].Aliases)
	assert.JSONEq(t, `{"fields":[{"name":"on","type":"text"}],"n":12345678901234567890}`, string(defs[2].Spec))
}

func TestWhatATemplateMayNotHold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"kind: object\nname: a\ncolour: red\n":                `unknown field "colour"`,
		"kind: [object\n":                                     "a.yaml",
		"kind: object\nname: {a: b}\n":                        "cannot unmarshal",
		"kind: object\nname: a\n---\nkind: object\nname: a\n": "already defined in x/a.yaml",
		"- kind: object\n":                                    "a.yaml",
	} {
		_, err := template.Read(files("x/a.yaml", text), "x")
		assert.ErrorContains(t, err, want, text)
	}
	_, err := template.Read(files("x/a.yaml", "kind: object\nname: a\n", "x/b.yaml", "kind: object\nname: a\n"), "x")
	assert.ErrorContains(t, err, "x/b.yaml: object/a is already defined in x/a.yaml")
	_, err = template.Read(files(), "nowhere")
	assert.ErrorContains(t, err, "template nowhere")
}
