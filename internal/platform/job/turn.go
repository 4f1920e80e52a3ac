package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/riverqueue/river"

	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// State is how far a run is after a slice.
type State struct {
	Done, Total int64
	Cursor      any // where the next slice goes on, kept as JSON
	Result      any // figures so far, kept as JSON
	Finished    bool
}

// Turn is a worker's few seconds with a run. For one goroutine.
type Turn struct {
	Run  *Run
	svc  *Service
	ends time.Time
}

// Over reports that the worker should return: its time is up or the program stops.
func (t *Turn) Over() bool {
	select {
	case <-t.svc.quit:
		return true
	default:
		return time.Now().After(t.ends)
	}
}

// errLost: another turn of the same run has begun elsewhere, so this one may write nothing more.
var errLost = errors.New("job: the run has gone on elsewhere")

// ErrElsewhere is returned by a worker that lacks on this node what the run needs (an uploaded file, say); another node is asked.
var ErrElsewhere = errors.New("job: this node lacks what the run needs")

// Commit writes one slice: what work writes and the state it returns become durable together, or neither. work may be run more than once.
// Meanwhile another process may have taken the run over (this one was taken for dead); then nothing is written and an error comes back,
// which the worker returns.
func (t *Turn) Commit(ctx context.Context, work func(ctx context.Context, tx *store.Tx) (State, error)) error {
	next := *t.Run
	err := t.svc.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		st, err := work(ctx, tx)
		if err != nil {
			return err
		}
		next = *t.Run
		return t.svc.save(ctx, tx, &next, st)
	})
	if err != nil {
		return err
	}
	*t.Run = next
	t.svc.stepped(&next)
	return nil
}

// SetHead keeps the columns of the file that the run reads, for the table of rejected rows.
func (t *Turn) SetHead(ctx context.Context, tx *store.Tx, head []string) error {
	b, err := json.Marshal(head)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE job_run SET head = ? WHERE id = ?", string(b), t.Run.ID)
	return err
}

func (s *Service) save(ctx context.Context, tx *store.Tx, r *Run, st State) error {
	cursor, err := json.Marshal(st.Cursor)
	if err != nil {
		return err
	}
	result, err := json.Marshal(st.Result)
	if err != nil {
		return err
	}
	r.Done, r.Total, r.Cursor, r.Result, r.SeenAt = st.Done, st.Total, cursor, result, s.clock.Milli()
	var ended any
	if st.Finished {
		r.State, r.EndedAt = Done, r.SeenAt
		ended = r.EndedAt
	}
	res, err := tx.Exec(ctx, "UPDATE job_run SET state = ?, done = ?, total = ?, cursor_state = ?, result = ?, seen_at = ?, ended_at = ?, error = NULL, turn = turn + 1 WHERE id = ? AND turn = ? AND state = ?",
		r.State, r.Done, r.Total, string(cursor), string(result), r.SeenAt, ended, r.ID, r.turn, Running)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return errors.Join(errLost, err)
	}
	r.turn++
	return nil
}

// claim begins a turn: from here on an older turn of the run that still breathes can commit nothing.
func (s *Service) claim(ctx context.Context, id string) (*Run, error) {
	var r *Run
	err := s.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		var err error
		if r, err = scanRun(tx.QueryRow(ctx, "SELECT "+runColumns+" FROM job_run WHERE id = ?", id).Scan); err != nil {
			return err
		}
		if r.State == Done || r.State == Failed {
			return nil
		}
		now := s.clock.Milli()
		if r.StartedAt == 0 {
			r.StartedAt = now
		}
		r.State, r.SeenAt = Running, now
		_, err = tx.Exec(ctx, "UPDATE job_run SET state = ?, started_at = ?, seen_at = ?, turn = turn + 1 WHERE id = ?", Running, r.StartedAt, now, id)
		if err != nil {
			return err
		}
		// Another node may have claimed between the two statements; what stands now is ours.
		return tx.QueryRow(ctx, "SELECT turn FROM job_run WHERE id = ?", id).Scan(&r.turn)
	})
	return r, err
}

func (s *Service) fail(ctx context.Context, r *Run, cause error) error {
	text := "任务没有完成：" + cause.Error()
	if p := problem.As(cause); p != nil {
		text = p.Detail
		for _, it := range p.Items {
			text += "；" + it.Message
			if it.Hint != "" {
				text += "（" + it.Hint + "）"
			}
		}
	}
	failed := *r
	failed.State, failed.Error, failed.EndedAt = Failed, text, s.clock.Milli()
	err := s.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE job_run SET state = ?, error = ?, ended_at = ?, turn = turn + 1 WHERE id = ? AND turn = ?", Failed, text, failed.EndedAt, r.ID, r.turn)
		return err
	})
	if err == nil {
		s.stepped(&failed)
	}
	return err
}

// turnArgs is the one kind of job River sees.
type turnArgs struct {
	Run string `json:"run"`
}

// Kind of the River job.
func (turnArgs) Kind() string { return "turn" }

type turnWorker struct {
	river.WorkerDefaults[turnArgs]
	svc *Service
}

// NextRetry waits 1, 2, 4 … 30 s after an error that may pass.
func (*turnWorker) NextRetry(j *river.Job[turnArgs]) time.Time {
	return time.Now().Add(min(30*time.Second, time.Second<<min(j.Attempt-1, 6)))
}

// Work gives the run one turn.
func (w *turnWorker) Work(ctx context.Context, j *river.Job[turnArgs]) error {
	s := w.svc
	r, err := s.claim(ctx, j.Args.Run)
	if err != nil {
		return err
	}
	if r.State != Running {
		return nil
	}
	k, ok := s.kinds[r.Kind]
	if !ok {
		return s.fail(ctx, r, fmt.Errorf("这个版本的程序不会做“%s”", r.Kind))
	}
	t := &Turn{Run: r, svc: s, ends: time.Now().Add(turnLength)}
	err = protect(func() error { return k.worker.Work(ctx, t) })
	switch p := problem.As(err); {
	case err == nil && t.Run.State == Done:
		return nil
	case err == nil, t.stopped(ctx):
		return river.JobSnooze(0)
	case errors.Is(err, ErrElsewhere):
		return river.JobSnooze(2 * time.Second)
	case errors.Is(err, errLost):
		s.log.Warn("job goes on elsewhere", "job", r.ID)
		return nil
	case p != nil && p.Class != problem.Internal, j.Attempt >= j.MaxAttempts:
		return s.fail(ctx, t.Run, err)
	}
	s.log.Error("job interrupted, will be tried again", "job", r.ID, "kind", r.Kind, "attempt", j.Attempt, "error", err)
	return err
}

func (t *Turn) stopped(ctx context.Context) bool {
	select {
	case <-t.svc.quit:
		return true
	default:
		return ctx.Err() != nil
	}
}

func protect(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("job: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}
