package app

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/notify"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/sales/intake/duplicate"
)

func itoa(n int) string { return strconv.Itoa(n) }

// walk gives each request of the route table what it needs.
type walk struct {
	*company
	channel string
	job     string
}

// visitor signs the i-th caller in anew, as routes of before may have ended the session.
func (w *walk) visitor(t *testing.T, i int) *visitor {
	t.Helper()
	switch {
	case callers[i].person != "":
		v := w.person(t, callers[i].person)
		if res, _ := v.send(t, "GET", "/api/v1/session", nil); res.StatusCode != 200 {
			delete(w.as, callers[i].person)
			v = w.person(t, callers[i].person)
		}
		return v
	case callers[i].title == "API key":
		if w.as["key"] == nil {
			w.as["key"] = w.key(t, "admin", "records.read")
		}
		return w.as["key"]
	case callers[i].title == "channel key":
		return &visitor{c: w.company, headers: map[string]string{"X-Channel-Key": w.channel}}
	}
	return w.nobody()
}

// fill puts new things into a path.
func (w *walk) fill(t *testing.T, path, person string) string {
	t.Helper()
	put := func(name string, make func() string) {
		if strings.Contains(path, name) {
			path = strings.ReplaceAll(path, name, make())
		}
	}
	put("{mine}", func() string { return w.lead(t, "rita") })
	put("{pool}", func() string { return w.lead(t, "") })
	put("{merge}", func() string {
		id, _, err := w.app.engines.dupes.Merge(context.Background(), w.app.Signing.ActorOf("admin"), duplicate.Ask{Object: "lead", Survivor: w.lead(t, "rita"), Absorbed: w.lead(t, "rita")})
		require.NoError(t, err)
		return id
	})
	put("{twins}", func() string { return w.twins(t) })
	put("{booth}", func() string {
		link := w.person(t, "admin").post(t, "/api/v1/forms/expo/booth", map[string]any{"code": "booth"}, 200)["path"].(string)
		_, k, _ := strings.Cut(link, "k=")
		return k
	})
	put("{material}", func() string {
		w.publish(t, "material", "paper", `{"enabled":true,"gate":"phone","channel":"website_form","file":{"id":"`+strings.Repeat("ab", 32)+`","name":"白皮书.pdf","size":1}}`)
		return "paper"
	})
	put("{deleted}", func() string {
		id := w.lead(t, "rita")
		w.system(t, record.Write{Op: record.Delete, Object: "lead", ID: id})
		return id
	})
	put("{person}", func() string {
		w.serial++
		id := "p" + itoa(w.serial)
		w.system(t, record.Write{Op: record.Create, Object: "person", ID: id, Values: map[string]any{"name": id, "unit": "team1", "roles": "rep"}})
		require.NoError(t, w.app.Dir.Reload(context.Background()))
		return id
	})
	put("{key}", func() string { return w.newKey(t, "channel", "h5_form") })
	put("{apikey}", func() string { return w.newKey(t, "api", "erp", "records.read") })
	put("{notice}", func() string { return w.notice(t, person) })
	put("{foreign}", func() string { return w.notice(t, "sam") })
	put("{upload}", func() string { // the caller's own
		if person == "" || person == "rita" {
			return "11111111-1111-1111-1111-111111111111"
		}
		return w.person(t, person).post(t, "/api/v1/objects/lead/uploads", upload("公司,电话\n甲,13900001111\n"), 201)["upload"].(map[string]any)["id"].(string)
	})
	put("{theirs}", func() string {
		return w.person(t, "lena").post(t, "/api/v1/objects/lead/uploads", upload("公司,电话\n甲,13900001111\n"), 201)["upload"].(map[string]any)["id"].(string)
	})
	put("{ended}", func() string {
		id := w.person(t, "admin").post(t, "/api/v1/objects/lead/import", upload("公司,电话\n甲,13900001111\n"), 202)["job"].(map[string]any)["id"].(string)
		_, err := w.app.engines.jobs.Wait(context.Background(), id)
		require.NoError(t, err)
		return id
	})
	put("{job}", func() string {
		if w.job == "" {
			w.job = w.person(t, "admin").post(t, "/api/v1/objects/lead/import", upload("公司,电话\n甲,13900001111\n"), 202)["job"].(map[string]any)["id"].(string)
		}
		return w.job
	})
	return path
}

// twins makes two leads of the rep's that may be one, and gives their pair.
func (w *walk) twins(t *testing.T) string {
	t.Helper()
	w.serial++
	twin := map[string]any{"company": "双胞胎" + itoa(w.serial) + "号有限公司"}
	a, b := w.made(t, "lead", "rita", twin), w.made(t, "lead", "rita", twin)
	e := w.app.engines.dupes
	require.NoError(t, e.Look(context.Background(), duplicate.Of(w.app.Defs.Current(), "lead"), []string{a, b}))
	pairs, _, err := e.Pairs(context.Background(), w.app.Signing.ActorOf("admin"), duplicate.Query{Object: "lead", Record: b})
	require.NoError(t, err)
	require.NotEmpty(t, pairs)
	return pairs[0].ID
}

// publish publishes a definition unless it stands.
func (w *walk) publish(t *testing.T, kind, name, spec string) {
	t.Helper()
	if _, ok := w.app.Defs.Current().Definition(kind, name); ok {
		return
	}
	_, err := w.app.Defs.Publish(context.Background(), actor.TheSystem("test"), "test", []*definition.Definition{{Kind: kind, Name: name, Title: definition.Text{ZH: name}, Spec: json.RawMessage(spec)}}, nil)
	require.NoError(t, err)
}

func (w *walk) newKey(t *testing.T, kind, name string, scopes ...string) string {
	t.Helper()
	k, _, err := w.app.Signing.NewKey(context.Background(), w.app.Signing.ActorOf("admin"), kind, name, scopes)
	require.NoError(t, err)
	return k.ID
}

func (w *walk) notice(t *testing.T, person string) string {
	t.Helper()
	if person == "" {
		person = "rob"
	}
	require.NoError(t, w.app.DB.Write(context.Background(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		return w.app.engines.inbox.Send(ctx, tx, notify.Message{Person: person, Kind: "test", Level: notify.Blue, Title: "你好"})
	}))
	items, err := w.app.engines.inbox.List(context.Background(), person, true, 0, 1)
	require.NoError(t, err)
	return items[0].ID
}

// body gives a request's body; {tag}, {channel} and {role} are the definitions as they stand.
func (w *walk) body(t *testing.T, body any, path string) any {
	t.Helper()
	if m, ok := body.(map[string]any); ok && m["username"] == "{person}" {
		return map[string]any{"username": strings.Split(path, "/")[4], "password": m["password"]}
	}
	if m, ok := body.(map[string]any); ok && m["other"] == "{mine}" {
		return map[string]any{"other": w.lead(t, "rita")}
	}
	if m, ok := body.(map[string]any); ok && m["id"] == "{mine}" {
		return map[string]any{"object": m["object"], "id": w.lead(t, "rita")}
	}
	if m, ok := body.(map[string]any); ok && m["new_fields"] == "{new}" { // each time another
		w.serial++
		return map[string]any{"new_fields": []any{map[string]any{"column": "公司", "title": "新字段" + itoa(w.serial)}}}
	}
	standing := func(kind, name string) any {
		d, ok := w.app.Defs.Current().Definition(kind, name)
		require.True(t, ok)
		return map[string]any{"title": d.Title, "spec": json.RawMessage(d.Spec)}
	}
	switch body {
	case "{tag}":
		return standing("tag_dimension", "source")
	case "{channel}":
		return standing("channel", "website_form")
	case "{role}":
		return standing("role", "rep")
	}
	return body
}
