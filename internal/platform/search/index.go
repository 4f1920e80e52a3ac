// Package search finds records by what somebody types: words and pieces of Chinese words, pinyin, initials, the first or last digits of a
// phone. An index of terms is kept beside the records by following the trail; it proposes, and what it proposes is read within the asker's
// scope and looked at again without the fields that are hidden from the asker, so that it tells nobody what they may not see.
package search

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/definition"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/pinyin"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// holdCursor keeps other nodes from the cursor's row until the transaction ends.
const holdCursor = "UPDATE cursor_position SET seq = seq WHERE name = ?"

const (
	cursor = "search"
	batch  = 200             // events read at once
	fill   = 100             // records of a step of filling
	pause  = 2 * time.Second // after a failure
	poll   = 500 * time.Millisecond
)

// Index keeps the terms of all records that are searched. Make it with New, start Run. Safe for concurrent use.
type Index struct {
	DB     *store.DB
	Defs   *definition.Manager
	Ledger *ledger.Ledger
	Reader *record.Reader
	Access *access.Control
	// Members lists the people of units.
	Members func(units []string) []string

	spell *speller
	at    atomic.Int64 // the last event that the index has followed
	whole sync.Map     // table → signature of the documents, of objects whose records all have one
	swap  chan struct{}
}

// New makes an index over the records of a reader.
func New(r *record.Reader, l *ledger.Ledger, members func(units []string) []string) *Index {
	return &Index{DB: r.DB, Defs: r.Defs, Ledger: l, Reader: r, Access: r.Access, Members: members, spell: &speller{pinyin.New()}, swap: make(chan struct{}, 1)}
}

// Covers tells whether an object's records are found: those that stand in the menu.
func Covers(o *object.Object) bool { return !o.Spec.HideFromMenu && len(searched(o)) > 0 }

// Swapped tells that a new snapshot serves; for definition.Manager.OnSwap.
func (x *Index) Swapped(*definition.Snapshot) {
	select {
	case x.swap <- struct{}{}:
	default:
	}
}

// Run fills what is not filled yet and then follows the trail, until ctx ends; it returns ctx's error.
func (x *Index) Run(ctx context.Context) error {
	wake, cancel := x.Ledger.Wake()
	defer cancel()
	tick := time.NewTicker(poll) // other nodes' commits
	defer tick.Stop()
	if err := x.begin(ctx); err != nil {
		return err
	}
	full := false
	for {
		if !full {
			if err := x.fillAll(ctx); err != nil {
				return x.rest(ctx, err, pause)
			}
			full = true
		}
		begun := time.Now()
		more, err := x.follow(ctx)
		if err != nil {
			return x.rest(ctx, err, pause)
		}
		if more {
			// In a flood of writes it takes a third of the time at most: what is found a moment later costs nobody the write.
			if err := x.rest(ctx, nil, min(2*time.Since(begun), pause)); err != nil {
				return err
			}
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-x.swap:
			full = false
		case <-wake:
		case <-tick.C:
		}
	}
}

// rest waits, so that a service that is started again does not spin, and gives err or ctx's error.
func (x *Index) rest(ctx context.Context, err error, long time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(long):
		return err
	}
}

// begin sets the place in the trail where following starts: what happened before is found by filling.
func (x *Index) begin(ctx context.Context) error {
	last, err := x.Ledger.Last(ctx)
	if err != nil {
		return err
	}
	return x.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO cursor_position (name, seq) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", cursor, last)
		if err != nil {
			return err
		}
		at, err := place(ctx, tx)
		x.at.Store(at)
		return err
	})
}

func place(ctx context.Context, q store.Querier) (at int64, err error) {
	return at, q.QueryRow(ctx, "SELECT seq FROM cursor_position WHERE name = ?", cursor).Scan(&at)
}

// follow takes in what the next events changed. Of several nodes the first takes a batch, the others go on behind it.
func (x *Index) follow(ctx context.Context) (more bool, err error) {
	from := x.at.Load()
	events, err := x.Ledger.After(ctx, from, batch)
	if err != nil || len(events) == 0 {
		return false, err
	}
	next := events[len(events)-1].Seq
	snap := x.Defs.Current()
	changed := map[string]map[string]bool{}
	for _, e := range events {
		if o, ok := object.Of(snap, e.Object); ok && e.RecordID != "" && Covers(o) {
			if changed[o.Name] == nil {
				changed[o.Name] = map[string]bool{}
			}
			changed[o.Name][e.RecordID] = true
		}
	}
	var docs []doc
	for _, name := range slices.Sorted(maps.Keys(changed)) {
		o, _ := object.Of(snap, name)
		more, err := x.documents(ctx, x.DB, o, slices.Sorted(maps.Keys(changed[name])))
		if err != nil {
			return false, err
		}
		docs = append(docs, more...)
	}
	at := next
	err = x.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		// The row is held until the end, so that two nodes do not take the same batch.
		if _, err := tx.Exec(ctx, holdCursor, cursor); err != nil {
			return err
		}
		stands, err := place(ctx, tx)
		if err != nil {
			return err
		}
		if at = next; stands != from {
			at = max(stands, from) // another node was quicker
			return nil
		}
		if err := write(ctx, tx, x.DB.Dialect(), docs); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE cursor_position SET seq = ? WHERE name = ?", next, cursor)
		return err
	})
	if err != nil {
		return false, err
	}
	x.at.Store(at)
	return len(events) == batch, nil
}

// doc is what the index keeps of a record; no terms means that it is not found any more.
type doc struct {
	object, id string
	terms      []string
}

// Forget takes records out of the index inside a running work, for those that are deleted for good.
func (x *Index) Forget(ctx context.Context, tx *store.Tx, table string, ids []string) error {
	docs := make([]doc, len(ids))
	for i, id := range ids {
		docs[i] = doc{object: table, id: id}
	}
	return write(ctx, tx, x.DB.Dialect(), docs)
}

func (x *Index) documents(ctx context.Context, q store.Querier, o *object.Object, ids []string) ([]doc, error) {
	rows, err := record.ReadRows(ctx, q, o, ids)
	if err != nil {
		return nil, err
	}
	fields := searched(o)
	out := make([]doc, len(ids))
	for i, id := range ids {
		out[i] = doc{object: o.Table, id: id}
		if row := rows[id]; row != nil && row.V[object.DeletedAt] == nil {
			out[i].terms = slices.Sorted(maps.Keys(x.spell.document(o, fields, row)))
		}
	}
	return out, nil
}

// signature names what an object's documents are made of; when it changes they are made anew.
func signature(o *object.Object) string {
	names := make([]string, 0, 8)
	for _, f := range searched(o) {
		names = append(names, f.Column)
	}
	return fmt.Sprintf("1:%s:%s", o.Spec.TitleField, strings.Join(names, ","))
}

// fillAll makes the documents of objects whose documents are missing or made of other fields.
func (x *Index) fillAll(ctx context.Context) error {
	for _, o := range object.All(x.Defs.Current()) {
		if !Covers(o) {
			if err := x.forget(ctx, o); err != nil {
				return err
			}
			continue
		}
		begin := time.Now()
		n, err := x.fill(ctx, o)
		if err != nil {
			return err
		}
		if n > 0 {
			slog.InfoContext(ctx, "search index filled", "object", o.Name, "records", n, "seconds", time.Since(begin).Seconds())
		}
	}
	return nil
}

// forget has an object that is not followed filled anew should it be followed again.
func (x *Index) forget(ctx context.Context, o *object.Object) error {
	x.whole.Delete(o.Table)
	var n int
	if err := x.DB.QueryRow(ctx, "SELECT COUNT(*) FROM search_state WHERE object = ?", o.Table).Scan(&n); err != nil || n == 0 {
		return err
	}
	return x.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM search_state WHERE object = ?", o.Table)
		return err
	})
}

func (x *Index) fill(ctx context.Context, o *object.Object) (n int, err error) {
	want := signature(o)
	for {
		var have, at string
		var done int64
		err := x.DB.QueryRow(ctx, "SELECT signature, at, done FROM search_state WHERE object = ?", o.Table).Scan(&have, &at, &done)
		if err != nil && !missing(err) {
			return n, err
		}
		if have == want && done == 1 {
			x.whole.Store(o.Table, want)
			return n, nil
		}
		if have != want {
			at = ""
		}
		ids, err := record.NextIDs(ctx, x.DB, o, at, fill)
		if err != nil {
			return n, err
		}
		if done = 0; len(ids) < fill {
			done = 1
		} else {
			at = ids[len(ids)-1]
		}
		err = x.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
			// The records are read while nobody follows the trail: what stands then is not older than any document.
			if _, err := tx.Exec(ctx, holdCursor, cursor); err != nil {
				return err
			}
			docs, err := x.documents(ctx, tx, o, ids)
			if err != nil {
				return err
			}
			if err := write(ctx, tx, x.DB.Dialect(), docs); err != nil {
				return err
			}
			_, err = tx.Exec(ctx, "INSERT INTO search_state (object, signature, at, done) VALUES (?, ?, ?, ?) ON CONFLICT (object) DO UPDATE SET signature = excluded.signature, at = excluded.at, done = excluded.done", o.Table, want, at, done)
			return err
		})
		if err != nil {
			return n, err
		}
		n += len(ids)
	}
}

// Filled tells whether all records of an object that are to be found have their documents.
func (x *Index) Filled(o *object.Object) bool {
	filled, _ := x.whole.Load(o.Table)
	return filled == signature(o)
}

func (x *Index) allFilled() bool {
	for _, o := range object.All(x.Defs.Current()) {
		if Covers(o) && !x.Filled(o) {
			return false
		}
	}
	return true
}

// CaughtUp waits until the index is filled and has followed everything that was committed before the call, but no longer than the time given.
func (x *Index) CaughtUp(ctx context.Context, most time.Duration) error {
	last, err := x.Ledger.Last(ctx)
	if err != nil {
		return err
	}
	over := time.NewTimer(most)
	defer over.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for x.at.Load() < last || !x.allFilled() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			return nil
		case <-look.C:
		}
	}
	return nil
}
