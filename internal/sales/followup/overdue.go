package followup

import (
	"context"
	"encoding/json"
	"sort"
	"strconv"
	"strings"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/timer"
)

// Overdue asks for what ran past its limit: the last Days days, only what is Open still.
type Overdue struct {
	Object string
	Days   int
	Open   bool
}

// OverdueLine is one countdown that ran out. Ended is when what was awaited came, 0 while it is still awaited; Delay counts from the due
// instant to there or to now. Instants are milliseconds.
type OverdueLine struct {
	Timer  timer.Timer
	Row    *object.Row
	Person string // whose it was; for a record that waited for an owner, who was told
	Ended  int64
	Delay  int64
	Stuck  Stuck
	// Rank is 1 to 3 for the longest delays of the list, 0 for the others.
	Rank int
	Talk *object.Row // the newest 约谈 about it that was not cancelled
}

// overdueMost bounds how many countdowns one list looks at: the newest.
const overdueMost = 5000

// overdueChunk is how many records are read at once.
const overdueChunk = 200

// TalkKind is the kind of task that stands for a 约谈.
const TalkKind = "约谈"

// OverdueLines lists what ran past its limit, the longest delay first, as the actor may see it: one's own, those of people whose records one
// sees, and, for whoever assigns, what nobody was given in time.
func (e *Engine) OverdueLines(ctx context.Context, r *record.Reader, a *actor.Actor, ask Overdue) ([]*OverdueLine, error) {
	o, scope, err := r.Object(a, ask.Object)
	if err != nil {
		return nil, err
	}
	now := e.Clock.Milli()
	fired, err := e.Timers.Fired(ctx, e.DB, o.Name, []string{FirstOpen, FollowUp, AssignDeadline}, now-int64(ask.Days)*dayMilli, now+1, overdueMost)
	if err != nil {
		return nil, err
	}
	assigns := e.mayAssign(a, o.Name)
	var out []*OverdueLine
	for len(fired) > 0 {
		n := min(overdueChunk, len(fired))
		lines, err := e.overdueLines(ctx, o, scope, assigns, fired[:n], now)
		if err != nil {
			return nil, err
		}
		for _, l := range lines {
			if !ask.Open || l.Ended == 0 {
				out = append(out, l)
			}
		}
		fired = fired[n:]
	}
	sort.SliceStable(out, func(i, j int) bool {
		x, y := out[i], out[j]
		switch {
		case x.Delay != y.Delay:
			return x.Delay > y.Delay
		case x.Timer.Due != y.Timer.Due:
			return x.Timer.Due < y.Timer.Due
		}
		return x.Timer.ID < y.Timer.ID
	})
	rank(out)
	return out, e.addTalks(ctx, r, a, o, out)
}

// OfPerson are the lines of one person, ranked among themselves.
func OfPerson(lines []*OverdueLine, person string) []*OverdueLine {
	var out []*OverdueLine
	for _, l := range lines {
		if l.Person == person {
			own := *l
			out = append(out, &own)
		}
	}
	rank(out)
	return out
}

// rank marks the three longest delays.
func rank(lines []*OverdueLine) {
	for i, l := range lines {
		if l.Rank = i + 1; i >= 3 {
			l.Rank = 0
		}
	}
}

func (e *Engine) mayAssign(a *actor.Actor, objectName string) bool {
	return e.Access.May(e.Defs.Current(), a, objectName, func(r access.Rule) bool { return r.Assign })
}

func (e *Engine) overdueLines(ctx context.Context, o *object.Object, scope *access.Scope, assigns bool, fired []timer.Timer, now int64) ([]*OverdueLine, error) {
	var ids []string
	seen := map[string]bool{}
	for _, t := range fired {
		if !seen[t.RecordID] {
			seen[t.RecordID] = true
			ids = append(ids, t.RecordID)
		}
	}
	rows, err := record.ReadRows(ctx, e.DB, o, ids)
	if err != nil {
		return nil, err
	}
	owners, err := record.Owners(ctx, e.DB, o, ids)
	if err != nil {
		return nil, err
	}
	deeds, err := e.Writer.Ledger.Deeds(ctx, ids, "open", "contacted")
	if err != nil {
		return nil, err
	}
	notices, err := e.Inbox.About(ctx, ids)
	if err != nil {
		return nil, err
	}
	visits, err := e.visitsOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var out []*OverdueLine
	for _, t := range fired {
		row := rows[t.RecordID]
		if row == nil || row.V[object.DeletedAt] != nil || !scope.Allows(row) {
			continue
		}
		reminder := reminderOf(t, notices)
		l := &OverdueLine{Timer: t, Row: row, Person: t.Person}
		if t.Kind == AssignDeadline {
			if !assigns {
				continue
			}
			if reminder != nil {
				l.Person = reminder.Person
			}
		} else if !scope.AllowsOwner(t.Person) {
			continue
		}
		l.Ended = ended(t, row, owners[t.RecordID], func(yield func(string, int64)) {
			for _, d := range deeds {
				if d.RecordID == t.RecordID {
					yield(d.Op, d.At)
				}
			}
		})
		until := l.Ended
		if until == 0 {
			until = now
		}
		l.Delay = max(0, until-t.Due)
		steps := progress{}
		if reminder != nil {
			steps.sent, steps.delivered, steps.read = reminder.At, reminder.DeliveredAt, reminder.ReadAt
		}
		for _, v := range visits[t.RecordID] {
			if v.person == l.Person && v.at >= t.Due && (steps.visited == 0 || v.at < steps.visited) {
				steps.visited = v.at
			}
		}
		l.Stuck = steps.stuck(t.Due, until, l.Ended != 0)
		out = append(out, l)
	}
	return out, nil
}

// reminderOf is the notice that told of the countdown's end: to its person or, where it had none, to whoever answers for the region.
func reminderOf(t timer.Timer, notices []*notify.Item) *notify.Item {
	for _, n := range notices {
		if strings.HasPrefix(n.Dedupe, t.ID+":") && (n.Person == t.Person || t.Person == "") {
			return n
		}
	}
	return nil
}

// ended is when what the countdown waited for came: the opening or the contact, an owner, or the end of that person's or anybody's duty.
func ended(t timer.Timer, row *object.Row, stays []record.Stay, deeds func(func(op string, at int64))) int64 {
	var end int64
	at := func(ms int64) {
		if ms >= t.Due && (end == 0 || ms < end) {
			end = ms
		}
	}
	for _, s := range stays {
		if t.Kind == AssignDeadline && s.Owner != "" {
			at(s.Entered)
		}
		if t.Kind != AssignDeadline && s.Owner == t.Person && s.Left != 0 {
			at(s.Left)
		}
	}
	deeds(func(op string, ms int64) {
		if op == "contacted" || op == "open" && t.Kind == FirstOpen {
			at(ms)
		}
	})
	if ms, ok := row.Int("decided_at"); ok {
		at(ms)
	}
	return end
}

type visit struct {
	person string
	at     int64
}

func (e *Engine) visitsOf(ctx context.Context, ids []string) (map[string][]visit, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := e.DB.Query(ctx, "SELECT record_id, person, at FROM page_visit WHERE record_id IN ("+strings.TrimPrefix(strings.Repeat(", ?", len(ids)), ", ")+") ORDER BY at", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string][]visit{}
	for rows.Next() {
		var id string
		var v visit
		if err := rows.Scan(&id, &v.person, &v.at); err != nil {
			return nil, err
		}
		out[id] = append(out[id], v)
	}
	return out, rows.Err()
}

// addTalks finds the 约谈 about each line, of the same record and person and made since it ran out, as far as the actor may read the task.
func (e *Engine) addTalks(ctx context.Context, r *record.Reader, a *actor.Actor, o *object.Object, lines []*OverdueLine) error {
	task, ok := object.Of(e.Defs.Current(), "task")
	if !ok || len(lines) == 0 {
		return nil
	}
	f := relationTo(task, o)
	if f == nil {
		return nil
	}
	sees := e.Access.Scope(e.Defs.Current(), a, task.Name, access.Read)
	byRecord := map[string][]*OverdueLine{}
	for _, l := range lines {
		byRecord[l.Row.ID()] = append(byRecord[l.Row.ID()], l)
	}
	// Newest first; the lines reach back so far at most.
	ask := record.List{Object: task.Name, Limit: 500, Sort: []record.Sort{{Field: "created_at", Desc: true}},
		Filter: json.RawMessage(`{"all":[{"field":"kind","op":"eq","value":"` + TalkKind + `"},{"field":"status","op":"ne","value":"cancelled"},{"field":"created_at","op":"within","value":{"last":90,"unit":"day"}}]}`)}
	for {
		page, err := r.List(ctx, actor.TheSystem(TalkKind), ask)
		if err != nil {
			return err
		}
		for _, k := range page.Rows {
			if !sees.Allows(k) {
				continue
			}
			made, _ := k.V[object.CreatedAt].(int64)
			for _, l := range byRecord[k.Text(f.Name)] {
				if l.Talk == nil && k.Text("person") == l.Person && made >= l.Timer.Due {
					l.Talk = k
				}
			}
		}
		if ask.Cursor = page.Next; ask.Cursor == "" {
			return nil
		}
	}
}

// Stuck names where a delay came from.
type Stuck string

// The places, in the order in which a reminder passes them.
const (
	NotTold     Stuck = "not_told"    // nobody reminded the person
	Undelivered Stuck = "undelivered" // the reminder reached no page of theirs
	Unread      Stuck = "unread"      // it was not read
	Idle        Stuck = "read_idle"   // it was read, and the record not looked at
	NoAction    Stuck = "no_action"   // the record's page was open, and nothing done there
)

// Words is the place as people read it.
func (s Stuck) Words() string {
	return map[Stuck]string{NotTold: "未提醒", Undelivered: "未送达", Unread: "未读", Idle: "已读未处理", NoAction: "没找到操作"}[s]
}

// progress is how far a reminder came, ms; 0 is not yet.
type progress struct{ sent, delivered, read, visited int64 }

// places in the order of progress; the last is where all steps were taken.
var places = [...]Stuck{NotTold, Undelivered, Unread, Idle, NoAction}

// stuck says where it stands, while it stands; where it is over, on which step most of the delay was spent. A step that was jumped over
// counts as taken with the next one.
func (p progress) stuck(due, end int64, over bool) Stuck {
	at := [...]int64{p.sent, p.delivered, p.read, p.visited}
	next := int64(0)
	for i := len(at) - 1; i >= 0; i-- {
		if at[i] == 0 || at[i] > end {
			at[i] = next
		}
		next = at[i]
	}
	taken, from, most, longest := 0, due, int64(0), -1
	for ; taken < len(at) && at[taken] != 0; taken++ {
		if d := at[taken] - from; d > most {
			most, longest = d, taken
		}
		from = max(from, at[taken])
	}
	if !over || longest < 0 || end-from > most {
		return places[taken]
	}
	return places[longest]
}

// span is a length of time in its two largest parts, as people read it.
func span(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	days, hours, minutes := int64(d/(24*time.Hour)), int64(d%(24*time.Hour)/time.Hour), int64(d%time.Hour/time.Minute)
	var parts []string
	for _, p := range []struct {
		n    int64
		unit string
	}{{days, "天"}, {hours, "小时"}, {minutes, "分钟"}} {
		if p.n > 0 && len(parts) < 2 {
			parts = append(parts, strconv.FormatInt(p.n, 10)+" "+p.unit)
		}
	}
	if len(parts) == 0 {
		return "不到 1 分钟"
	}
	return strings.Join(parts, " ")
}
