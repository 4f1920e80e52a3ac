// Package job runs long work in the background and shows how far it is. River executes; job_run is what people see.
//
// Nouns: a run is one piece of long work (an import, say); a turn is the few seconds for which a worker has it; a slice is one transaction
// of a turn, in which the run's cursor and figures are committed together with the rows that the slice wrote. So a process that is killed
// loses nothing and repeats nothing: the next turn goes on at the last committed cursor. Not for small work: nothing here is per record.
package job

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// States of a run.
const (
	Queued  = "queued"
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// Worker does one kind of work.
type Worker interface {
	// Work goes on with the run from its cursor, slice by slice, until it has committed a finished State or t.Over reports that the turn
	// has ended (it is then called again soon). A problem.Problem ends the run as failed; any other error lets it be tried again later.
	Work(ctx context.Context, t *Turn) error
}

// New is a run to be started.
type New struct {
	Kind  string
	Title string // what people see, in Chinese
	Args  any    // kept as JSON
	Actor *actor.Actor
	Total int64 // units of work if known
	// About is the run that this one takes back; of one kind at most one run that has not failed is about another.
	About string
}

// Run is one piece of long work as it stands. Instants in ms, 0 for none.
type Run struct {
	ID, Kind, Title, State                string
	ActorID, By                           string
	CreatedAt, StartedAt, SeenAt, EndedAt int64
	Done, Total                           int64
	Args, Cursor, Result                  json.RawMessage
	Head                                  []string // columns of the file, for the table of rejected rows
	Error                                 string
	About                                 string
	UndoneBy, UndoneState                 string // the run that takes this one back
	turn                                  int64
}

type kind struct {
	right  string
	worker Worker
	stops  bool
}

// Service starts, executes and shows runs. Safe for concurrent use.
type Service struct {
	db     *store.DB
	clock  *clock.Clock
	log    *slog.Logger
	kinds  map[string]kind
	river  *river.Client[*sql.Tx]
	quit   chan struct{}
	once   sync.Once
	loops  sync.WaitGroup
	mu     sync.Mutex
	waits  map[string][]chan struct{}
	onStep func(*Run)
}

// turnLength is how long a worker has a run before others get their turn.
const turnLength = 5 * time.Second

// Register adds a kind of work. Runs of it are seen by who started them and by those who hold right. To be called before Start.
func (s *Service) Register(name, right string, w Worker) {
	s.kinds[name] = kind{right: right, worker: w}
}

// RegisterStopping is Register for work that who started it may call off: what its slices have committed stays.
func (s *Service) RegisterStopping(name, right string, w Worker) {
	s.kinds[name] = kind{right: right, worker: w, stops: true}
}

// OnStep calls f after each committed slice and at the end of a run; for the live feed. To be set before Start.
func (s *Service) OnStep(f func(*Run)) { s.onStep = f }

// Add queues a run inside the caller's transaction.
func (s *Service) Add(ctx context.Context, tx *store.Tx, n New) (id string, err error) {
	if _, ok := s.kinds[n.Kind]; !ok {
		return "", fmt.Errorf("job: no worker for %q", n.Kind)
	}
	args, err := json.Marshal(n.Args)
	if err != nil {
		return "", fmt.Errorf("job: arguments of %s: %w", n.Kind, err)
	}
	u, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	id = u.String()
	res, err := s.river.InsertTx(ctx, tx.SQL(), turnArgs{Run: id}, nil)
	if err != nil {
		return "", fmt.Errorf("job: queue: %w", err)
	}
	var by, name any
	if n.Actor != nil {
		by, name = null(n.Actor.ID), null(n.Actor.Name)
	}
	_, err = tx.Exec(ctx, "INSERT INTO job_run (id, kind, title, state, actor, actor_name, created_at, done, total, args, turn, river, about) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 0, ?, ?)",
		id, n.Kind, n.Title, Queued, by, name, s.clock.Milli(), n.Total, string(args), res.Job.ID, null(n.About))
	return id, err
}

// Queue is Add in a transaction of its own.
func (s *Service) Queue(ctx context.Context, n New) (id string, err error) {
	err = s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		id, err = s.Add(ctx, tx, n)
		return err
	})
	return id, err
}

const runColumns = "id, kind, title, state, COALESCE(actor, ''), COALESCE(actor_name, ''), created_at, COALESCE(started_at, 0), COALESCE(seen_at, 0), COALESCE(ended_at, 0), done, total, args, COALESCE(cursor_state, ''), COALESCE(result, ''), COALESCE(head, ''), COALESCE(error, ''), turn, COALESCE(about, ''), COALESCE((SELECT u.id || ' ' || u.state FROM job_run u WHERE u.about = job_run.id AND u.state <> '" + Failed + "'), '')"

func scanRun(scan func(...any) error) (*Run, error) {
	r := &Run{}
	var args, cursor, result, head, undone string
	err := scan(&r.ID, &r.Kind, &r.Title, &r.State, &r.ActorID, &r.By, &r.CreatedAt, &r.StartedAt, &r.SeenAt, &r.EndedAt, &r.Done, &r.Total, &args, &cursor, &result, &head, &r.Error, &r.turn, &r.About, &undone)
	if err != nil {
		return nil, err
	}
	r.UndoneBy, r.UndoneState, _ = strings.Cut(undone, " ")
	r.Args, r.Cursor, r.Result = raw(args), raw(cursor), raw(result)
	if head != "" {
		err = json.Unmarshal([]byte(head), &r.Head)
	}
	return r, err
}

func raw(s string) json.RawMessage {
	if s == "" {
		return nil
	}
	return json.RawMessage(s)
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Get reads a run; a NotFound problem when there is none.
func (s *Service) Get(ctx context.Context, id string) (*Run, error) {
	r, err := scanRun(s.db.QueryRow(ctx, "SELECT "+runColumns+" FROM job_run WHERE id = ?", id).Scan)
	if err == sql.ErrNoRows {
		return nil, problem.New(problem.NotFound, "no_such_job", "没有这个任务，或者你无权查看")
	}
	return r, err
}

// Cancelled is the error of a run that was called off.
const Cancelled = "已取消"

// Cancel ends a run that waits or goes on; a slice under way commits nothing more. It reports false for one that has ended before.
func (s *Service) Cancel(ctx context.Context, id string) (bool, error) {
	var n int64
	err := s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		res, err := tx.Exec(ctx, "UPDATE job_run SET state = ?, error = ?, ended_at = ?, turn = turn + 1 WHERE id = ? AND state IN ('"+Queued+"', '"+Running+"')", Failed, Cancelled, s.clock.Milli(), id)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err != nil || n == 0 {
		return false, err
	}
	r, err := s.Get(ctx, id)
	if err == nil {
		s.stepped(r)
	}
	return true, err
}

// List gives the newest runs first, at most 100; active ones only when asked, of the given kinds if any.
func (s *Service) List(ctx context.Context, active bool, kinds ...string) ([]*Run, error) {
	q, args := "SELECT "+runColumns+" FROM job_run WHERE 1 = 1", []any{}
	if active {
		q += " AND state IN ('" + Queued + "', '" + Running + "')"
	}
	if len(kinds) > 0 {
		q += " AND kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		for _, k := range kinds {
			args = append(args, k)
		}
	}
	q += " ORDER BY created_at DESC, id DESC LIMIT 100"
	rows, err := s.db.Query(ctx, q, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Run
	for rows.Next() {
		r, err := scanRun(rows.Scan)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

// Wait returns the run once it has ended, here or on another node.
func (s *Service) Wait(ctx context.Context, id string) (*Run, error) {
	ended := make(chan struct{}, 1)
	s.mu.Lock()
	s.waits[id] = append(s.waits[id], ended)
	s.mu.Unlock()
	look := time.NewTicker(300 * time.Millisecond) // ends on other nodes
	defer look.Stop()
	for {
		r, err := s.Get(ctx, id)
		if err != nil || r.State == Done || r.State == Failed {
			return r, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-ended:
		case <-look.C:
		}
	}
}

// stepped tells those who watch.
func (s *Service) stepped(r *Run) {
	if s.onStep != nil {
		s.onStep(r)
	}
	if r.State != Done && r.State != Failed {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.waits[r.ID] {
		w <- struct{}{}
	}
	delete(s.waits, r.ID)
}
