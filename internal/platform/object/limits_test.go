package object_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// tables counts what the database holds of an object, so that a test sees what a refused publish left.
func tables(t *testing.T, k *kerneltest.Kernel, like string) int {
	t.Helper()
	q := "SELECT COUNT(*) FROM sqlite_master WHERE name LIKE ?"
	if k.DB.Dialect() == store.Postgres {
		q = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name LIKE ?"
	}
	var n int
	require.NoError(t, k.DB.QueryRow(t.Context(), q, like).Scan(&n))
	return n
}

// TestWhatAnObjectCannotBe: each is refused with its place and what to do, and nothing of the publish is applied, the good object in it neither.
func TestWhatAnObjectCannotBe(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		fields := func(n int) []spec {
			out := make([]spec, n)
			for i := range out {
				out[i] = spec{"name": fmt.Sprintf("f%d", i), "type": "text"}
			}
			return out
		}
		options := func(n int) []spec {
			out := make([]spec, n)
			for i := range out {
				out[i] = spec{"value": fmt.Sprint("选项", i)}
			}
			return out
		}
		text := func() spec { return spec{"name": "name", "type": "text"} }
		owned := func(name, other string) *definition.Definition {
			d := thing(name, text(), spec{"name": "up", "type": "relation", "target": other})
			d.Spec = json.RawMessage(strings.Replace(string(d.Spec), `{`, `{"owner_from":"up",`, 1))
			return d
		}
		with := func(more string, fields ...spec) *definition.Definition {
			d := thing("odd", fields...)
			d.Spec = json.RawMessage(strings.Replace(string(d.Spec), `{`, `{`+more+`,`, 1))
			return d
		}
		for name, c := range map[string]struct {
			defs []*definition.Definition
			want []string
		}{
			"1000 fields":              {[]*definition.Definition{thing("odd", fields(1000)...)}, []string{"too_many_fields /spec/fields"}},
			"10000 choices":            {[]*definition.Definition{thing("odd", text(), spec{"name": "c", "type": "choice", "options": options(10_000)})}, []string{"too_many_options /spec/fields/1/options"}},
			"a name of 200 characters": {[]*definition.Definition{thing("odd", text(), spec{"name": strings.Repeat("n", 200), "type": "text"})}, []string{"bad_name /spec/fields/1/name"}},
			"a name of emoji":          {[]*definition.Definition{thing("odd", text(), spec{"name": "🙂", "type": "text"})}, []string{"bad_name /spec/fields/1/name"}},
			"a title too long":         {[]*definition.Definition{thing("odd", text(), spec{"name": "a", "type": "text", "title": spec{"zh-CN": strings.Repeat("长", 201)}})}, []string{"too_long /spec/fields/1/title/zh-CN"}},
			"an object name of emoji":  {[]*definition.Definition{thing("🙂", text())}, []string{"bad_name /name"}},
			"a relation to nothing":    {[]*definition.Definition{thing("odd", text(), spec{"name": "r", "type": "relation", "target": "nowhere"})}, []string{"unknown_object /spec/fields/1/target"}},
			"owners in a circle":       {[]*definition.Definition{owned("odd", "even"), owned("even", "odd")}, []string{"owner_cycle /spec/owner_from", "owner_cycle /spec/owner_from"}},
			"its own owner":            {[]*definition.Definition{owned("odd", "odd")}, []string{"owner_cycle /spec/owner_from"}},
			"a rule of one field":      {[]*definition.Definition{with(`"unique":[{"fields":["name"]}]`, text())}, []string{"out_of_range /spec/unique/0/fields"}},
			"a rule of no field":       {[]*definition.Definition{with(`"unique":[{"fields":["name","nmae"]}]`, text())}, []string{"unknown_field /spec/unique/0/fields/1"}},
			"a rule of one twice":      {[]*definition.Definition{with(`"unique":[{"fields":["name","name"]}]`, text())}, []string{"not_possible /spec/unique/0/fields/1"}},
			"columns of one name":      {[]*definition.Definition{thing("odd", text(), spec{"name": "a", "gen": 1, "type": "text"}, spec{"name": "a__1", "type": "text"})}, []string{"duplicate /spec/fields/2/id"}},
		} {
			before := k.Defs.Current().Revision
			good := thing("good", text())
			err := publish(t, k, append(c.defs, good)...)
			p := problem.As(err)
			if !assert.NotNil(t, p, "%s: %v", name, err) {
				continue
			}
			var got []string
			for _, it := range p.Items {
				got = append(got, it.Code+" "+it.Pointer)
				assert.NotEmpty(t, it.Message, name)
			}
			assert.ElementsMatch(t, c.want, got, name)
			assert.Equal(t, before, k.Defs.Current().Revision, name)
			assert.Zero(t, tables(t, k, "o\\_odd")+tables(t, k, "o_good")+tables(t, k, "o_even"), name)
		}
		// As much as is allowed goes, and holds text in every field.
		most := fields(object.MaxFields)
		most[1] = spec{"name": "f1", "type": "choice", "options": options(object.MaxOptions)}
		require.NoError(t, publish(t, k, thing("wide", most...)))
		values := map[string]any{}
		for i := range object.MaxFields {
			values[fmt.Sprintf("f%d", i)] = strings.Repeat("满", 100)
		}
		values["f1"] = "选项1999"
		id := create(t, k, "wide", values)
		assert.Equal(t, strings.Repeat("满", 100), read(t, k, "wide", id).Get(fmt.Sprintf("f%d", object.MaxFields-1)))
		// An object that another points to does not go.
		require.NoError(t, publish(t, k, thing("a", text()), thing("b", text(), spec{"name": "to_a", "type": "relation", "target": "a"})))
		gone := thing("a", text())
		gone.Removed = true
		p := problem.As(publish(t, k, gone))
		require.NotNil(t, p)
		assert.Equal(t, []string{"object", "b", "/spec/fields/1/target"}, []string{p.Items[0].Kind, p.Items[0].Name, p.Items[0].Pointer})
	})
}

// TestRulesOverSeveralFields keep records apart, name the record that stands as far as one may see it, and come only where they hold.
func TestRulesOverSeveralFields(t *testing.T) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		rule := func(unique string) *definition.Definition {
			d := thing("ticket_kind", spec{"name": "name", "type": "text"}, spec{"name": "area", "type": "choice", "open": true, "keep_unread": true, "options": []spec{{"value": "东"}}}, spec{"name": "year", "type": "integer"}, spec{"name": "secret", "type": "text"})
			d.Spec = json.RawMessage(strings.Replace(string(d.Spec), `{`, `{`+unique, 1))
			return d
		}
		const both = `"unique":[{"fields":["area","year"],"title":{"zh-CN":"片区年度"}},{"fields":["year","secret"]}],`
		role := &definition.Definition{Kind: "role", Name: "own", Title: definition.Text{ZH: "自己的"}, Spec: json.RawMessage(`{"rights":[],"objects":{"ticket_kind":{"read":"own","create":true,"update":"own","hide":["secret"]}}}`)}
		require.NoError(t, publish(t, k, rule("")))
		require.NoError(t, publish(t, k, role))
		first := create(t, k, "ticket_kind", map[string]any{"name": "甲", "area": "东", "year": 2026})
		second := create(t, k, "ticket_kind", map[string]any{"name": "乙", "area": "东", "year": 2026})
		err := publish(t, k, rule(both))
		assert.Equal(t, "not_unique", code(err))
		assert.Equal(t, "/spec/unique/0", problem.As(err).Items[0].Pointer)
		assert.Contains(t, problem.As(err).Items[0].Message, "“东，2026”有 2 条")
		k.Must(t, system, record.Write{Op: record.Delete, Object: "ticket_kind", ID: second})
		require.NoError(t, publish(t, k, rule(both)), "a deleted record breaks no rule")

		person := k.As("ann")
		person.Roles = append(person.Roles, "own")
		for _, c := range []struct {
			why    string
			values map[string]any
			taken  bool
		}{
			{"both the same", map[string]any{"area": "东", "year": 2026}, true},
			{"one the same", map[string]any{"area": "西", "year": 2026}, false},
			{"one empty", map[string]any{"year": 2026}, false},
			{"both empty", map[string]any{}, false},
		} {
			_, err := k.Write(t, system, record.Write{Op: record.Create, Object: "ticket_kind", Values: c.values})
			if !c.taken {
				require.NoError(t, err, c.why)
				continue
			}
			p := problem.As(err)
			require.NotNil(t, p, c.why)
			assert.Equal(t, []any{problem.Conflict, "taken", "/area"}, []any{p.Class, p.Code, p.Items[0].Pointer})
			assert.Contains(t, p.Items[0].Message, "片区年度")
			assert.Contains(t, p.Items[0].Message, "甲")
			assert.Equal(t, map[string]any{"object": "ticket_kind", "id": first, "title": "甲"}, p.Items[0].Theirs)
			// Somebody who may not see that record is told that there is one.
			_, err = k.Write(t, person, record.Write{Op: record.Create, Object: "ticket_kind", Values: c.values})
			p = problem.As(err)
			require.NotNil(t, p, c.why)
			assert.Nil(t, p.Items[0].Theirs)
			assert.NotContains(t, p.Items[0].Message, "甲")
		}
		// What a deleted record held may be taken; then it does not come back beside it.
		_, err = k.Write(t, system, record.Write{Op: record.Restore, Object: "ticket_kind", ID: second})
		assert.Equal(t, "taken", code(err))
		k.Must(t, system, record.Write{Op: record.Update, Object: "ticket_kind", ID: first, Values: map[string]any{"year": 2027}})
		k.Must(t, system, record.Write{Op: record.Restore, Object: "ticket_kind", ID: second})
		_, err = k.Write(t, system, record.Write{Op: record.Update, Object: "ticket_kind", ID: first, Values: map[string]any{"year": 2026}})
		assert.Equal(t, "taken", code(err))
		// Two in one request, and a rename, change nothing of the rule.
		_, err = k.Writer.Do(t.Context(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "test"}, Writes: []record.Write{
			{Op: record.Create, Object: "ticket_kind", Values: map[string]any{"area": "南", "year": 1}}, {Op: record.Create, Object: "ticket_kind", Values: map[string]any{"area": "南", "year": 1}}}})
		assert.Equal(t, "taken", code(err))
		// The rule goes, and so does what it kept apart.
		require.NoError(t, publish(t, k, rule("")))
		k.Must(t, system, record.Write{Op: record.Update, Object: "ticket_kind", ID: first, Values: map[string]any{"year": 2026}})
	})
}
