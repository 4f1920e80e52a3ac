// Package record is the one way in for rows: the Writer runs each write as one transaction of checks, steps, rows, history and events. It
// knows objects and fields, not what any of them mean; the sales engines join as steps.
package record

import (
	"context"
	"sync"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Op is what is done to a record.
type Op string

// The operations.
const (
	Create  Op = "create"
	Update  Op = "update"
	Delete  Op = "delete"
	Restore Op = "restore"
)

// Origin says where a write comes from and what may run on it.
type Origin struct {
	Kind string // person, api, intake, import, connector, worker, demo
	// Batch groups the writes of one import.
	Batch string
	// Assign and Countdown say whether assignment and countdowns run.
	Assign, Countdown bool
	// Seek asks for an owner also for a standing record that has none.
	Seek bool
	// HappenedAt is the past instant the write tells of; zero means now.
	HappenedAt time.Time
	// Channel is the intake channel's name.
	Channel string
	// Engine writes may set read-only fields.
	Engine bool
}

// ByHand tells a write that a person, or a program in a person's place, makes and gets the answer of.
func (o Origin) ByHand() bool { return !o.Engine && (o.Kind == "person" || o.Kind == "api") }

// Write is one record to be written. Values are raw (as read from JSON or a file) by field name; a step or engine may give canonical ones.
type Write struct {
	Op     Op
	Object string
	ID     string // of the record; on create optional (then made)
	// Version is the one the writer has read; 0 skips the check.
	Version int64
	Values  map[string]any
	// What names the event when it is more than the operation ("contacted", "claim"); Note and Data go with it.
	What string
	Note string
	Data map[string]any
	// At overrides the origin's HappenedAt for this write, ms; 0 = the origin's.
	At int64
}

// Request is a set of writes, all or none.
type Request struct {
	Actor  *actor.Actor
	Origin Origin
	Writes []Write
}

// Outcome tells what became of a write.
type Outcome struct {
	Row    *object.Row
	Result string // created, merged, updated, unchanged, deleted, restored
	Seq    int64  // unused until read back; the event's number is known after commit
}

// Step is an engine's part in every write. It may change c.New, append child writes, add to the event and keep decisions; it never calls
// the Writer. A returned problem refuses the whole request.
type Step interface {
	Name() string
	Apply(ctx context.Context, c *Change) error
}

// Writer writes records. Safe for concurrent use.
type Writer struct {
	DB     *store.DB
	Defs   *definition.Manager
	Ledger *ledger.Ledger
	Access *access.Control
	Clock  *clock.Clock
	Env    *object.Env
	// Steps run in this order on each change.
	Steps []Step
	// Committed is called after commit with each written row (directory reloads and the like); may be nil.
	Committed func(c *Change)

	inserts sync.Map // by table
	indexes sync.Map // names of unique indexes that have been seen
}

// Do runs a request as one work of the store's writer.
func (w *Writer) Do(ctx context.Context, p store.Priority, r Request) ([]Outcome, error) {
	var out []Outcome
	err := w.DB.Write(ctx, p, func(ctx context.Context, tx *store.Tx) error {
		var err error
		out, err = w.In(ctx, tx, r)
		return err
	})
	return out, err
}

// In runs a request inside a work that is already running.
func (w *Writer) In(ctx context.Context, tx *store.Tx, r Request) ([]Outcome, error) {
	snap := w.Defs.Current()
	out := make([]Outcome, len(r.Writes))
	for i := range r.Writes {
		c := &Change{Tx: tx, Snap: snap, Env: w.Env, Actor: r.Actor, Origin: r.Origin, Now: w.Clock.Milli(), writer: w, write: &r.Writes[i]}
		if err := c.run(ctx); err != nil {
			return nil, at(err, i, len(r.Writes))
		}
		out[i] = Outcome{Row: c.New, Result: c.Result}
	}
	return out, nil
}
