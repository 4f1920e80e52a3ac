package followup

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/table"
	"baton/internal/platform/web"
)

// OverdueHTTP serves the list of what ran past its limit.
type OverdueHTTP struct {
	Engine *Engine
	Reader *record.Reader
}

// Routes lists the module's routes; each shows what the asker may see of the records and of the people, see OverdueLines.
func (h *OverdueHTTP) Routes(r *web.Router) {
	const list = "/api/v1/objects/{object}/overdue"
	web.Handle(r, web.Route{Method: "GET", Path: list, Right: web.SignedIn, Summary: "What ran past its limit in the last days, the longest delay first, with where it stuck"}, h.list)
	r.Raw(web.Route{Method: "GET", Path: list + ".xlsx", Right: web.SignedIn, Summary: "The same as an Excel workbook"}, h.sheet)
	web.Handle(r, web.Route{Method: "POST", Path: list + "/{id}:talk", Right: web.SignedIn, Summary: "Note that one will speak with whoever let it lie: a task of one's own", Status: http.StatusCreated}, h.talk)
}

type overdueIn struct {
	Object string `path:"object"`
	Days   int    `query:"days" minimum:"1" maximum:"90" default:"30"`
	Person string `query:"person" doc:"only this person's"`
	Open   bool   `query:"open" doc:"only what is still awaited"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}

// OverdueView is a line as the API shows it.
type OverdueView struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"first_open,follow_up,assign_deadline"`
	RecordID  string    `json:"record_id"`
	Title     string    `json:"title"`
	Person    string    `json:"person" doc:"whose it was; where nobody had it, who was told"`
	Name      string    `json:"person_name"`
	StartedAt string    `json:"started_at"`
	DueAt     string    `json:"due_at"`
	EndedAt   *string   `json:"ended_at" doc:"when what was awaited came; null while it is awaited"`
	DelayMS   int64     `json:"delay_ms"`
	Stuck     Stuck     `json:"stuck" enum:"not_told,undelivered,unread,read_idle,no_action"`
	Rank      int       `json:"rank" doc:"1 to 3 for the longest delays"`
	MayTalk   bool      `json:"may_talk"`
	Talk      *TalkView `json:"talk"`
}

// TalkView is a 约谈 as the API shows it.
type TalkView struct {
	ID     string `json:"id"`
	Note   string `json:"note"`
	DueAt  string `json:"due_at"`
	Status string `json:"status"`
	By     string `json:"by"`
}

// OverduePerson sums up one person's lines.
type OverduePerson struct {
	Person    string `json:"person"`
	Name      string `json:"name"`
	Count     int    `json:"count"`
	Open      int    `json:"open"`
	LongestMS int64  `json:"longest_ms"`
}

type overdueOut struct {
	Body struct {
		Days      int             `json:"days"`
		Total     int             `json:"total"`
		Lines     []OverdueView   `json:"lines"`
		People    []OverduePerson `json:"people" doc:"by number of lines, without the limit to one person"`
		MayExport bool            `json:"may_export"`
	}
}

func (h *OverdueHTTP) list(ctx context.Context, in *overdueIn) (*overdueOut, error) {
	a := actor.From(ctx)
	everybody, err := h.Engine.OverdueLines(ctx, h.Reader, a, Overdue{Object: in.Object, Days: in.Days, Open: in.Open})
	if err != nil {
		return nil, err
	}
	lines := everybody
	if in.Person != "" {
		lines = OfPerson(everybody, in.Person)
	}
	out := &overdueOut{}
	out.Body.Days, out.Body.Total, out.Body.Lines, out.Body.People = in.Days, len(lines), []OverdueView{}, h.people(everybody)
	out.Body.MayExport = h.mayExport(a, in.Object)
	assigns := a.Kind == actor.Person && h.Engine.mayAssign(a, in.Object)
	for _, l := range lines[:min(in.Limit, len(lines))] {
		out.Body.Lines = append(out.Body.Lines, h.view(a, l, assigns && l.Timer.Person != "" && l.Timer.Person != a.ID))
	}
	return out, nil
}

func (h *OverdueHTTP) view(a *actor.Actor, l *OverdueLine, mayTalk bool) OverdueView {
	v := OverdueView{ID: l.Timer.ID, Kind: l.Timer.Kind, RecordID: l.Row.ID(), Title: h.Engine.Access.Title(h.Engine.Defs.Current(), a, l.Row), Person: l.Person, Name: h.Engine.name(l.Person), StartedAt: object.Instant(l.Timer.StartedAt),
		DueAt: object.Instant(l.Timer.Due), DelayMS: l.Delay, Stuck: l.Stuck, Rank: l.Rank, MayTalk: mayTalk}
	if l.Ended != 0 {
		at := object.Instant(l.Ended)
		v.EndedAt = &at
	}
	if k := l.Talk; k != nil {
		due, _ := k.Int("due_at")
		v.Talk = &TalkView{ID: k.ID(), Note: k.Text("note"), DueAt: object.Instant(due), Status: k.Text("status"), By: h.Engine.name(k.Owner())}
	}
	return v
}

// people sums the lines up by person, in the order of the longest delay.
func (h *OverdueHTTP) people(lines []*OverdueLine) []OverduePerson {
	out, at := []OverduePerson{}, map[string]int{}
	for _, l := range lines {
		i, ok := at[l.Person]
		if !ok {
			i = len(out)
			at[l.Person] = i
			out = append(out, OverduePerson{Person: l.Person, Name: h.Engine.name(l.Person), LongestMS: l.Delay})
		}
		out[i].Count++
		if l.Ended == 0 {
			out[i].Open++
		}
	}
	return out
}

func (h *OverdueHTTP) mayExport(a *actor.Actor, objectName string) bool {
	return h.Engine.Access.May(h.Engine.Defs.Current(), a, objectName, func(r access.Rule) bool { return r.Export })
}

type talkIn struct {
	Object string `path:"object"`
	ID     string `path:"id"`
	Body   struct {
		Note  string `json:"note,omitempty"`
		DueAt string `json:"due_at,omitempty" doc:"RFC 3339"`
	}
}

type talkOut struct {
	Body struct {
		Talk TalkView `json:"talk"`
	}
}

func (h *OverdueHTTP) talk(ctx context.Context, in *talkIn) (*talkOut, error) {
	row, err := h.Engine.Talk(ctx, actor.From(ctx), in.Object, in.ID, in.Body.Note, in.Body.DueAt)
	if err != nil {
		return nil, err
	}
	out := &talkOut{}
	out.Body.Talk = *h.view(actor.From(ctx), &OverdueLine{Row: row, Talk: row}, false).Talk
	return out, nil
}

// sheetColumns head the workbook.
var sheetColumns = []string{"名次", "对象", "负责人", "超时类型", "截止时间", "处理时间", "延误", "延误（分钟）", "卡在哪一步", "约谈", "约谈时间", "编号"}

func (h *OverdueHTTP) sheet(w http.ResponseWriter, r *http.Request) {
	a := actor.From(r.Context())
	person := r.URL.Query().Get("person")
	ask, err := overdueAsk(chi.URLParam(r, "object"), r.URL.Query())
	var lines []*OverdueLine
	if err == nil {
		lines, err = h.Engine.OverdueLines(r.Context(), h.Reader, a, ask)
	}
	if err == nil && !h.mayExport(a, ask.Object) {
		err = problem.New(problem.Forbidden, "forbidden", "你没有权限导出", problem.Item{Code: "forbidden", Message: "需要有导出的权限", Hint: "请联系主管或销售总监"})
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	if person != "" {
		lines = OfPerson(lines, person)
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="overdue.xlsx"; filename*=UTF-8''`+url.PathEscape("超时清单.xlsx"))
	if err := h.write(w, a, ask, lines); err != nil {
		panic(http.ErrAbortHandler) // half a file must not look whole
	}
}

// overdueAsk reads what a plain request asks for, as the list's own parameters are read.
func overdueAsk(objectName string, q url.Values) (Overdue, error) {
	ask := Overdue{Object: objectName, Days: 30, Open: q.Get("open") == "true"}
	if text := q.Get("days"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 90 {
			return ask, invalid("days", "/days", "out_of_range", "天数为 1 到 90")
		}
		ask.Days = n
	}
	return ask, nil
}

var sheetKinds = map[string]string{FirstOpen: "未按时打开", FollowUp: "未按时联系", AssignDeadline: "未按时分配"}

// write makes the workbook: who took it out and when on top, so that a copy that goes astray says where it came from.
func (h *OverdueHTTP) write(w http.ResponseWriter, a *actor.Actor, ask Overdue, lines []*OverdueLine) error {
	e := h.Engine
	book, err := table.NewHeadedWorkbook(w, "超时清单", 2)
	if err != nil {
		return err
	}
	mark := a.Name + " 于 " + e.local(e.Clock.Milli()) + " 导出 · 最近 " + strconv.Itoa(ask.Days) + " 天 · 共 " + strconv.Itoa(len(lines)) + " 条 · 内部资料，请勿外传"
	if err := book.Write([]string{mark}); err != nil {
		return err
	}
	if err := book.Write(sheetColumns); err != nil {
		return err
	}
	for _, l := range lines {
		row := []string{"", e.Access.Title(e.Defs.Current(), a, l.Row), e.name(l.Person), sheetKinds[l.Timer.Kind], e.local(l.Timer.Due), "未处理", span(l.Delay), strconv.FormatInt(l.Delay/60_000, 10), l.Stuck.Words(), "", "", l.Row.ID()}
		if l.Rank > 0 {
			row[0] = strconv.Itoa(l.Rank)
		}
		if l.Ended != 0 {
			row[5] = e.local(l.Ended)
		}
		if k := l.Talk; k != nil {
			due, _ := k.Int("due_at")
			row[9], row[10] = k.Text("note"), e.local(due)
		}
		if err := book.Write(row); err != nil {
			return err
		}
	}
	return book.Close()
}
