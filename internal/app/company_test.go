package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/store/storetest"
	"baton/internal/platform/web"
)

// company is a small firm on a whole App behind a real HTTP server: everything the program wires, nothing faked.
type company struct {
	t      *testing.T
	app    *App
	router *web.Router
	server *httptest.Server
	log    *kept
	as     map[string]*visitor
	serial int
	// dress gives what a lead carries besides; nil adds nothing.
	dress func(n int) map[string]any
}

// The tree: 总公司 > 华东 (一组, 二组), 华南, 市场部. Each person has one role; passwords are all the same.
var companyUnits = [][4]string{{"east", "root", "region", "dora"}, {"team1", "east", "team", "lena"}, {"team2", "east", "team", "max"}, {"south", "root", "region", "sid"}, {"market", "root", "department", "mia"}}

var companyPeople = [][4]string{{"boss", "总监", "root", "director"}, {"dora", "华东总监", "east", "director"}, {"sid", "华南总监", "south", "director"}, {"lena", "一组主管", "team1", "lead"}, {"max", "二组主管", "team2", "lead"},
	{"rita", "瑞塔", "team1", "rep"}, {"rob", "罗布", "team1", "rep"}, {"tom", "汤姆", "team2", "rep"}, {"sam", "萨姆", "south", "rep"}, {"mia", "米娅", "market", "marketing"}, {"vera", "薇拉", "team1", "veiled"}}

// veiled sees every lead but not all of it.
const veiled = `{"rights":["funnel.read","leads.import"],"objects":{"lead":{"read":"all","create":true,"update":"all","hide":["phone","budget","tag_budget"]},"touch":{"read":"all"},"task":{"read":"all"},"person":{"read":"all","hide":["weight"]},"org_unit":{"read":"all"}}}`

const companyPassword = "a-good-password"

// eachCompany runs a test for a new company on both databases.
func eachCompany(t *testing.T, f func(t *testing.T, c *company)) {
	each(t, func(t *testing.T, url string) { f(t, newCompany(t, url)) })
}

// each runs a test on both databases; an empty address is SQLite in the data folder.
func each(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, url(t))
		})
	}
}

// newCompany is a company at work.
func newCompany(t *testing.T, url string) *company {
	t.Helper()
	c := idleCompany(t, url)
	require.NoError(t, c.app.Run())
	return c
}

// idleCompany answers, but nothing runs in its background.
func idleCompany(t *testing.T, url string) *company {
	t.Helper()
	c := &company{t: t, log: &kept{}, as: map[string]*visitor{}}
	log := slog.New(slog.NewJSONHandler(c.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	c.app, err = Open(context.Background(), Config{Data: t.TempDir(), DatabaseURL: url, Zone: "Asia/Shanghai", AdminPassword: companyPassword}, log)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.app.Close()) })
	_, err = c.app.Defs.Publish(t.Context(), actor.TheSystem("test"), "test", []*definition.Definition{{Kind: "role", Name: "veiled", Title: definition.Text{ZH: "蒙面"}, Spec: json.RawMessage(veiled)}}, nil)
	require.NoError(t, err)
	hash, err := c.app.Signing.Hash(companyPassword)
	require.NoError(t, err)
	var ws []record.Write
	for _, u := range companyUnits {
		ws = append(ws, record.Write{Op: record.Create, Object: "org_unit", ID: u[0], Values: map[string]any{"name": u[0], "parent": u[1], "kind": u[2], "manager": u[3]}})
	}
	for _, p := range companyPeople {
		ws = append(ws, record.Write{Op: record.Create, Object: "person", ID: p[0], Values: map[string]any{"name": p[1], "username": p[0], "unit": p[2], "roles": p[3], "phone": "13800138000", "weight": 3}})
	}
	c.system(t, ws...)
	require.NoError(t, c.app.DB.Write(t.Context(), store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		for _, p := range companyPeople {
			if err := c.app.Signing.SetPassword(ctx, tx, p[0], p[0], hash); err != nil {
				return err
			}
		}
		return nil
	}))
	require.NoError(t, c.app.Dir.Reload(t.Context()))
	var handler http.Handler
	handler, c.router = c.app.Handler()
	c.server = httptest.NewServer(handler)
	t.Cleanup(c.server.Close)
	return c
}

// processLog is what the process logs past any logger it was given.
var processLog = &kept{}

type kept struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (k *kept) Write(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.Write(b)
}

func (k *kept) String() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.b.String()
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewJSONHandler(processLog, &slog.HandlerOptions{Level: slog.LevelDebug})))
	os.Exit(m.Run())
}

func (c *company) logged() string { return c.log.String() }

// system writes as the system, past all rights, and gives the rows.
func (c *company) system(t testing.TB, ws ...record.Write) []*object.Row {
	t.Helper()
	out, err := c.app.Writer.Do(context.Background(), store.Interactive, record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "test", Engine: true}, Writes: ws})
	require.NoError(t, err)
	rows := make([]*object.Row, len(out))
	for i, o := range out {
		rows[i] = o.Row
	}
	return rows
}

// made writes one new record of somebody ("" is nobody) and gives its id.
func (c *company) made(t testing.TB, objectName, owner string, values map[string]any) string {
	t.Helper()
	v := map[string]any{}
	for k, x := range values {
		v[k] = x
	}
	if owner != "" {
		v["owner"] = owner
	}
	return c.system(t, record.Write{Op: record.Create, Object: objectName, Values: v})[0].ID()
}

// phone gives a number nobody has yet.
func (c *company) phone() string {
	c.serial++
	return fmt.Sprintf("139%08d", c.serial)
}

func (c *company) lead(t testing.TB, owner string) string {
	values := map[string]any{"company": "公司", "phone": c.phone()}
	if c.dress != nil {
		maps.Copy(values, c.dress(c.serial))
	}
	return c.made(t, "lead", owner, values)
}

// visitor is somebody who sends requests: a person with a session, a key, or nobody.
type visitor struct {
	c       *company
	cookie  string
	csrf    string
	headers map[string]string
}

func (c *company) nobody() *visitor { return &visitor{c: c} }

// person signs in once and comes back with the same session.
func (c *company) person(t testing.TB, username string) *visitor {
	t.Helper()
	if v := c.as[username]; v != nil {
		return v
	}
	v := &visitor{c: c}
	res, body := v.send(t, "POST", "/api/v1/session", map[string]any{"username": username, "password": companyPassword})
	require.Equal(t, 200, res.StatusCode, "%s signs in: %s", username, body)
	for _, k := range res.Cookies() {
		if k.Name == web.CookieName {
			v.cookie = k.Value
		}
	}
	v.csrf = decoded(t, body)["csrf_token"].(string)
	c.as[username] = v
	return v
}

// key makes an API key of somebody's and gives its bearer.
func (c *company) key(t testing.TB, maker string, scopes ...string) *visitor {
	t.Helper()
	_, secret, err := c.app.Signing.NewKey(context.Background(), c.app.Signing.ActorOf(maker), "api", "test", scopes)
	require.NoError(t, err)
	return &visitor{c: c, headers: map[string]string{"Authorization": "Bearer " + secret}}
}

func (c *company) channelKey(t testing.TB, channel string) string {
	t.Helper()
	_, secret, err := c.app.Signing.NewKey(context.Background(), c.app.Signing.ActorOf("admin"), "channel", channel, nil)
	require.NoError(t, err)
	return secret
}

// send sends a request; body is JSON to be, text as it is, or nil.
func (v *visitor) send(t testing.TB, method, path string, body any) (*http.Response, []byte) {
	t.Helper()
	var in io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		in = strings.NewReader(b)
	case form:
		in, kind = bytes.NewReader(b.body), b.kind
	default:
		raw, err := json.Marshal(b)
		require.NoError(t, err)
		in = bytes.NewReader(raw)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, v.c.server.URL+path, in)
	require.NoError(t, err)
	if in != nil {
		req.Header.Set("Content-Type", kind)
	}
	if v.cookie != "" {
		req.AddCookie(&http.Cookie{Name: web.CookieName, Value: v.cookie})
		req.Header.Set("X-CSRF-Token", v.csrf)
	}
	for k, x := range v.headers {
		req.Header.Set(k, x)
	}
	res, err := v.c.server.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return res, nil
	}
	out, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, out
}

// get, post and patch expect a status and give the answer.
func (v *visitor) get(t testing.TB, path string, status int) map[string]any {
	t.Helper()
	return v.want(t, "GET", path, nil, status)
}

func (v *visitor) post(t testing.TB, path string, body any, status int) map[string]any {
	t.Helper()
	return v.want(t, "POST", path, body, status)
}

func (v *visitor) want(t testing.TB, method, path string, body any, status int) map[string]any {
	t.Helper()
	res, raw := v.send(t, method, path, body)
	require.Equal(t, status, res.StatusCode, "%s %s: %s", method, path, raw)
	if len(raw) == 0 {
		return nil
	}
	return decoded(t, raw)
}

func decoded(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	var out map[string]any
	require.NoError(t, json.Unmarshal(raw, &out), "%s", raw)
	return out
}

// idsOf lists the ids of an answer's records, sorted.
func idsOf(answer map[string]any) []string {
	out := []string{}
	for _, r := range answer["records"].([]any) {
		out = append(out, r.(map[string]any)["id"].(string))
	}
	slices.Sort(out)
	return out
}

// form is a multipart upload.
type form struct {
	kind string
	body []byte
}

func upload(csv string) form {
	const b = "a-boundary-of-our-own"
	return form{kind: "multipart/form-data; boundary=" + b, body: []byte("--" + b + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"leads.csv\"\r\nContent-Type: text/csv\r\n\r\n" + csv + "\r\n--" + b + "--\r\n")}
}
