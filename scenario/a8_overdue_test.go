package scenario

import (
	"bytes"
	"database/sql"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// overdueList is the answer of the list of what ran late.
type overdueList struct {
	Days      int  `json:"days"`
	Total     int  `json:"total"`
	People    any  `json:"people"`
	MayExport bool `json:"may_export"`
	Lines     []struct {
		ID       string  `json:"id"`
		Kind     string  `json:"kind"`
		RecordID string  `json:"record_id"`
		Title    string  `json:"title"`
		Person   string  `json:"person"`
		Name     string  `json:"person_name"`
		Started  string  `json:"started_at"`
		DueAt    string  `json:"due_at"`
		EndedAt  *string `json:"ended_at"`
		DelayMS  int64   `json:"delay_ms"`
		Stuck    string  `json:"stuck"`
		Rank     int     `json:"rank"`
		MayTalk  bool    `json:"may_talk"`
		Talk     *struct {
			ID     string `json:"id"`
			DueAt  string `json:"due_at"`
			Status string `json:"status"`
			Note   string `json:"note"`
			By     string `json:"by"`
		} `json:"talk"`
	} `json:"lines"`
}

func (c *Client) overdue(t testing.TB) overdueList {
	t.Helper()
	var out overdueList
	c.Get(t, path("/objects/lead/overdue"), &out)
	return out
}

// stuck lists title, end and place of each line.
func (l overdueList) stuck() string {
	var out []string
	for _, x := range l.Lines {
		end := "open"
		if x.EndedAt != nil {
			end = "ended"
		}
		out = append(out, x.Title+" "+end+" "+x.Stuck)
	}
	return strings.Join(out, ", ")
}

// What ran late, by the real program: order and delays as a hand-written statement has them, the place where each stuck from what really
// reached the rep, the talk, the workbook.
func TestOverdueList(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Now: At(t, tuesday)})
		f := newFloor(t, s)
		give := func(company string) string {
			return f.director.Create(t, "lead", Fields{"company": company, "owner": f.rep.User.ID}).ID()
		}
		ids := []string{give("甲校"), give("乙校"), give("丙校"), give("=丁校")}
		due := instant(t, f.rep.Countdown(t, "lead", ids[3], "first_open").DueAt)
		// Nobody has a page open: nothing reaches the rep.
		feed := f.boss.Stream(t)
		f.admin.SetTime(t, due.Add(time.Hour))
		for _, id := range ids {
			feed.Wait(t, "inbox", func(e Event) bool { return e.Data["kind"] == "copy" && e.Data["record_id"] == id })
		}
		if got, want := f.boss.overdue(t).stuck(), "甲校 open undelivered, 乙校 open undelivered, 丙校 open undelivered, =丁校 open undelivered"; got != want {
			t.Fatalf("after an hour: %s, want %s", got, want)
		}
		// The rep comes: three lie on the page, one of them is read, another one opened.
		notices := map[string]Notice{}
		for _, n := range f.rep.Inbox(t) {
			notices[n.RecordID] = n
		}
		f.rep.Post(t, path("/inbox/%s:read", notices[ids[1]].ID), Fields{}, nil)
		f.admin.SetTime(t, due.Add(3*time.Hour))
		f.rep.Act(t, "lead", ids[2], "open", nil).OK(t, nil)
		f.admin.SetTime(t, due.Add(4*time.Hour))
		list := f.boss.overdue(t)
		if got, want := list.stuck(), "甲校 open unread, 乙校 open read_idle, =丁校 open unread, 丙校 ended unread"; got != want {
			t.Errorf("after four hours: %s, want %s", got, want)
		}
		ranks := ""
		for _, l := range list.Lines {
			ranks += fmt.Sprint(l.Rank)
		}
		if ranks != "1230" {
			t.Errorf("ranks %s", ranks)
		}
		first := list.Lines[0]
		asked := instant(t, first.DueAt).UnixMilli() + first.DelayMS
		rows, err := s.SQL(t).Query(fmt.Sprintf(`SELECT t.id, COALESCE((SELECT MIN(e.at) FROM event e WHERE e.record_id = t.record_id AND e.at >= t.due_at AND e.op IN ('open', 'contacted')), %d) - t.due_at AS delay
			FROM timer t WHERE t.state = 2 AND t.kind IN ('first_open', 'follow_up') ORDER BY 2 DESC, t.due_at, t.id`, asked))
		if err != nil {
			t.Fatal(err)
		}
		if want := pairs(t, rows); want != list.pairs() {
			t.Errorf("lines\n%s\nby SQL\n%s", list.pairs(), want)
		}

		// The supervisor notes a talk; the rep may not, and does not see the supervisor's task.
		talk := path("/objects/lead/overdue/%s:talk", first.ID)
		body := Fields{"note": "=为什么没打开", "due_at": s.Clock.Now().Add(24 * time.Hour).Format(time.RFC3339)}
		f.rep.Do(t, http.MethodPost, talk, body).Problem(t, 403, "forbidden")
		f.boss.Post(t, talk, body, nil)
		if l := f.boss.overdue(t).Lines[0]; l.Talk == nil || l.Talk.Note != "=为什么没打开" || l.Talk.By != "zhouming" {
			t.Errorf("the line afterwards: %+v", l)
		}
		tasks := f.boss.List(t, "task", Fields{"field": "kind", "op": "eq", "value": "约谈"}, "")
		if len(tasks) != 1 || tasks[0].Text("owner") != f.boss.User.ID || len(f.admin.Events(t, "task", tasks[0].ID(), "talk")) != 1 {
			t.Errorf("the supervisor's tasks: %v", tasks)
		}
		if got := f.rep.List(t, "task", Fields{"field": "kind", "op": "eq", "value": "约谈"}, ""); len(got) != 0 {
			t.Errorf("the rep sees %v", got)
		}
		sheet := f.boss.Do(t, http.MethodGet, path("/objects/lead/overdue.xlsx"), nil)
		if sheet.Status != http.StatusOK || !bytes.HasPrefix(sheet.Body, []byte("PK")) {
			t.Errorf("the workbook: %d", sheet.Status)
		}
		f.rep.Do(t, http.MethodGet, path("/objects/lead/overdue.xlsx"), nil).Problem(t, 403, "forbidden")
	})
}

func (l overdueList) pairs() string {
	var out strings.Builder
	for _, x := range l.Lines {
		fmt.Fprintln(&out, x.ID, x.DelayMS)
	}
	return out.String()
}

func pairs(t *testing.T, rows *sql.Rows) string {
	t.Helper()
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		var id string
		var ms int64
		if err := rows.Scan(&id, &ms); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out, id, ms)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
