package followup

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

const followUpObject = "follow_up"

// DefaultNudge is what happens after an act where no rule says anything else.
var DefaultNudge = NudgeSpec{Hours: 2, QuietMinutes: 30, Text: "客户{name}刚在官网{act}{title}，建议{hours}小时内电话沟通",
	Acts: map[string]string{"download": "下载了", "open": "查看了", "quote": "打开了报价", "visit": "访问了", "submit": "提交了"}}

// stale is how old an act may be told of to still call for a call.
const stale = 24 * time.Hour

// nudgesOnly tells a rule that counts nothing from an owner's coming.
func (r *Rule) nudgesOnly() bool {
	return r.Spec.Nudge != nil && r.Spec.FirstOpenHours == 0 && r.Spec.ContactHours == 0
}

func (r *Rule) checkNudge(b *definition.Builder, hours func(at string, h float64)) {
	n := r.Spec.Nudge
	if n == nil {
		return
	}
	if n.Hours != 0 {
		hours("/spec/nudge/hours", n.Hours)
	}
	if n.QuietMinutes < 0 || n.QuietMinutes > 60*24*30 {
		b.Problem("/spec/nudge/quiet_minutes", "out_of_range", "分钟数应在 0 到 43200 之间", "例如 30")
	}
	if len([]rune(n.Text)) > 200 {
		b.Problem("/spec/nudge/text", "too_long", "提醒的话不超过 200 个字", "")
	}
}

// nudge is what a row's rule says of acts, with what it leaves open filled in.
func (e *Engine) nudge(ctx context.Context, q store.Querier, s *definition.Snapshot, row *object.Row) (NudgeSpec, *Rule, error) {
	r, err := e.firstRule(ctx, q, s, row, func(r *Rule) bool { return r.Spec.Nudge != nil })
	if err == nil && r == nil {
		r, err = e.rule(ctx, q, s, row)
	}
	n := DefaultNudge
	if err != nil || r == nil || r.Spec.Nudge == nil {
		return n, r, err
	}
	own := *r.Spec.Nudge
	n.Hours, n.QuietMinutes = own.Hours, own.QuietMinutes
	if strings.TrimSpace(own.Text) != "" {
		n.Text = own.Text
	}
	if len(own.Acts) > 0 {
		n.Acts = own.Acts
	}
	return n, r, nil
}

// words is the sentence for the owner.
func (n NudgeSpec) words(name string, a Act) string {
	act, known := n.Acts[a.Act]
	if !known {
		act = a.Act
	}
	title := a.Title
	if title != "" && act != "" {
		title = "《" + title + "》"
	}
	return strings.NewReplacer("{name}", name, "{act}", act, "{title}", title, "{hours}", strconv.FormatFloat(n.Hours, 'g', -1, 64)).Replace(n.Text)
}

// Act is something that a known contact did outside.
type Act struct {
	// Act names it (download, open, quote …); Title and URL say of what.
	Act, Title, URL string
	// Who is the contact's name, where it is not the record's own.
	Who string
	// At is when, ms; 0 is now.
	At int64
	// Via says by which way it became known: material, api.
	Via string
}

// Told says what an act led to.
type Told struct {
	Person string // who was told, empty for nobody
	Due    int64  // when the countdown that runs for it ends, 0 for none
	// Again says that the same act was told a moment ago.
	Again bool
}

// Tell keeps an act as an event of the record and tells the owner, with a countdown to the talk. A record of nobody's is assigned first; when
// nobody is found, whoever answers for its region is told. The same act within the quiet time is told once.
func (e *Engine) Tell(ctx context.Context, tx *store.Tx, who *actor.Actor, row *object.Row, a Act) (Told, error) {
	s, now := e.Defs.Current(), e.Clock.Milli()
	if a.At == 0 || a.At > now {
		a.At = now
	}
	n, rule, err := e.nudge(ctx, tx, s, row)
	if err != nil {
		return Told{}, err
	}
	name := a.Who
	if name == "" {
		name = nameOf(row)
	}
	text := n.words(name, a)
	seek := row.Owner() == "" && row.Object.Spec.Pool && !settled(row)
	w := record.Write{Op: record.Update, Object: row.Object.Name, ID: row.ID(), What: "activity", Note: text, At: a.At, Data: map[string]any{"act": a.Act, "title": a.Title, "url": a.URL, "via": a.Via}}
	out, err := e.Writer.In(ctx, tx, record.Request{Actor: who, Origin: record.Origin{Kind: "worker", Engine: true, Assign: true, Countdown: true, Seek: seek}, Writes: []record.Write{w}})
	if err != nil {
		return Told{}, err
	}
	row = out[0].Row
	if n.Hours == 0 || now-a.At > stale.Milliseconds() {
		return Told{}, nil
	}
	if fresh, err := e.seen(ctx, tx, row, a, now, n.QuietMinutes); err != nil || !fresh {
		return Told{Again: !fresh}, err
	}
	return e.tellAct(ctx, tx, s, row, rule, n, a, text, now)
}

func (e *Engine) tellAct(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row, rule *Rule, n NudgeSpec, a Act, text string, now int64) (Told, error) {
	told := Told{Person: row.Owner()}
	body := row.Object.TitleOf(row)
	if told.Person == "" {
		if told.Person = e.regionHead(row); told.Person == "" {
			return told, nil
		}
		body += "（还没有负责人，请尽快指派）"
	} else if !settled(row) {
		due, err := e.startNudge(ctx, tx, s, row, rule, n.Hours, now)
		if err != nil {
			return told, err
		}
		told.Due = due
		body += "，请在 " + e.local(due) + " 前联系"
	}
	key := fmt.Sprintf("nudge:%s:%s:%s:%s:%d", row.Object.Name, row.ID(), a.Act, a.subject(), now)
	return told, e.Inbox.Send(ctx, tx, notify.Message{Person: told.Person, Kind: "nudge", Level: notify.Amber, Title: text, Body: body, Object: row.Object.Name, RecordID: row.ID(), Dedupe: key})
}

// startNudge starts the countdown to the talk, unless one runs already: that one ends first. The record's due instant is the nearest.
func (e *Engine) startNudge(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row, rule *Rule, hours float64, now int64) (int64, error) {
	timers, err := e.Timers.List(ctx, tx, row.Object.Name, row.ID())
	if err != nil {
		return 0, err
	}
	for _, t := range timers {
		if t.Kind == Nudge && t.State == timer.Running && t.Person == row.Owner() {
			return t.Due, nil
		}
	}
	name, t := "", terms{Hours: hours, Owner: true}
	if rule != nil {
		name, t = rule.Name, rule.terms(hours)
		t.Return = nil // nobody loses a record for a missed call
	}
	due, err := e.start(ctx, tx, s, Nudge, row, name, now, hours, t)
	if err != nil || !has(row.Object, dueField) {
		return due, err
	}
	if was, set := row.Int(dueField); set && was <= due {
		return due, nil
	}
	_, err = e.Writer.In(ctx, tx, record.Request{Actor: clockwork, Origin: record.Origin{Kind: "worker", Engine: true}, Writes: []record.Write{
		{Op: record.Update, Object: row.Object.Name, ID: row.ID(), What: "nudge", Values: map[string]any{dueField: object.Instant(due)}}}})
	return due, err
}

// seen keeps when an act was told last; fresh is false within the quiet time, on any node.
func (e *Engine) seen(ctx context.Context, tx *store.Tx, row *object.Row, a Act, now int64, quiet float64) (fresh bool, err error) {
	before := now - int64(quiet*60_000)
	res, err := tx.Exec(ctx, `INSERT INTO nudge_seen (object, record_id, act, subject, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (object, record_id, act, subject) DO UPDATE SET at = excluded.at WHERE nudge_seen.at <= ?`, row.Object.Name, row.ID(), a.Act, a.subject(), now, before)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func (a Act) subject() string {
	if a.Title != "" {
		return a.Title
	}
	return a.URL
}

// nameOf is how a record's contact is called: by name, or as the record is.
func nameOf(row *object.Row) string {
	if has(row.Object, "name") {
		if s := row.Text("name"); s != "" {
			return s
		}
	}
	return row.Object.TitleOf(row)
}

// nearest is the earlier of an instant and the end of a running countdown to a talk.
func nearest(at int64, timers []timer.Timer) int64 {
	for _, t := range timers {
		if t.Kind == Nudge && t.State == timer.Running {
			at = min(at, t.Due)
		}
	}
	return at
}

// talked stops the countdowns to a talk of the records that a new follow-up points to: the talk has been.
func (e *Engine) talked(ctx context.Context, c *record.Change) error {
	if c.Op != record.Create {
		return nil
	}
	for _, f := range c.Object.Fields {
		id, _ := c.New.V[f.Index].(string)
		o, ok := object.Of(c.Snap, f.Target)
		if f.System || id == "" || !ok {
			continue
		}
		timers, err := e.Timers.List(ctx, c.Tx, o.Name, id)
		if err != nil {
			return err
		}
		var due int64
		running := false
		for _, t := range timers {
			switch {
			case t.State != timer.Running:
			case t.Kind == Nudge:
				running = running || t.StartedAt <= c.At
			case shown[t.Kind] && (due == 0 || t.Due < due):
				due = t.Due
			}
		}
		if !running {
			continue
		}
		if err := e.Timers.Stop(ctx, c.Tx, o.Name, id, Nudge); err != nil {
			return err
		}
		if has(o, dueField) {
			var at any
			if due != 0 {
				at = object.Instant(due)
			}
			c.Append(record.Write{Op: record.Update, Object: o.Name, ID: id, Values: map[string]any{dueField: at}})
		}
	}
	return nil
}

// Nudged lists the records of an object that a person has been told to call about and has not yet: ids, the nearest end first, most at most.
func (e *Engine) Nudged(ctx context.Context, person, objectName string, most int) ([]string, error) {
	rows, err := e.DB.Query(ctx, "SELECT record_id FROM timer WHERE person = ? AND object = ? AND state = 0 AND kind = 'nudge' ORDER BY due_at, record_id LIMIT ?", person, objectName, most)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, rows.Err()
}
