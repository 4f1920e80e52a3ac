package followup

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
)

// Kind is the definition kind of follow-up rules.
const Kind = "follow_up_rule"

// Spec is a follow-up rule as written.
type Spec struct {
	Object  string `json:"object"`
	Enabled bool   `json:"enabled"`
	// When limits the rule to some records; empty is all. The first matching rule by name counts.
	When json.RawMessage `json:"when,omitempty"`
	// FirstOpenHours is the time from getting an owner to the owner's first opening, ContactHours from there to the first contact.
	FirstOpenHours float64 `json:"first_open_hours"`
	ContactHours   float64 `json:"contact_hours"`
	// WorkingTime counts on the calendar's workdays only: whole days, or with WorkingHours its working hours.
	WorkingTime  bool       `json:"working_time"`
	WorkingHours bool       `json:"working_hours,omitempty"`
	Calendar     string     `json:"calendar,omitempty"`
	OnBreach     BreachSpec `json:"on_breach"`
	// Nudge is what follows an act of the contact (downloads, opened quotes); absent: as DefaultNudge has it. A rule whose hours above are
	// both 0 is for nudges only.
	Nudge *NudgeSpec `json:"nudge,omitempty"`
	// QuickNotes are what is often said of a contact, offered for one tap where it is written down.
	QuickNotes []string `json:"quick_notes,omitempty"`
}

// NudgeSpec says how the owner learns of a contact's act.
type NudgeSpec struct {
	// Hours is the time to call the contact; 0 tells nobody.
	Hours float64 `json:"hours"`
	// QuietMinutes: the same act within them is told once.
	QuietMinutes float64 `json:"quiet_minutes"`
	// Text is what the owner reads; {name}, {act}, {title} and {hours} are filled in. Empty is the shipped sentence.
	Text string `json:"text,omitempty"`
	// Acts says each act in words, "download": "下载了". An act without words is told as it came.
	Acts map[string]string `json:"acts,omitempty"`
}

// BreachSpec says what happens when a countdown runs out. The hours count from the breach; null is never.
type BreachSpec struct {
	NotifyOwner            bool     `json:"notify_owner"`
	CopySupervisor         bool     `json:"copy_supervisor"`
	EscalateAfterHours     *float64 `json:"escalate_after_hours"`
	ReturnToPoolAfterHours *float64 `json:"return_to_pool_after_hours"`
}

// Rule is a compiled follow-up rule. Immutable.
type Rule struct {
	Name  string
	Title definition.Text
	Spec  Spec
	when  *condition.Cond
}

const maxHours = 24 * 366

// NewKind is the definition kind of follow-up rules; it is registered after object and calendar. env reads the condition's literals.
func NewKind(env *object.Env) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "跟进时限规则", EN: "Follow-up rule"}, Schema: Spec{}, Sentence: sentence,
		Compile: func(d *definition.Definition, b *definition.Builder) any { return compile(d, b, env) }}
}

func compile(d *definition.Definition, b *definition.Builder, env *object.Env) any {
	r := &Rule{Name: d.Name, Title: d.Title}
	if !b.Decode(&r.Spec) {
		return nil
	}
	before := len(b.Problems)
	o, ok := object.Named(b, "/spec/object", r.Spec.Object)
	if !ok {
		return nil
	}
	hours := func(at string, h float64) {
		if h <= 0 || h > maxHours {
			b.Problem(at, "out_of_range", "小时数应大于 0，不超过一年", "例如 72")
		}
	}
	if !r.nudgesOnly() {
		hours("/spec/first_open_hours", r.Spec.FirstOpenHours)
		hours("/spec/contact_hours", r.Spec.ContactHours)
	}
	r.checkNudge(b, hours)
	r.checkQuickNotes(b)
	if h := r.Spec.OnBreach.EscalateAfterHours; h != nil {
		hours("/spec/on_breach/escalate_after_hours", *h)
	}
	if h := r.Spec.OnBreach.ReturnToPoolAfterHours; h != nil {
		hours("/spec/on_breach/return_to_pool_after_hours", *h)
	}
	if _, ok := timer.CalendarOf(b.Snapshot, r.Spec.Calendar); !ok && (r.Spec.WorkingTime || r.Spec.Calendar != "") {
		b.Problem("/spec/calendar", "unknown_calendar", "没有工作日历“"+r.Spec.Calendar+"”", definition.Suggest(r.Spec.Calendar, b.Names(timer.CalendarKind)))
	}
	r.when = compileWhen(b, o, env, r.Spec.When)
	if len(b.Problems) > before {
		return nil
	}
	return r
}

// compileWhen reads the condition of a rule; nil is none, or one with problems.
func compileWhen(b *definition.Builder, o *object.Object, env *object.Env, when json.RawMessage) *condition.Cond {
	if len(when) == 0 || string(when) == "null" {
		return nil
	}
	node, err := condition.Parse(when)
	if err != nil {
		b.Problem("/spec/when", "unreadable", "条件无法读取："+err.Error(), "")
		return nil
	}
	cond, items := condition.Compile(node, condition.Scope{Snapshot: b.Snapshot, Object: o, Env: env})
	for _, it := range condition.At("/spec/when", items) {
		if !condition.Warning(it) {
			b.Problem(it.Pointer, it.Code, it.Message, it.Hint)
		}
	}
	return cond
}

func sentence(compiled any, s *definition.Snapshot) string {
	r, ok := compiled.(*Rule)
	if !ok {
		return ""
	}
	var w strings.Builder
	title := r.Spec.Object
	if o, ok := object.Of(s, r.Spec.Object); ok {
		title = o.Title.ZH
	}
	if r.when != nil {
		fmt.Fprintf(&w, "对%s的%s，", r.when.Words(), title)
	} else {
		fmt.Fprintf(&w, "对每条%s，", title)
	}
	if r.nudgesOnly() {
		w.WriteString("不限首次打开和联系的时间")
	} else {
		fmt.Fprintf(&w, "负责人须在 %g 小时内打开，打开后 %g 小时内联系", r.Spec.FirstOpenHours, r.Spec.ContactHours)
	}
	if n := r.Spec.Nudge; n != nil && n.Hours > 0 {
		fmt.Fprintf(&w, "；客户有新动作时提醒负责人在 %g 小时内电话沟通（%g 分钟内同一动作只提醒一次）", n.Hours, n.QuietMinutes)
	}
	if r.Spec.WorkingTime {
		w.WriteString("（只计" + map[bool]string{false: "工作日", true: "工作时间"}[r.Spec.WorkingHours] + "）")
	}
	var told []string
	if r.Spec.OnBreach.NotifyOwner {
		told = append(told, "提醒负责人")
	}
	if r.Spec.OnBreach.CopySupervisor {
		told = append(told, "抄送主管")
	}
	if h := r.Spec.OnBreach.EscalateAfterHours; h != nil {
		told = append(told, fmt.Sprintf("再过 %g 小时上报上一级", *h))
	}
	if h := r.Spec.OnBreach.ReturnToPoolAfterHours; h != nil {
		told = append(told, fmt.Sprintf("再过 %g 小时退回公海", *h))
	}
	if len(told) > 0 {
		w.WriteString("；超时" + strings.Join(told, "，"))
	}
	if !r.Spec.Enabled {
		w.WriteString("（未启用）")
	}
	return w.String()
}

// terms are what a running countdown keeps of its rule, so that a changed rule does not rewrite it.
type terms struct {
	Hours    float64  `json:"h,omitempty"`
	Working  bool     `json:"w,omitempty"`
	InHours  bool     `json:"i,omitempty"`
	Calendar string   `json:"c,omitempty"`
	Owner    bool     `json:"o,omitempty"`
	Copy     bool     `json:"s,omitempty"`
	Escalate *float64 `json:"e,omitempty"`
	Return   *float64 `json:"p,omitempty"`
	// Told is the person told last, for the next step up; Of is the countdown that was breached, At when.
	Told string `json:"t,omitempty"`
	Of   string `json:"k,omitempty"`
	At   int64  `json:"a,omitempty"`
}

func (r *Rule) terms(hours float64) terms {
	t := terms{Hours: hours, Working: r.Spec.WorkingTime, Owner: r.Spec.OnBreach.NotifyOwner, Copy: r.Spec.OnBreach.CopySupervisor, Escalate: r.Spec.OnBreach.EscalateAfterHours, Return: r.Spec.OnBreach.ReturnToPoolAfterHours}
	if t.Working {
		t.InHours, t.Calendar = r.Spec.WorkingHours, r.Spec.Calendar
	}
	return t
}

func (t terms) data() string {
	b, _ := json.Marshal(t) // plain fields only
	return string(b)
}

func termsOf(t timer.Timer) (terms, error) {
	var out terms
	if t.Data == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(t.Data), &out); err != nil {
		return out, fmt.Errorf("followup: countdown %s: %w", t.ID, err)
	}
	return out, nil
}

// due is the instant hours after from by the terms' way of counting, ms.
func (t terms) due(s *definition.Snapshot, from int64, hours float64) (int64, error) {
	d := time.Duration(math.Round(hours*3_600_000)) * time.Millisecond
	if !t.Working {
		return from + d.Milliseconds(), nil
	}
	c, ok := timer.CalendarOf(s, t.Calendar)
	if !ok {
		return from + d.Milliseconds(), nil // the calendar was removed while the countdown ran
	}
	cal := c.Days
	if t.InHours {
		cal = c.Hours
	}
	at, _, err := cal.AddWorking(time.UnixMilli(from), d)
	if err != nil {
		return 0, fmt.Errorf("followup: calendar %s: %w", t.Calendar, err)
	}
	return at.UnixMilli(), nil
}

// ruleIndex holds a snapshot's enabled rules by object.
type ruleIndex struct {
	snap     *definition.Snapshot
	byObject map[string][]*Rule
}

func (e *Engine) rulesOf(s *definition.Snapshot, objectName string) []*Rule {
	ix := e.rules.Load()
	if ix == nil || ix.snap != s {
		ix = &ruleIndex{snap: s, byObject: map[string][]*Rule{}}
		for _, r := range definition.All[*Rule](s, Kind) {
			if r.Spec.Enabled {
				ix.byObject[r.Spec.Object] = append(ix.byObject[r.Spec.Object], r)
			}
		}
		e.rules.Store(ix)
	}
	return ix.byObject[objectName]
}

// rule finds the rule for a row's first contact, nil when none applies.
func (e *Engine) rule(ctx context.Context, q store.Querier, s *definition.Snapshot, row *object.Row) (*Rule, error) {
	return e.firstRule(ctx, q, s, row, func(r *Rule) bool { return !r.nudgesOnly() })
}

func (e *Engine) firstRule(ctx context.Context, q store.Querier, s *definition.Snapshot, row *object.Row, fits func(*Rule) bool) (*Rule, error) {
	for _, r := range e.rulesOf(s, row.Object.Name) {
		if !fits(r) {
			continue
		}
		if r.when == nil {
			return r, nil
		}
		ok, err := r.when.Match(e.sight(ctx, q, s, row))
		if err != nil {
			return nil, fmt.Errorf("followup: rule %s: %w", r.Name, err)
		}
		if ok {
			return r, nil
		}
	}
	return nil, nil
}

// sight is what a rule's condition sees of a row.
func (e *Engine) sight(ctx context.Context, q store.Querier, s *definition.Snapshot, row *object.Row) *condition.Env {
	return &condition.Env{Row: row, Now: e.Clock.Now(), Zone: e.Env.Zone,
		Related: func(name, id string) (*object.Row, error) {
			o, ok := object.Of(s, name)
			if !ok {
				return nil, nil
			}
			return record.ReadRow(ctx, q, o, id)
		},
		Children: func(name, field, id string) ([]*object.Row, error) {
			o, ok := object.Of(s, name)
			if !ok {
				return nil, nil
			}
			return record.FindRows(ctx, q, o, record.Eq{Field: field, Value: id})
		}}
}
