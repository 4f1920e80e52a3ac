package tagging

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// The measures of the background work: records read per page and written per transaction (a slice holds the writer some milliseconds), and
// how long it waits after a failure.
const (
	pageSize = 100
	slice    = 25
	pause    = 5 * time.Second
)

// Retagger tags standing records again after a dimension changed: page by page through the Writer, with the place kept in the database, so
// that a restart goes on where it stopped.
type Retagger struct {
	DB     *store.DB
	Defs   *definition.Manager
	Writer *record.Writer
	Reader *record.Reader
	Clock  *clock.Clock
	wake   chan struct{}
	plans  plans
}

// NewRetagger makes it; Run works.
func NewRetagger(w *record.Writer, r *record.Reader) *Retagger {
	return &Retagger{DB: w.DB, Defs: w.Defs, Writer: w, Reader: r, Clock: w.Clock, wake: make(chan struct{}, 1)}
}

// Swapped tells that a new snapshot serves; for definition.Manager.OnSwap.
func (r *Retagger) Swapped(*definition.Snapshot) {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// Run catches up at start and after each Swapped, until ctx ends; it returns ctx's error.
func (r *Retagger) Run(ctx context.Context) error {
	for {
		var again <-chan time.Time
		if err := r.CatchUp(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "tagging again stopped; it goes on after a pause", "error", err)
			again = time.After(pause)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-r.wake:
		case <-again:
		}
	}
}

// CatchUp returns once every object's records carry the tags of its current dimensions.
func (r *Retagger) CatchUp(ctx context.Context) error {
	for _, o := range object.All(r.Defs.Current()) {
		for {
			more, err := r.step(ctx, o.Name)
			if err != nil {
				return err
			}
			if !more {
				break
			}
		}
	}
	return nil
}

// Progress of one object.
type Progress struct {
	Object  string
	Running bool
	// Done counts the records looked at, Changed those whose tags changed.
	Done, Changed int64
	// StartedAt and EndedAt in ms; EndedAt 0 while it runs.
	StartedAt, EndedAt int64
}

// Progress lists the last or running pass of each object.
func (r *Retagger) Progress(ctx context.Context) ([]Progress, error) {
	rows, err := r.DB.Query(ctx, "SELECT object, done, changed, started_at, COALESCE(ended_at, 0) FROM tag_run ORDER BY object")
	if err != nil {
		return nil, fmt.Errorf("tagging: progress: %w", err)
	}
	defer rows.Close()
	var out []Progress
	for rows.Next() {
		var p Progress
		if err := rows.Scan(&p.Object, &p.Done, &p.Changed, &p.StartedAt, &p.EndedAt); err != nil {
			return nil, err
		}
		p.Running = p.EndedAt == 0
		out = append(out, p)
	}
	return out, rows.Err()
}

// step works one page of one object; more is false when nothing is left for its current dimensions.
func (r *Retagger) step(ctx context.Context, objectName string) (more bool, err error) {
	p := r.plans.of(r.Defs.Current(), objectName)
	if p == nil {
		return false, nil
	}
	var signature, next, last string
	var ended int64
	err = r.DB.QueryRow(ctx, "SELECT signature, COALESCE(next_page, ''), COALESCE(ended_at, 0), COALESCE(last_id, '') FROM tag_run WHERE object = ?", objectName).Scan(&signature, &next, &ended, &last)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && signature != p.signature:
		return true, r.begin(ctx, p, objectName)
	case err != nil:
		return false, fmt.Errorf("tagging: read place: %w", err)
	case ended != 0:
		return false, nil
	}
	page, err := r.Reader.List(ctx, actor.TheSystem("标签"), record.List{Object: objectName, Sort: []record.Sort{{Field: "id"}}, Limit: pageSize, Cursor: next})
	if err != nil {
		return false, err
	}
	for i := 0; i < len(page.Rows); i += slice {
		part := page.Rows[i:min(i+slice, len(page.Rows))]
		if err := r.write(ctx, objectName, signature, part); err != nil {
			return false, err
		}
	}
	over := page.Next == "" || last != "" && page.Rows[len(page.Rows)-1].ID() >= last
	return true, r.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		var end any
		if over {
			end = r.Clock.Milli()
		}
		// Another node, or a newer change of the dimensions, may have moved on: then this page counts for nothing.
		_, err := tx.Exec(ctx, "UPDATE tag_run SET next_page = ?, done = done + ?, ended_at = ? WHERE object = ? AND signature = ? AND COALESCE(next_page, '') = ?", page.Next, len(page.Rows), end, objectName, signature, next)
		return err
	})
}

// begin notes where a pass ends: what is written after the publish carries the present dimensions' tags already, however fast it comes.
func (r *Retagger) begin(ctx context.Context, p *plan, objectName string) error {
	return r.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		var last sql.NullString
		if err := tx.QueryRow(ctx, "SELECT MAX(id) FROM "+object.Quote(p.dims[0].Object.Table)).Scan(&last); err != nil {
			return err
		}
		var end any
		if !last.Valid {
			end = r.Clock.Milli() // nothing stands
		}
		_, err := tx.Exec(ctx, `INSERT INTO tag_run (object, signature, done, changed, started_at, ended_at, last_id) VALUES (?, ?, 0, 0, ?, ?, ?)
			ON CONFLICT (object) DO UPDATE SET signature = excluded.signature, next_page = NULL, done = 0, changed = 0, started_at = excluded.started_at, ended_at = excluded.ended_at, last_id = excluded.last_id`,
			objectName, p.signature, r.Clock.Milli(), end, last)
		return err
	})
}

// write tags some records in one transaction. When one of them is refused (gone in the meantime, say) each goes alone.
func (r *Retagger) write(ctx context.Context, objectName, signature string, rows []*object.Row) error {
	err := r.slice(ctx, objectName, signature, rows)
	p := problem.As(err)
	if p == nil || len(rows) == 1 {
		if p != nil {
			slog.WarnContext(ctx, "a record was not tagged again", "object", objectName, "record", rows[0].ID(), "reason", p.Error())
			return nil
		}
		return err
	}
	for _, row := range rows {
		if err := r.write(ctx, objectName, signature, []*object.Row{row}); err != nil {
			return err
		}
	}
	return nil
}

func (r *Retagger) slice(ctx context.Context, objectName, signature string, rows []*object.Row) error {
	req := record.Request{Actor: actor.TheSystem("标签"), Origin: record.Origin{Kind: "worker", Batch: batchPrefix + objectName, Engine: true}}
	for _, row := range rows {
		req.Writes = append(req.Writes, record.Write{Op: record.Update, Object: objectName, ID: row.ID()})
	}
	return r.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		out, err := r.Writer.In(ctx, tx, req)
		if err != nil {
			return err
		}
		changed := 0
		for _, o := range out {
			if o.Result != "unchanged" {
				changed++
			}
		}
		if changed == 0 {
			return nil
		}
		_, err = tx.Exec(ctx, "UPDATE tag_run SET changed = changed + ? WHERE object = ? AND signature = ?", changed, objectName, signature)
		return err
	})
}
