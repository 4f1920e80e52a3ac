package followup_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/table"
	"baton/internal/platform/web"
	"baton/internal/sales/followup"
)

func (c *company) overdue(who string, ask followup.Overdue) []*followup.OverdueLine {
	c.t.Helper()
	ask.Object = "lead"
	if ask.Days == 0 {
		ask.Days = 30
	}
	lines, err := c.engine.OverdueLines(c.t.Context(), c.reader, c.as(who), ask)
	if err != nil {
		c.t.Fatal(err)
	}
	return lines
}

// shown lists lines as company, kind, person, end and stuck place.
func shown(lines []*followup.OverdueLine) []string {
	out := []string{}
	for _, l := range lines {
		state := "open"
		if l.Ended != 0 {
			state = "ended"
		}
		out = append(out, fmt.Sprintf("%s %s %s %s %s", l.Row.Text("company"), l.Timer.Kind, l.Person, state, l.Stuck))
	}
	return out
}

// Order and delays are those of a hand-written statement over what is kept, for a month of people who are late at random.
func TestOverdueListEqualsSQL(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		dice := rand.New(rand.NewPCG(7, 11))
		const hour = 3_600_000
		start := c.clock.Milli()
		var ids []string
		for i := range 14 {
			ids = append(ids, c.held([]string{"wang", "zhao", "qian"}[dice.IntN(3)], fmt.Sprintf("公司%02d", i)))
		}
		for at := int64(6); at < 20*24; at += 3 + dice.Int64N(9) {
			c.until(start + at*hour)
			id := ids[dice.IntN(len(ids))]
			owner := c.row("lead", id).Owner()
			var err error
			switch {
			case owner == "":
				_, err = c.engine.Claim(t.Context(), c.as("zhao"), "lead", id)
			case dice.IntN(6) == 0:
				_, err = c.engine.ReturnToPool(t.Context(), c.as(owner), "lead", id, "换人")
			case dice.IntN(2) == 0:
				_, err = c.engine.Open(t.Context(), c.as(owner), "lead", id)
			case dice.IntN(3) == 0:
				_, err = c.engine.Contacted(t.Context(), c.as(owner), "lead", id, "phone", "谈过")
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		got, ranks, open, now := []string{}, "", 0, int64(0)
		for _, l := range c.overdue("chief", followup.Overdue{}) {
			got = append(got, fmt.Sprintf("%s %d", l.Timer.ID, l.Delay))
			ranks += fmt.Sprint(l.Rank)
			if l.Ended == 0 {
				open++
				now = l.Timer.Due + l.Delay // the list's own
			}
		}
		rows, err := c.db.Query(t.Context(), `SELECT x.id, x.over - x.due_at FROM (
			SELECT t.id, t.due_at, COALESCE((SELECT MIN(d.at) FROM (
				SELECT e.at AS at FROM event e WHERE e.record_id = t.record_id AND (e.op = 'contacted' OR e.op = 'open' AND t.kind = 'first_open')
				UNION ALL SELECT k.left_at FROM track k WHERE k.record_id = t.record_id AND k.object = 'lead' AND k.field = 'owner' AND k.value = t.person) d WHERE d.at >= t.due_at), ?) AS over
			FROM timer t WHERE t.state = 2 AND t.kind IN ('first_open', 'follow_up') AND t.due_at >= ?) x ORDER BY 2 DESC, x.due_at, x.id`, now, now-30*24*hour)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		want := []string{}
		for rows.Next() {
			var id string
			var delay int64
			if err := rows.Scan(&id, &delay); err != nil {
				t.Fatal(err)
			}
			want = append(want, fmt.Sprintf("%s %d", id, delay))
		}
		if open == 0 || open == len(got) {
			t.Fatalf("the month shows nothing: %d lines, %d open", len(got), open)
		}
		equal(t, "lines", got, want)
		if !strings.HasPrefix(ranks, "1230") || strings.Trim(ranks[3:], "0") != "" {
			t.Errorf("ranks %s", ranks)
		}
	})
}

func TestWhereItStuck(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		const hour = 3_600_000
		id := c.held("wang", "甲公司")
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		due := c.timer(id, followup.FollowUp).Due
		equal(t, "in time", shown(c.overdue("lena", followup.Overdue{})), []string{})
		is := func(what, want string) {
			t.Helper()
			equal(t, what, shown(c.overdue("lena", followup.Overdue{})), []string{"甲公司 follow_up wang " + want})
		}
		c.until(due)
		is("nobody was there", "open undelivered")
		c.until(due + hour)
		items, err := c.inbox.List(t.Context(), "wang", false, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.inbox.Delivered(t.Context(), items); err != nil {
			t.Fatal(err)
		}
		is("on the screen", "open unread")
		c.until(due + 6*hour)
		if err := c.inbox.ReadAll(t.Context(), "wang"); err != nil {
			t.Fatal(err)
		}
		is("read", "open read_idle")
		c.until(due + 7*hour)
		if _, err := c.engine.Open(t.Context(), c.as("wang"), "lead", id); err != nil {
			t.Fatal(err)
		}
		is("looked at", "open no_action")
		c.until(due + 9*hour)
		if _, err := c.engine.Contacted(t.Context(), c.as("wang"), "lead", id, "phone", "谈过"); err != nil {
			t.Fatal(err)
		}
		is("done: five of nine hours it lay unread", "ended unread")
		c.until(due + 40*hour)
		if l := c.overdue("lena", followup.Overdue{})[0]; l.Delay/hour != 9 {
			t.Errorf("a delay of %d ms, want 9 hours", l.Delay)
		}
		equal(t, "still awaited", shown(c.overdue("lena", followup.Overdue{Open: true})), []string{})
		equal(t, "of the last day", shown(c.overdue("lena", followup.Overdue{Days: 1})), []string{})
		// Without a reminder there is nothing to deliver.
		c.rule(func(s *followup.Spec) { s.OnBreach.NotifyOwner = false })
		silent := c.held("zhao", "乙公司")
		c.until(c.timer(silent, followup.FirstOpen).Due + hour)
		if got := shown(c.overdue("zhao", followup.Overdue{})); len(got) != 1 || got[0] != "乙公司 first_open zhao open not_told" {
			t.Errorf("without a reminder: %v", got)
		}
	})
}

func TestOverdueIsSeenByWhomItConcerns(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		const hour = 3_600_000
		c.held("wang", "甲公司")
		mine := c.held("qian", "丙公司")
		c.until(c.timer(mine, followup.FirstOpen).Due + hour)
		for who, want := range map[string]string{"wang": "[甲公司]", "zhao": "[]", "lena": "[甲公司]", "hugo": "[丙公司]", "qian": "[丙公司]", "chief": "[丙公司 甲公司]"} {
			names := []string{}
			for _, l := range c.overdue(who, followup.Overdue{}) {
				names = append(names, l.Row.Text("company"))
			}
			if len(names) == 2 && names[0] == "甲公司" {
				names[0], names[1] = names[1], names[0]
			}
			if fmt.Sprint(names) != want {
				t.Errorf("%s sees %v, want %s", who, names, want)
			}
		}
	})
}

func TestTalk(t *testing.T) {
	each(t, func(t *testing.T, c *company) {
		const hour = 3_600_000
		id := c.held("wang", "=甲公司")
		c.until(c.timer(id, followup.FirstOpen).Due + hour)
		line := c.overdue("lena", followup.Overdue{})[0]
		due := object.Instant(c.clock.Milli() + 24*hour)
		talk := func(who, note, at string) error {
			_, err := c.engine.Talk(t.Context(), c.as(who), "lead", line.Timer.ID, note, at)
			return err
		}
		for what, got := range map[string][2]string{
			"no note": {code(talk("lena", " ", due)), "invalid_talk"}, "no date": {code(talk("lena", "谈谈", "")), "invalid_talk"}, "yesterday": {code(talk("lena", "谈谈", object.Instant(c.clock.Milli()-hour))), "invalid_talk"},
			"the rep": {code(talk("wang", "谈谈", due)), "forbidden"}, "a colleague": {code(talk("zhao", "谈谈", due)), "no_such_overdue"}, "another region": {code(talk("hugo", "谈谈", due)), "no_such_overdue"},
		} {
			if got[0] != got[1] {
				t.Errorf("%s: %q, want %s", what, got[0], got[1])
			}
		}
		if n := len(c.rows("task", record.Eq{Field: "kind", Value: followup.TalkKind})); n != 0 {
			t.Fatalf("%d tasks were made by refused requests", n)
		}
		if err := talk("lena", "=SUM(A1) 为什么一天没打开", due); err != nil {
			t.Fatal(err)
		}
		tasks := c.rows("task", record.Eq{Field: "kind", Value: followup.TalkKind})
		if len(tasks) != 1 || tasks[0].Owner() != "lena" || tasks[0].Text("lead") != id || tasks[0].Text("person") != "wang" || tasks[0].Text("title") != "约谈 王芳：=甲公司" {
			t.Fatalf("tasks %v", tasks)
		}
		equal(t, "the task's trail", c.ops(tasks[0].ID()), []string{"talk"})
		if l := c.overdue("lena", followup.Overdue{})[0]; l.Talk == nil || l.Talk.ID() != tasks[0].ID() {
			t.Errorf("the line does not show it: %v", l.Talk)
		}
		if l := c.overdue("wang", followup.Overdue{})[0]; l.Talk != nil {
			t.Errorf("the rep reads the supervisor's note: %v", l.Talk)
		}
		h := &followup.OverdueHTTP{Engine: c.engine, Reader: c.reader}
		who := "lena"
		mux := chi.NewMux()
		h.Routes(web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false }))
		get := func() *httptest.ResponseRecorder {
			w := httptest.NewRecorder()
			req := httptest.NewRequest("GET", "/api/v1/objects/lead/overdue.xlsx", nil)
			mux.ServeHTTP(w, req.WithContext(actor.With(req.Context(), c.as(who))))
			return w
		}
		w := get()
		cells := sheet(t, w.Body.Bytes())
		if len(cells) != 3 || !strings.Contains(cells[0][0], "林主管 于 ") || cells[1][1] != "对象" || cells[2][1] != "=甲公司" || cells[2][8] != "未送达" || cells[2][9] != "=SUM(A1) 为什么一天没打开" {
			t.Errorf("the workbook: %q", cells)
		}
		if bytes.Contains(w.Body.Bytes(), []byte("<f>")) {
			t.Error("the workbook holds a formula")
		}
		if who = "wang"; get().Code != 403 {
			t.Error("a rep took the list out")
		}
	})
}

// sheet reads a workbook's only sheet as a person would, cell by cell.
func sheet(t *testing.T, file []byte) [][]string {
	t.Helper()
	w, err := table.OpenWorkbook(bytes.NewReader(file), int64(len(file)), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var out bytes.Buffer
	if _, err := w.WriteCSV(0, &out, nil); err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(&out)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		rows[i] = rows[i][1:] // the number of the row
	}
	return rows
}
