package app

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/object"
)

// TestThePageKnowsEveryFieldType: the page's list of field types is the server's; ui/test/fieldKinds.test.tsx holds the page to its list, in
// showing, editing, asking and naming each. `make docs` writes it.
func TestThePageKnowsEveryFieldType(t *testing.T) {
	t.Parallel()
	const list = "../../ui/src/fields/types.json"
	got, err := json.MarshalIndent(object.TypeNames(), "", "  ")
	require.NoError(t, err)
	got = append(got, '\n')
	if *update {
		require.NoError(t, os.WriteFile(list, got, 0o644))
	}
	want, err := os.ReadFile(list)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run `make docs`, then give the new type its kind in ui/src/fields")
}
