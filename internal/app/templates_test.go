package app

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/template"
	"baton/templates"
)

func TestTheShippedTemplatesAreReadable(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"platform", "sales"} {
		defs, err := template.Read(templates.FS, folder)
		require.NoError(t, err)
		require.NotEmpty(t, defs)
		for _, d := range defs {
			assert.NotEmpty(t, d.Title.ZH, d.Key())
			assert.NotEmpty(t, d.Title.EN, "%s has an English title", d.Key())
			assert.True(t, json.Valid(d.Spec), d.Key())
		}
	}
}
