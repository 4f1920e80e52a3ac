package funnel

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

// story is a history with the edges in it: a skipped stage, a return, a lost deal, a claim from the pool, an owner who changed teams, a
// deleted deal, and the day in November that has 25 hours.
func (h *house) story() {
	h.put("deal", "d1", "2026-11-01T03:59:59Z", map[string]any{"owner": "ann", "from": "官网"}) // 31 October, 23:59:59 in New York
	h.put("deal", "d1", "2026-11-03T03:59:59Z", map[string]any{"stage": "talk"})              // two days of 24 hours
	h.put("deal", "d1", "2026-11-04T15:59:59Z", map[string]any{"stage": "won"})

	h.put("deal", "d2", "2026-11-01T04:00:00Z", map[string]any{"owner": "ann", "from": "展会"}) // 1 November, 00:00
	h.put("person", "ann", "2026-11-05T00:00:00Z", map[string]any{"unit": "s1"})
	require.NoError(h.t, h.dir.Reload(context.Background()))
	h.put("deal", "d2", "2026-11-10T04:00:00Z", map[string]any{"stage": "won"}) // skips talk; the deal is still of team e1
	h.put("deal", "d2", "2026-11-11T04:00:00Z", map[string]any{"stage": "talk"})
	h.put("deal", "d2", "2026-11-11T16:00:00Z", map[string]any{"stage": "won"})

	h.put("deal", "d3", "2026-11-12T00:00:00Z", map[string]any{"owner": "ann", "from": "官网"}) // of team s1 now
	h.put("deal", "d3", "2026-11-13T00:00:00Z", map[string]any{"stage": "lost"})

	h.put("deal", "d4", "2026-11-20T00:00:00Z", map[string]any{}) // the pool, no source
	h.put("deal", "d4", "2026-11-21T00:00:00Z", map[string]any{"owner": "bob"})
	h.put("deal", "d4", "2026-11-22T00:00:00Z", map[string]any{"stage": "talk"})

	h.put("deal", "d5", "2026-11-24T00:00:00Z", map[string]any{"from": "官网"}) // stays in the pool
	h.put("deal", "d6", "2026-11-24T00:00:00Z", map[string]any{"owner": "dan", "stage": "won"})
	h.put("deal", "d7", "2026-11-24T00:00:00Z", map[string]any{"owner": "cai"})
	_, err := h.writer.Do(context.Background(), store.Interactive, record.Request{Actor: system, Origin: record.Origin{Kind: "demo", Engine: true}, Writes: []record.Write{{Op: record.Delete, Object: "deal", ID: "d7"}}})
	require.NoError(h.t, err)
}

// line writes stages as "count rate_prev rate_first days/completed".
func line(steps []Step) string {
	num := func(f *float64) string {
		if f == nil {
			return "—"
		}
		return fmt.Sprintf("%.4g", *f)
	}
	var out []string
	for _, s := range steps {
		out = append(out, fmt.Sprintf("%d %s %s %s/%d", s.Count, num(s.RatePrev), num(s.RateFirst), num(s.MeanDays), s.Completed))
	}
	return strings.Join(out, " | ")
}

func (h *house) report(a *actor.Actor, q Question) *Report {
	h.t.Helper()
	r, err := h.engine.Report(context.Background(), a, "deal", q)
	require.NoError(h.t, err)
	return r
}

func groups(r *Report) map[string]string {
	out := map[string]string{}
	for _, g := range r.Groups {
		out[g.Key] = line(g.Stages)
	}
	return out
}

var november = &condition.Period{From: "2026-11-01", To: "2026-11-24"}

func TestCohort(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		empty := h.report(system, Question{Mode: Cohort, By: ByTeam})
		require.Equal(t, "0 — — —/0 | 0 — — —/0 | 0 — — —/0", line(empty.Stages), "no deals at all")
		require.Empty(t, empty.Groups)
		h.story()

		all := h.report(system, Question{Mode: Cohort})
		// new: d1 2 d, d2 9 d, d3 1 d, d4 2 d; talk: d1 1.5 d, d2 0.5 d; won: d2 1 d.
		require.Equal(t, "6 — — 3.5/4 | 4 0.6667 0.6667 1/2 | 3 0.75 0.5 1/1", line(all.Stages))
		require.Equal(t, Span{Text: "全部时间"}, all.Period)

		r := h.report(system, Question{Mode: Cohort, Period: november, By: ByTeam})
		require.Equal(t, "5 — — 4/3 | 3 0.6 0.6 0.5/1 | 2 0.6667 0.4 1/1", line(r.Stages), "d1 was created on the last second of October")
		require.Equal(t, Span{From: "2026-11-01", To: "2026-11-24", Text: "2026-11-01 至 2026-11-24"}, r.Period)
		require.Equal(t, map[string]string{
			"e1":    "1 — — 9/1 | 1 1 1 0.5/1 | 1 1 1 1/1",
			"s1":    "1 — — 1/1 | 0 0 0 —/0 | 0 — 0 —/0",
			"e2":    "1 — — 2/1 | 1 1 1 —/0 | 0 0 0 —/0",
			"staff": "1 — — —/0 | 1 1 1 —/0 | 1 1 1 —/0",
			"":      "1 — — —/0 | 0 0 0 —/0 | 0 — 0 —/0",
		}, groups(r), "ann's d2 counts under the team she was in; d4 under its claimer's")
		require.Equal(t, "公海", last(h.report(system, Question{Mode: Cohort, By: ByOwner}).Groups).Name)

		r = h.report(system, Question{Mode: Cohort, Period: november, By: ByRegion})
		require.Equal(t, map[string]string{
			"east":  "2 — — 5.5/2 | 2 1 1 0.5/1 | 1 0.5 0.5 1/1",
			"south": "1 — — 1/1 | 0 0 0 —/0 | 0 — 0 —/0",
			"":      "2 — — —/0 | 1 0.5 0.5 —/0 | 1 1 0.5 —/0",
		}, groups(r), "staff and the pool are in no region")

		r = h.report(system, Question{Mode: Cohort, By: BySource, Where: json.RawMessage(`{"field":"from","op":"eq","value":"官网"}`)})
		require.Equal(t, map[string]string{"官网": "3 — — 1.5/2 | 1 0.3333 0.3333 1.5/1 | 1 1 0.3333 —/0"}, groups(r))
	})
}

func last[T any](list []T) T { return list[len(list)-1] }

func TestPeriod(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.story()
		r := h.report(system, Question{Mode: InPeriod, Period: &condition.Period{From: "2026-11-03", To: "2026-11-12"}, By: ByOwner})
		// New York's 3 to 12 November: d1 left new on the 2nd; d1 won, d2 won and talked, d3 came on the 11th and left on the 12th.
		require.Equal(t, "1 — — 5/2 | 1 1 1 1/2 | 2 2 2 1/1", line(r.Stages))
		require.Equal(t, map[string]string{"ann": "1 — — 5/2 | 1 1 1 1/2 | 2 2 2 1/1"}, groups(r))
		none := h.report(system, Question{Mode: InPeriod, Period: &condition.Period{From: "2025-01-01", To: "2025-01-02"}})
		require.Equal(t, "0 — — —/0 | 0 — — —/0 | 0 — — —/0", line(none.Stages))
	})
}

// Any number opens to exactly its records, in every mode and breakdown; the stays behind a mean add up to it.
func TestNumbersOpen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.story()
		for _, mode := range []string{Cohort, InPeriod} {
			for _, by := range append(bys, "") {
				q := Question{Mode: mode, Period: november, By: by}
				r := h.report(system, q)
				shown := r.Groups
				if by == "" {
					shown = []Group{{Stages: r.Stages}}
				}
				for _, g := range shown {
					for _, s := range g.Stages {
						d := Drill{Question: q, Stage: s.Stage, Metric: "count", Limit: 1}
						if by != "" {
							d.Key = &g.Key
						}
						ids, _ := h.open(d)
						require.Len(t, ids, int(s.Count), "%s by %s: %s of %q: %v", mode, by, s.Stage, g.Key, ids)
						d.Metric = "stay"
						_, stays := h.open(d)
						var n int64
						var days float64
						for _, x := range stays {
							n, days = n+x.Times, days+x.Days
						}
						require.Equal(t, s.Completed, n, "%s by %s: stays in %s of %q", mode, by, s.Stage, g.Key)
						if s.MeanDays != nil {
							require.InDelta(t, *s.MeanDays*float64(n), days, 1e-9)
						}
					}
				}
			}
		}
		_, stays := h.open(Drill{Question: Question{Mode: Cohort}, Stage: "talk", Metric: "stay"})
		require.Equal(t, Stay{EnteredAt: "2026-11-03T03:59:59.000Z", LeftAt: "2026-11-04T15:59:59.000Z", Days: 1.5, Times: 1}, stays["d1"])
	})
}

func (h *house) open(d Drill) (ids []string, stays map[string]Stay) {
	h.t.Helper()
	stays = map[string]Stay{}
	for {
		page, err := h.engine.Records(context.Background(), system, "deal", d)
		require.NoError(h.t, err)
		for _, r := range page.Records.Records {
			ids = append(ids, r["id"].(string))
		}
		for id, s := range page.Stays {
			stays[id] = s
		}
		if page.NextCursor == nil {
			return ids, stays
		}
		d.Cursor = *page.NextCursor
	}
}

// Random histories: the funnel equals SQL written by hand over the same rows.
func TestEqualsHandWrittenSQL(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		r := rand.New(rand.NewPCG(7, 11))
		start := at("2026-10-20T00:00:00Z")
		pick := func(list ...any) any { return list[r.IntN(len(list))] }
		for i := range 60 {
			when := start.Add(time.Duration(r.IntN(30*24*60)) * time.Minute)
			id := fmt.Sprintf("x%02d", i)
			h.put("deal", id, when.Format(time.RFC3339), map[string]any{"owner": pick(nil, "ann", "bob", "cai"), "stage": pick("new", "new", "talk", nil)})
			for range r.IntN(5) {
				when = when.Add(time.Duration(1+r.IntN(4*24*60)) * time.Minute)
				h.put("deal", id, when.Format(time.RFC3339), map[string]any{"stage": pick("new", "talk", "won", "lost", nil), "owner": pick("ann", "bob", "cai")})
			}
		}
		p := &condition.Period{From: "2026-10-28", To: "2026-11-09"}
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		from, to := p.Range(h.clock.Now(), loc)
		one := func(q string, args ...any) (n int64, v *float64) {
			t.Helper()
			require.NoError(t, h.db.QueryRow(ctx, q, args...).Scan(&n, &v))
			return n, v
		}
		stages := []string{"new", "talk", "won"}
		cohort, period := h.report(system, Question{Mode: Cohort, Period: p}), h.report(system, Question{Mode: InPeriod, Period: p})
		byOwner := h.report(system, Question{Mode: InPeriod, Period: p, By: ByOwner})
		seen := int64(0)
		for i, s := range stages {
			later := "'" + strings.Join(stages[i:], "','") + "'"
			n, _ := one(`SELECT COUNT(*), NULL FROM o_deal d WHERE d.created_at >= ? AND d.created_at < ? AND EXISTS (SELECT 1 FROM track k WHERE k.object = 'deal' AND k.field = 'stage' AND k.record_id = d.id AND k.first = 1 AND k.value IN (`+later+`))`, from.UnixMilli(), to.UnixMilli())
			done, mean := one(`SELECT COUNT(*), AVG((k.left_at - k.entered_at) / 86400000.0) FROM track k, o_deal d WHERE d.id = k.record_id AND d.created_at >= ? AND d.created_at < ? AND k.object = 'deal' AND k.field = 'stage' AND k.value = ? AND k.left_at IS NOT NULL`, from.UnixMilli(), to.UnixMilli(), s)
			same(t, "cohort "+s, cohort.Stages[i], n, done, mean)
			n, _ = one(`SELECT COUNT(*), NULL FROM track WHERE object = 'deal' AND field = 'stage' AND value = ? AND first = 1 AND entered_at >= ? AND entered_at < ?`, s, from.UnixMilli(), to.UnixMilli())
			done, mean = one(`SELECT COUNT(*), AVG((left_at - entered_at) / 86400000.0) FROM track WHERE object = 'deal' AND field = 'stage' AND value = ? AND left_at >= ? AND left_at < ?`, s, from.UnixMilli(), to.UnixMilli())
			same(t, "period "+s, period.Stages[i], n, done, mean)
			for _, g := range byOwner.Groups {
				n, _ := one(`SELECT COUNT(*), NULL FROM track WHERE object = 'deal' AND field = 'stage' AND value = ? AND first = 1 AND entered_at >= ? AND entered_at < ? AND COALESCE(owner, '') = ?`, s, from.UnixMilli(), to.UnixMilli(), g.Key)
				require.Equal(t, n, g.Stages[i].Count, "%s of %s", s, g.Key)
				seen += n
			}
		}
		require.NotZero(t, seen)
	})
}

func same(t *testing.T, what string, s Step, n, done int64, mean *float64) {
	t.Helper()
	require.Equal(t, n, s.Count, what)
	require.Equal(t, done, s.Completed, what)
	require.Equal(t, mean == nil, s.MeanDays == nil, what)
	if mean != nil {
		require.InDelta(t, *mean, *s.MeanDays, 1e-9, what)
	}
}

func TestStageDates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		dates := func() (decided, contacted *int64) {
			require.NoError(t, h.db.QueryRow(context.Background(), `SELECT f_decided_at, f_contacted_at FROM o_deal WHERE id = 'd'`).Scan(&decided, &contacted))
			return decided, contacted
		}
		for _, step := range []struct{ stage, when, decided, contacted string }{
			{"new", "2026-11-01T00:00:00Z", "", ""},
			{"talk", "2026-11-02T00:00:00Z", "", "2026-11-02T00:00:00Z"},
			{"won", "2026-11-03T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-02T00:00:00Z"},
			{"talk", "2026-11-04T00:00:00Z", "", "2026-11-02T00:00:00Z"},
			{"lost", "2026-11-05T00:00:00Z", "2026-11-05T00:00:00Z", "2026-11-02T00:00:00Z"},
		} {
			h.put("deal", "d", step.when, map[string]any{"stage": step.stage})
			decided, contacted := dates()
			for what, pair := range map[string][2]any{"decided_at": {decided, step.decided}, "contacted_at": {contacted, step.contacted}} {
				ms, want := pair[0].(*int64), pair[1].(string)
				if (ms == nil) != (want == "") || ms != nil && *ms != at(want).UnixMilli() {
					t.Errorf("%s after %s: %v, want %q", what, step.stage, ms, want)
				}
			}
		}
	})
}

// The routes ask for the right, stay in the actor's scope, and name what is wrong with its place.
func TestRoutes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite:"+t.TempDir()+"/b.db")
	h.story()
	mux := chi.NewMux()
	(&HTTP{h.engine}).Routes(web.NewRouter(mux, "test", func(a *actor.Actor, right string) bool { return right == "funnel.read" && a.Has("rep") }))
	post := func(a *actor.Actor, path, body string) (int, map[string]any) {
		t.Helper()
		req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body)).WithContext(actor.With(t.Context(), a))
		req.Header.Set("Content-Type", "application/json")
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, req)
		out := map[string]any{}
		require.NoError(t, json.Unmarshal(rec.Body.Bytes(), &out), rec.Body.String())
		return rec.Code, out
	}
	rep := &actor.Actor{Kind: actor.Person, ID: "bob", Unit: "e2", Roles: []string{"rep"}}
	status, out := post(rep, "/api/v1/funnels/deal", `{"mode":"cohort","by":"owner"}`)
	require.Equal(t, 200, status, out)
	require.Equal(t, 1.0, out["stages"].([]any)[0].(map[string]any)["count"], "only his own deal")
	status, out = post(rep, "/api/v1/funnels/deal:records", `{"mode":"cohort","by":"owner","key":"ann","stage":"new","metric":"count"}`)
	require.Equal(t, 200, status, out)
	require.Empty(t, out["records"], "nothing of ann's")
	status, out = post(rep, "/api/v1/funnels/deal:records", `{"mode":"cohort","stage":"talk","metric":"count"}`)
	require.Equal(t, 200, status, out)
	require.Equal(t, "d4", out["records"].([]any)[0].(map[string]any)["id"])
	status, _ = post(&actor.Actor{Kind: actor.Person, ID: "x"}, "/api/v1/funnels/deal", `{"mode":"cohort"}`)
	require.Equal(t, 403, status)
	for _, c := range []struct {
		path, body, pointer string
		status              int
	}{
		{"deal", `{"mode":"cohrt"}`, "/mode", 422},
		{"deal", `{"mode":"cohort","by":"owne"}`, "/by", 422},
		{"deal", `{"mode":"cohort","bi":"owner"}`, "/bi", 422},
		{"deal", `{"mode":"cohort","period":{"last":3,"unit":"moon"}}`, "/period", 422},
		{"deal", `{"mode":"period","where":{"field":"frm","op":"eq","value":"x"}}`, "/where/field", 422},
		{"deal:records", `{"mode":"cohort","stage":"tlk","metric":"count"}`, "/stage", 422},
		{"deal:records", `{"mode":"cohort","stage":"talk","metric":"mean"}`, "/metric", 422},
		{"dela", `{"mode":"cohort"}`, "", 404},
		{"deal", `{"mode":`, "", 400},
	} {
		status, out := post(rep, "/api/v1/funnels/"+c.path, c.body)
		require.Equal(t, c.status, status, "%s: %v", c.body, out)
		if c.pointer != "" {
			require.Equal(t, c.pointer, out["errors"].([]any)[0].(map[string]any)["pointer"], "%s: %v", c.body, out)
		}
	}
}

func TestWrongDefinitions(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite:"+t.TempDir()+"/b.db")
	for spec, pointer := range map[string]string{
		`{"object":"dael","field":"stage","stages":["new","won"]}`:              "/spec/object",
		`{"object":"deal","field":"name","stages":["new","won"]}`:               "/spec/field",
		`{"object":"deal","field":"stage","stages":["new","wonn"]}`:             "/spec/stages/1",
		`{"object":"deal","field":"stage","stages":["new"]}`:                    "/spec/stages",
		`{"object":"deal","field":"stage","stages":["new","won"],"lost":"won"}`: "/spec/lost",
	} {
		_, items := h.defs.Try(draft(spec))
		var places []string
		for _, it := range items {
			places = append(places, it.Pointer)
		}
		require.Contains(t, places, pointer, spec)
	}
	_, err := h.engine.Report(t.Context(), system, "lead", Question{Mode: Cohort})
	require.NotNil(t, problem.As(err))
}
