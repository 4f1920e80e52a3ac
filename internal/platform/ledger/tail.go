package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"baton/internal/platform/store"
)

// feed wakes followers after each commit of this process.
type feed struct {
	mu   sync.Mutex
	subs map[chan struct{}]struct{}
}

func (f *feed) publish([]*Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for c := range f.subs {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// Wake returns a channel that receives (at least once) after commits with events, and its cancel.
func (l *Ledger) Wake() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	l.feed.mu.Lock()
	defer l.feed.mu.Unlock()
	if l.feed.subs == nil {
		l.feed.subs = map[chan struct{}]struct{}{}
	}
	l.feed.subs[c] = struct{}{}
	return c, func() {
		l.feed.mu.Lock()
		defer l.feed.mu.Unlock()
		delete(l.feed.subs, c)
	}
}

// After reads up to limit events with a number above seq, in order.
func (l *Ledger) After(ctx context.Context, seq int64, limit int) ([]*Event, error) {
	return opened(l.sealed(ctx, seq, limit))
}

// sealed is After with the payloads left unread, which is all that sealing and verifying need.
func (l *Ledger) sealed(ctx context.Context, seq int64, limit int) ([]*Event, error) {
	return l.read(ctx, l.db, "SELECT "+columns+" FROM event WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", seq, seq+int64(limit), limit)
}

// opened reads the payloads. One that no longer reads is shown as it is; verify names it.
func opened(events []*Event, err error) ([]*Event, error) {
	for _, e := range events {
		if e.raw != "" && json.Unmarshal([]byte(e.raw), &e.Payload) != nil {
			e.Payload = Payload{Note: e.raw}
		}
	}
	return events, err
}

// Last is the highest number given out.
func (l *Ledger) Last(ctx context.Context) (int64, error) {
	var n int64
	err := l.db.QueryRow(ctx, "SELECT n FROM sequence WHERE name = 'event'").Scan(&n)
	return n, err
}

func (l *Ledger) read(ctx context.Context, q store.Querier, text string, args ...any) ([]*Event, error) {
	rows, err := q.Query(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Event
	for rows.Next() {
		e := &Event{}
		if err := rows.Scan(&e.Seq, &e.At, &e.WrittenAt, &e.ActorKind, &e.ActorID, &e.ActorName, &e.IP, &e.Origin, &e.Batch, &e.Object, &e.RecordID, &e.Op, &e.Revision, &e.raw, &e.salt, &e.digest, &e.check, &e.Request); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// Consumer handles batches of events in order; returning an error repeats the batch later.
type Consumer func(ctx context.Context, events []*Event) error

// Follow feeds a consumer from its durable cursor until ctx ends. The cursor moves after the consumer returns, so a crash repeats a batch:
// consumers are idempotent.
func (l *Ledger) Follow(ctx context.Context, name string, consume Consumer) error {
	wake, cancel := l.Wake()
	defer cancel()
	var at int64
	if err := l.db.QueryRow(ctx, "SELECT seq FROM cursor_position WHERE name = ?", name).Scan(&at); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	poll := time.NewTicker(500 * time.Millisecond) // other nodes' commits, and retries
	defer poll.Stop()
	for {
		events, err := l.After(ctx, at, 500)
		if err == nil && len(events) > 0 {
			if err = consume(ctx, events); err == nil {
				next := events[len(events)-1].Seq
				err = l.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Exec(ctx, "INSERT INTO cursor_position (name, seq) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET seq = excluded.seq", name, next)
					return err
				})
				if err == nil {
					at = next
					continue
				}
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-wake:
		case <-poll.C:
		}
	}
}

// Filter limits a search of the trail; zero fields do not limit.
type Filter struct {
	Object, RecordID, Actor, Op string
	From, To                    int64 // ms, of WrittenAt
	Before                      int64 // seq cursor: only events below it
	Limit                       int
}

// Search reads the trail newest first.
func (l *Ledger) Search(ctx context.Context, f Filter) ([]*Event, error) {
	q, args := "SELECT "+columns+" FROM event WHERE seq > 0", []any{}
	add := func(cond string, v any) { q, args = q+" AND "+cond, append(args, v) }
	if f.Object != "" {
		add("object = ?", f.Object)
	}
	if f.RecordID != "" {
		add("record_id = ?", f.RecordID)
	}
	if f.Actor != "" {
		add("actor_id = ?", f.Actor)
	}
	if f.Op != "" {
		add("op = ?", f.Op)
	}
	if f.From != 0 {
		add("month >= ?", month(f.From))
		add("written_at >= ?", f.From)
	}
	if f.To != 0 {
		add("month <= ?", month(f.To))
		add("written_at < ?", f.To)
	}
	if f.Before != 0 {
		add("seq < ?", f.Before)
	}
	return opened(l.read(ctx, l.db, q+" ORDER BY seq DESC LIMIT ?", append(args, f.Limit)...))
}

// Newest reads the newest event of certain kinds about each of some records, by record.
func (l *Ledger) Newest(ctx context.Context, ids []string, ops ...string) (map[string]*Event, error) {
	out := make(map[string]*Event, len(ids))
	if len(ids) == 0 || len(ops) == 0 {
		return out, nil
	}
	marks := func(n int) string { return "(?" + strings.Repeat(", ?", n-1) + ")" }
	args := make([]any, 0, len(ids)+len(ops))
	for _, s := range ids {
		args = append(args, s)
	}
	for _, s := range ops {
		args = append(args, s)
	}
	events, err := opened(l.read(ctx, l.db, "SELECT "+columns+" FROM event WHERE seq IN (SELECT MAX(seq) FROM event WHERE record_id IN "+marks(len(ids))+" AND op IN "+marks(len(ops))+" GROUP BY record_id)", args...))
	for _, e := range events {
		out[e.RecordID] = e
	}
	return out, err
}

// Batch reads up to limit events of an import behind a number, in order.
func (l *Ledger) Batch(ctx context.Context, batch string, after int64, limit int) ([]*Event, error) {
	return opened(l.read(ctx, l.db, "SELECT "+columns+" FROM event WHERE origin = 'import' AND batch = ? AND seq > ? ORDER BY seq LIMIT ?", batch, after, limit))
}

// Touched reports whether anybody but the system has done more to a record than open it since an event, outside of that event's batch.
func (l *Ledger) Touched(ctx context.Context, q store.Querier, e *Event) (bool, error) {
	var n int
	err := q.QueryRow(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM event WHERE record_id = ? AND seq > ? AND (batch IS NULL OR batch <> ?) AND actor_kind <> 'system' AND op <> 'open' LIMIT 1) AS t", e.RecordID, e.Seq, e.Batch).Scan(&n)
	return n > 0, err
}

// Deed is that something was done to a record, and when it happened, ms.
type Deed struct {
	RecordID, Op string
	At           int64
}

// Deeds reads when certain things were done to records, in order.
func (l *Ledger) Deeds(ctx context.Context, ids []string, ops ...string) ([]Deed, error) {
	marks := func(n int) string { return strings.TrimPrefix(strings.Repeat(", ?", n), ", ") }
	var args []any
	for _, s := range append(append([]string{}, ids...), ops...) {
		args = append(args, s)
	}
	rows, err := l.db.Query(ctx, "SELECT record_id, op, at FROM event WHERE record_id IN ("+marks(len(ids))+") AND op IN ("+marks(len(ops))+") ORDER BY seq", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Deed
	for rows.Next() {
		var d Deed
		if err := rows.Scan(&d.RecordID, &d.Op, &d.At); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// Bulk reads the events of an edit of many records behind one, oldest first.
func (l *Ledger) Bulk(ctx context.Context, batch string, after int64, limit int) ([]*Event, error) {
	return opened(l.read(ctx, l.db, "SELECT "+columns+" FROM event WHERE op = 'bulk_edit' AND batch = ? AND seq > ? ORDER BY seq LIMIT ?", batch, after, limit))
}
