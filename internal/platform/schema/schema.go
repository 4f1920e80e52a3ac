// Package schema changes tables that stand: removed fields and objects are listed, brought back and purged, types are changed, indexes are
// built on big tables. What takes long is a job that goes on after a restart; meanwhile records are read and written as ever. It knows objects
// and their columns, not what any of them mean.
package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Small is the number of rows below which an index is built inside the publish and a column that is not needed is dropped at once.
const Small = 20_000

// Schema changes standing tables. Make it with New. Safe for concurrent use.
type Schema struct {
	DB     *store.DB
	Defs   *definition.Manager
	Writer *record.Writer
	Reader *record.Reader
	Ledger *ledger.Ledger
	Jobs   *job.Service
	// Forget takes records out of what is kept beside them (the search index), inside the purging transaction; may be nil.
	Forget func(ctx context.Context, tx *store.Tx, table string, ids []string) error
	// Small is the package's Small; tests set less.
	Small int
	// Fault, when set, is asked at each stage of a change of type; its error is that stage's. For tests.
	Fault func(stage string) error

	mu       sync.Mutex
	building map[string]chan error
}

// New makes it and registers its kinds of jobs.
func New(w *record.Writer, r *record.Reader, jobs *job.Service) *Schema {
	s := &Schema{DB: w.DB, Defs: w.Defs, Writer: w, Reader: r, Ledger: w.Ledger, Jobs: jobs, Small: Small, building: map[string]chan error{}}
	jobs.Register(kindRetype, others, worker(s.retype))
	jobs.Register(kindPurge, others, worker(s.purgeField))
	jobs.Register(kindPurgeObject, others, worker(s.purgeObject))
	jobs.Register(kindIndex, others, worker(s.buildIndexes))
	return s
}

// The kinds of jobs.
const (
	kindRetype      = "field_retype"
	kindPurge       = "field_purge"
	kindPurgeObject = "object_purge"
	kindIndex       = "index_build"
)

const (
	right = "definitions.write"
	// others is who sees the jobs of others: their errors tell of values.
	others = "system.write"
)

type worker func(ctx context.Context, t *job.Turn) error

// Work is the function.
func (w worker) Work(ctx context.Context, t *job.Turn) error { return w(ctx, t) }

// Apply is the definition.Applier that leaves indexes of big tables to a job.
func (s *Schema) Apply(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
	return object.DDL{Small: s.Small, Defer: s.deferIndexes}.Apply(ctx, tx, old, next)
}

func notFound(message, hint string) error {
	return problem.New(problem.NotFound, "not_found", message, problem.Item{Code: "not_found", Message: message, Hint: hint})
}

func refused(code, pointer, message, hint string) error {
	return problem.New(problem.Conflict, code, message, problem.Item{Pointer: pointer, Code: code, Message: message, Hint: hint})
}

// serving finds an object and its definition under its present name.
func serving(s *definition.Snapshot, name string) (*object.Object, *definition.Definition, error) {
	o, ok := object.Of(s, name)
	if !ok {
		return nil, nil, notFound("没有对象“"+name+"”", definition.Suggest(name, s.Names(object.Kind)))
	}
	d, _ := s.Definition(object.Kind, o.Name)
	return o, d, nil
}

// byID finds a field by its id.
func byID(o *object.Object, id string) *object.Field {
	if i := slices.IndexFunc(o.Fields, func(f *object.Field) bool { return f.ID == id && !f.System }); i >= 0 {
		return o.Fields[i]
	}
	return nil
}

// undrafted refuses a change that a draft of the object, made before it, would take back when it is published.
func (s *Schema) undrafted(ctx context.Context, name string) error {
	drafts, err := s.Defs.Drafts(ctx)
	if err != nil {
		return err
	}
	for _, d := range drafts {
		if d.Kind == object.Kind && d.Name == name {
			return refused("draft_pending", "", "“"+d.Title.ZH+"”有未发布的草稿", "先发布或放弃草稿，再做这一步")
		}
	}
	return nil
}

// starter is who a job works for, for the revisions and events that it makes.
func starter(r *job.Run) *actor.Actor {
	if r.ActorID == "" {
		return actor.TheSystem("结构变更")
	}
	return &actor.Actor{Kind: actor.Person, ID: r.ActorID, Name: r.By}
}

// slice is how many rows a slice takes so that it stays within the writer's 20 ms, learned from the slice before.
type slice int

const (
	firstSlice slice = 100
	mostSlice  slice = 2000
	sliceGoal        = 12 * time.Millisecond
)

func (n *slice) learn(took time.Duration) {
	next := slice(float64(*n) * float64(sliceGoal) / float64(max(took, time.Microsecond)))
	*n = max(10, min(next, 2**n, mostSlice))
}

// event writes into the trail what was done to an object as a whole.
func (s *Schema) event(tx *store.Tx, a *actor.Actor, op, objectName string, data map[string]any) error {
	now := s.Writer.Clock.Milli()
	return s.Ledger.Append(tx, &ledger.Event{At: now, WrittenAt: now, ActorKind: string(a.Kind), ActorID: a.ID, ActorName: a.Name, IP: a.IP, Request: a.Request, Origin: "person", Object: "object", RecordID: objectName, Op: op,
		Revision: s.Defs.Current().Revision, Payload: ledger.Payload{Data: data}})
}

func fill(raw json.RawMessage, into any) error {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("schema: job state: %w", err)
	}
	return nil
}

// dropColumn takes a column that nothing serves away where that costs no time: always on PostgreSQL, for small tables on SQLite, which would
// write the whole table anew. Elsewhere an empty column stays.
func (s *Schema) dropColumn(ctx context.Context, tx *store.Tx, o *object.Object, column string) error {
	if tx.Dialect() == store.SQLite {
		n, err := object.CountRows(ctx, tx, o, s.Small)
		if err != nil || n >= int64(s.Small) {
			return err
		}
	}
	return object.DropColumn(ctx, tx, o.Table, column)
}
