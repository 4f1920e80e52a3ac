package tagging

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

func newReader(raw []byte) io.Reader { return bytes.NewReader(raw) }

// Revisions gives the definitions as they were published at a revision.
type Revisions interface {
	At(ctx context.Context, revision int64) (*definition.Snapshot, error)
}

// Records tells what the actor may not see beside a record that they have read. record.Reader is one.
type Records interface {
	Hides(a *actor.Actor, read *object.Row) func(r *object.Row, f *object.Field) bool
}

// Explainer tells why a record carries the tags it carries. Safe for concurrent use.
type Explainer struct {
	DB   *store.DB
	Defs *definition.Manager
	Env  *object.Env
	// Records hides what the asker may not see.
	Records Records
	// Past may be nil; then decisions of rules that have since changed are told without their conditions.
	Past Revisions
}

// Explanation of one tag.
type Explanation struct {
	Value      any              `json:"value"` // null: no tag
	Title      string           `json:"title"` // the dimension's
	Text       string           `json:"text"`  // the decision in a sentence
	Rule       string           `json:"rule"`  // which part of the dimension decided
	At         string           `json:"at"`    // RFC 3339, UTC, milliseconds
	Revision   int64            `json:"revision"`
	Seen       string           `json:"seen"` // the value that decided
	Conditions *condition.Trace `json:"conditions,omitempty"`
}

// Explain gives the newest decision by dimension for a row that the actor has read; empty when the record was never tagged. A tag the actor
// may not see is not among them, and of the others' reasons the values are left out that the actor may not see.
func (e *Explainer) Explain(ctx context.Context, a *actor.Actor, row *object.Row) (map[string]*Explanation, error) {
	out := map[string]*Explanation{}
	var at, revision int64
	var body []byte
	err := e.DB.QueryRow(ctx, "SELECT at, revision, body FROM decision WHERE record_id = ? AND what = ? ORDER BY at DESC LIMIT 1", row.ID(), decisionOf).Scan(&at, &revision, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("tagging: read decision: %w", err)
	}
	k, err := decode(body)
	if err != nil {
		return nil, fmt.Errorf("tagging: decision of %s: %w", row.ID(), err)
	}
	hides := e.Records.Hides(a, row)
	for _, t := range k.Tags {
		if d, ok := Of(e.Defs.Current(), t.Dimension); ok && hides(row, d.Field) {
			continue
		}
		x := &Explanation{Value: t.column(), At: time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z"), Revision: revision}
		out[t.Dimension] = x
		d, snap, err := e.dimension(ctx, t.Dimension, revision)
		if err != nil {
			return nil, err
		}
		if d == nil {
			x.Title, x.Text = t.Dimension, fmt.Sprintf("按第 %d 版规则记为“%s”，此后这个维度已改动", revision, t.value)
			continue
		}
		if err := e.tell(ctx, x, d, snap, t, k, at, row.ID(), hides); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// dimension finds it as it was when it decided: the current one when it has not changed since.
func (e *Explainer) dimension(ctx context.Context, name string, revision int64) (*Dimension, *definition.Snapshot, error) {
	snap := e.Defs.Current()
	if def, ok := snap.Definition(Kind, name); ok && def.Revision <= revision {
		if d, ok := Of(snap, name); ok {
			return d, snap, nil
		}
	}
	if e.Past == nil {
		return nil, nil, nil
	}
	snap, err := e.Past.At(ctx, revision)
	if err != nil {
		return nil, nil, err
	}
	d, _ := Of(snap, name)
	return d, snap, nil
}

// tell evaluates the deciding part again on the values the decision saw.
func (e *Explainer) tell(ctx context.Context, x *Explanation, d *Dimension, snap *definition.Snapshot, t keptTag, k *kept, at int64, id string, hides func(*object.Row, *object.Field) bool) error {
	seen := object.NewRow(d.Object)
	seen.V[object.ID] = id
	for name, v := range k.Seen {
		seen.Set(name, v)
	}
	for _, other := range k.Tags {
		if o, ok := Of(snap, other.Dimension); ok {
			seen.Set(o.Field.Name, other.column())
		}
	}
	env := &condition.Env{Row: seen, Now: time.UnixMilli(at), Zone: e.Env.Zone, Hides: hides, Related: func(name, id string) (*object.Row, error) {
		o, ok := object.Of(snap, name)
		if !ok {
			return nil, nil
		}
		return record.ReadRow(ctx, e.DB, o, id)
	}}
	words := func(f *object.Field) string { return f.Type.Words(f, e.Env, seen.V[f.Index]) }
	concealed := false // what decided
	label := "“" + d.ValueTitle(t.value) + "”"
	x.Title, x.Seen = d.Title.ZH, object.Dash
	root := &condition.Trace{Kind: "any", Passed: t.by != byNothing, Text: "依次判断，取第一个成立的"}
	tried := len(d.rules)
	if t.by == byRule {
		tried = min(t.index+1, tried)
	}
	for i := range tried {
		trace, err := d.rules[i].when.Explain(env)
		if err != nil {
			return err
		}
		if trace.Kind != "leaf" {
			trace.Text = "记为“" + d.ValueTitle(d.rules[i].value) + "”的条件：" + trace.Text
		}
		root.Children = append(root.Children, trace)
		if trace.Passed && i == tried-1 && t.by == byRule {
			x.Seen, concealed = firstSeen(trace), conceals(trace)
		}
	}
	leaf := func(f *object.Field, passed bool, text string) {
		l := &condition.Trace{Kind: "leaf", Passed: passed, Text: text, Seen: words(f)}
		if hides(seen, f) {
			l.Text, l.Seen = condition.ConcealedText, condition.Concealed
			concealed = concealed || passed
		}
		root.Children = append(root.Children, l)
	}
	if t.by != byRule && d.bandField != nil {
		for i := range d.bands {
			leaf(d.bandField, t.by == byBand && d.bands[i].edge == t.index, d.bandField.Title.ZH+d.bandWords(i))
		}
		if d.Spec.Bands.Unknown != "" && t.by == byUnknown {
			leaf(d.bandField, true, d.bandField.Title.ZH+"为空或读不出")
		}
	}
	if (t.by == byCopy || t.by == byOtherwise || t.by == byNothing) && d.copyField != nil {
		leaf(d.copyField, t.by == byCopy, "“"+d.copyField.Title.ZH+"”的值在列出的值里")
	}
	switch t.by {
	case byRule:
		x.Rule = fmt.Sprintf("第 %d 条规则", t.index+1)
		if t.index < len(d.rules) {
			x.Text = d.rules[t.index].when.Words() + "，记为" + label
		}
	case byBand:
		x.Rule, x.Seen = "分档", words(d.bandField)
		x.Text = d.bandField.Title.ZH + " " + x.Seen + "，" + d.bandOf(t.index) + "，记为" + label
	case byUnknown:
		x.Rule, x.Text = "分档", d.bandField.Title.ZH+"为空或读不出，记为"+label
	case byCopy:
		x.Rule, x.Seen = "取字段的值", words(d.copyField)
		x.Text = d.copyField.Title.ZH + "是“" + x.Seen + "”，记为" + label
	case byOtherwise:
		x.Rule, x.Text = "其余", "前面的都不成立，记为"+label
	default:
		x.Rule, x.Text = "其余", "前面的都不成立，不打标签"
	}
	if concealed {
		x.Text, x.Seen = condition.ConcealedText+"成立，记为"+label, condition.Concealed
	}
	if len(root.Children) > 0 {
		x.Conditions = root
	}
	return nil
}

// conceals tells whether a trace tells of something that the asker may not see.
func conceals(t *condition.Trace) bool {
	return t.Text == condition.ConcealedText || slices.ContainsFunc(t.Children, conceals)
}

func (d *Dimension) bandOf(edge int) string {
	for i := range d.bands {
		if d.bands[i].edge == edge {
			return d.bandWords(i)
		}
	}
	return ""
}

// firstSeen gives what the first holding leaf saw.
func firstSeen(t *condition.Trace) string {
	if t.Kind == "leaf" && t.Passed {
		return t.Seen
	}
	for _, c := range t.Children {
		if c.Passed {
			if s := firstSeen(c); strings.TrimSpace(s) != "" {
				return s
			}
		}
	}
	return object.Dash
}
