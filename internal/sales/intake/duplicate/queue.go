package duplicate

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Query asks for pairs, the likeliest first.
type Query struct {
	Object string
	State  string // open when empty
	Min    int    // lowest score
	Import string // job: only pairs of what it made
	Record string // only pairs of this record
	Cursor string
	Limit  int
}

// Seen is a pair and its rows; both are within the actor's sight.
type Seen struct {
	*Pair
	Rows [2]*object.Row
	// May tells whether the actor may decide on it.
	May bool
}

const (
	pairsAtOnce = 100
	mostLooked  = 2000 // pairs read for one page
)

// Pairs gives a page of pairs of which the actor sees both records.
func (e *Engine) Pairs(ctx context.Context, a *actor.Actor, q Query) (out []Seen, next string, err error) {
	o, _, err := e.Reader.Object(a, q.Object)
	if err != nil {
		return nil, "", err
	}
	update := e.Writer.Access.Scope(e.Defs.Current(), a, o.Name, access.Update)
	if q.State == "" {
		q.State = Open
	}
	if q.Limit <= 0 {
		q.Limit = 20
	}
	for looked := 0; ; {
		pairs, err := e.page(ctx, o.Name, q)
		if err != nil {
			return nil, "", err
		}
		var ids []string
		for _, p := range pairs {
			ids = append(ids, p.A, p.B)
		}
		rows, err := e.Reader.GetMany(ctx, a, o.Name, ids)
		if err != nil {
			return nil, "", err
		}
		by := map[string]*object.Row{}
		for _, row := range rows {
			by[row.ID()] = row
		}
		for _, p := range pairs {
			q.Cursor = cursorOf(p)
			looked++
			if x, y := by[p.A], by[p.B]; x != nil && y != nil {
				out = append(out, Seen{p, [2]*object.Row{x, y}, update.Allows(x) && update.Allows(y)})
				if len(out) == q.Limit {
					return out, q.Cursor, nil
				}
			}
		}
		if len(pairs) < pairsAtOnce {
			return out, "", nil
		}
		if looked >= mostLooked {
			return out, q.Cursor, nil
		}
	}
}

func cursorOf(p *Pair) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(p.Score) + " " + p.ID))
}

func (e *Engine) page(ctx context.Context, objectName string, q Query) ([]*Pair, error) {
	where, args := "object = ? AND state = ? AND score >= ?", []any{objectName, q.State, q.Min}
	if q.Cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(q.Cursor)
		score, id, ok := strings.Cut(string(raw), " ")
		n, bad := strconv.Atoi(score)
		if err != nil || !ok || bad != nil {
			return nil, problem.New(problem.Invalid, "invalid_cursor", "翻页标记无效", problem.Item{Pointer: "/cursor", Code: "invalid", Message: "翻页标记无效", Hint: "从第一页重新开始"})
		}
		where, args = where+" AND (score < ? OR score = ? AND id < ?)", append(args, n, n, id)
	}
	if q.Import != "" {
		const made = "(SELECT record_id FROM event WHERE origin = 'import' AND batch = ? AND op = 'create')"
		where, args = where+" AND (a IN "+made+" OR b IN "+made+")", append(args, q.Import, q.Import)
	}
	if q.Record != "" {
		where, args = where+" AND (a = ? OR b = ?)", append(args, q.Record, q.Record)
	}
	rows, err := e.DB.Query(ctx, "SELECT "+pairColumns+" FROM duplicate_pair WHERE "+where+" ORDER BY score DESC, id DESC LIMIT ?", append(args, pairsAtOnce)...)
	if err != nil {
		return nil, fmt.Errorf("duplicate: pairs: %w", err)
	}
	defer rows.Close()
	var out []*Pair
	for rows.Next() {
		p, err := scanPair(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, rows.Err()
}

// Decide lets two records stand as two, for good, or puts the pair back into the queue. The actor must be allowed to change both.
func (e *Engine) Decide(ctx context.Context, a *actor.Actor, objectName, id string, dismiss bool) error {
	from, to, what := Open, Dismissed, "not_duplicate"
	if !dismiss {
		from, to, what = Dismissed, Open, "duplicate_again"
	}
	return e.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		s := e.Defs.Current()
		o, ok := object.Of(s, objectName)
		if !ok || e.Writer.Access.Scope(s, a, objectName, access.Read).Nothing() {
			return record.NoSuchObject(s, e.Writer.Access, a, objectName)
		}
		none := problem.New(problem.NotFound, "no_such_pair", "没有这一对，或者你无权查看")
		p, err := pairOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if p == nil || p.Object != o.Name {
			return none
		}
		var titles [2]string
		for i, r := range []string{p.A, p.B} {
			row, err := record.ReadRow(ctx, tx, o, r)
			if err != nil {
				return err
			}
			if row == nil || row.V[object.DeletedAt] != nil || !e.Writer.Access.Scope(s, a, o.Name, access.Read).Allows(row) {
				return none
			}
			if !e.Writer.Access.Scope(s, a, o.Name, access.Update).Allows(row) {
				return forbidden("处理这条" + o.Title.ZH)
			}
			titles[i] = o.TitleOf(row)
		}
		if p.State == to {
			return nil // said already
		}
		if p.State != from {
			return problem.New(problem.Conflict, "decided", "这一对已由 "+p.DecidedBy+" 处理过了", problem.Item{Code: "decided", Message: "已处理", Hint: "刷新列表"})
		}
		var at, by, name any
		if dismiss {
			at, by, name = e.Writer.Clock.Milli(), null(a.ID), null(a.Name)
		}
		if _, err := tx.Exec(ctx, "UPDATE duplicate_pair SET state = ?, decided_at = ?, decided_by = ?, decided_name = ? WHERE id = ?", to, at, by, name, id); err != nil {
			return err
		}
		_, err = e.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.ByHand(a), Writes: []record.Write{
			{Op: record.Update, Object: o.Name, ID: p.A, What: what, Data: map[string]any{"other": p.B, "title": titles[1]}},
			{Op: record.Update, Object: o.Name, ID: p.B, What: what, Data: map[string]any{"other": p.A, "title": titles[0]}}}})
		return err
	})
}
