package duplicate

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/ledger"
	"baton/internal/platform/notify"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/timer"
	"baton/internal/sales/intake"
)

// Engine keeps the pairs: it follows the trail, and goes over all records when a rule is new or changed. Safe for concurrent use.
type Engine struct {
	DB     *store.DB
	Defs   *definition.Manager
	Ledger *ledger.Ledger
	Jobs   *job.Service
	Timers *timer.Service
	Inbox  *notify.Inbox
	Writer *record.Writer
	Reader *record.Reader
	// Actor gives a person as an asker, nil for who may not sign in; a notice says no more than its receiver may read. Nil: nobody may.
	Actor func(person string) *actor.Actor

	swap chan struct{}
}

// New makes an engine over a reader and writer.
func New(w *record.Writer, r *record.Reader, jobs *job.Service, timers *timer.Service, inbox *notify.Inbox) *Engine {
	return &Engine{DB: w.DB, Defs: w.Defs, Ledger: w.Ledger, Jobs: jobs, Timers: timers, Inbox: inbox, Writer: w, Reader: r, swap: make(chan struct{}, 1)}
}

// Register makes the scan known to the jobs.
func (e *Engine) Register() { e.Jobs.Register(ScanKind, "definitions.write", scanner{e}) }

// Swapped tells that a new snapshot serves; for definition.Manager.OnSwap.
func (e *Engine) Swapped(*definition.Snapshot) {
	select {
	case e.swap <- struct{}{}:
	default:
	}
}

const (
	cursor = "duplicates"
	pause  = 2 * time.Second
	slice  = 100
	flood  = 400 // events at once from which on others' work comes first
)

// Run follows the trail and sees to it that all records are gone over by the present rules, until ctx ends; it returns ctx's error.
func (e *Engine) Run(ctx context.Context) error {
	if err := e.begin(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- e.Ledger.Follow(ctx, cursor, e.follow) }()
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-e.swap:
		case <-again.C:
		}
		if err := e.scanNew(ctx); err != nil && ctx.Err() == nil {
			again.Reset(pause)
		}
	}
}

// begin starts following where the trail ends now: what happened before is gone over.
func (e *Engine) begin(ctx context.Context) error {
	last, err := e.Ledger.Last(ctx)
	if err != nil {
		return err
	}
	return e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO cursor_position (name, seq) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", cursor, last)
		return err
	})
}

// follow looks again at the records of which events changed what is compared. In a flood it rests as long as it works.
func (e *Engine) follow(ctx context.Context, events []*ledger.Event) error {
	s, began := e.Defs.Current(), time.Now()
	ids := map[string][]string{}
	for _, ev := range events {
		if r := Of(s, ev.Object); r != nil && ev.RecordID != "" && r.concerns(ev) && !slices.Contains(ids[ev.Object], ev.RecordID) {
			ids[ev.Object] = append(ids[ev.Object], ev.RecordID)
		}
	}
	for name, list := range ids {
		for part := range slices.Chunk(list, slice) {
			if err := e.Look(ctx, Of(s, name), part); err != nil {
				return err
			}
		}
	}
	if len(events) >= flood {
		select {
		case <-ctx.Done():
		case <-time.After(time.Since(began)):
		}
	}
	return nil
}

// concerns tells whether an event changed anything that is compared.
func (r *Rule) concerns(ev *ledger.Event) bool {
	for _, name := range []string{"deleted_at", intake.ByPhone, intake.ByEmail, intake.ByCreditCode, r.Company, r.Spec.Contact, r.Spec.Region} {
		if _, changed := ev.Payload.Changes[name]; changed {
			return true
		}
	}
	return false
}

// Look brings the keys and pairs of records up to date.
func (e *Engine) Look(ctx context.Context, r *Rule, ids []string) error {
	if err := e.learn(ctx, r, ids); err != nil {
		return err
	}
	all, err := e.examine(ctx, r, ids, false)
	if err != nil {
		return err
	}
	return e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := e.keepPairs(ctx, tx, r, all, false)
		return err
	})
}

// learn writes the keys of the records' names.
func (e *Engine) learn(ctx context.Context, r *Rule, ids []string) error {
	rows, err := record.ReadRows(ctx, e.DB, r.Object, ids)
	if err != nil {
		return err
	}
	return e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		return keepKeys(ctx, tx, r.Object.Name, r.keysOf(ids, rows))
	})
}

func (r *Rule) keysOf(ids []string, rows map[string]*object.Row) []found {
	all := make([]found, len(ids))
	for i, id := range ids {
		all[i].id = id
		if row := rows[id]; row != nil && row.V[object.DeletedAt] == nil {
			all[i].keys = r.features(row).company.keys()
		}
	}
	return all
}

func (r *Rule) signature() string {
	b, _ := json.Marshal(r.Spec) // plain fields only
	return "1:" + string(b)
}

// scanNew queues going over the records of objects whose rule is not the one they were gone over by.
func (e *Engine) scanNew(ctx context.Context) error {
	for _, r := range definition.All[*Rule](e.Defs.Current(), Kind) {
		if !r.Spec.Enabled {
			continue
		}
		have, _, err := e.state(ctx, e.DB, r.Object.Name)
		if err != nil {
			return err
		}
		if have == r.signature() {
			continue
		}
		if _, err := e.Scan(ctx, r, false); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) state(ctx context.Context, q store.Querier, objectName string) (signature, jobID string, err error) {
	err = q.QueryRow(ctx, "SELECT signature, job FROM duplicate_state WHERE object = ?", objectName).Scan(&signature, &jobID)
	if errors.Is(err, sql.ErrNoRows) {
		return "", "", nil
	}
	return signature, jobID, err
}

// Scan queues going over all records of an object, and gives the job; one that is under way is given instead of another. Without anew
// nothing is done where another node was quicker.
func (e *Engine) Scan(ctx context.Context, r *Rule, anew bool) (jobID string, err error) {
	err = e.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO duplicate_state (object, signature, job) VALUES (?, '', '') ON CONFLICT (object) DO UPDATE SET job = duplicate_state.job", r.Object.Name); err != nil {
			return err
		}
		var have string
		if have, jobID, err = e.state(ctx, tx, r.Object.Name); err != nil {
			return err
		}
		if have == r.signature() && !anew {
			return nil
		}
		if have == r.signature() && jobID != "" {
			var state string
			if err := tx.QueryRow(ctx, "SELECT state FROM job_run WHERE id = ?", jobID).Scan(&state); err == nil && (state == job.Queued || state == job.Running) {
				return nil
			}
		}
		jobID, err = e.Jobs.Add(ctx, tx, job.New{Kind: ScanKind, Title: r.Object.Title.ZH + "查重", Args: scanArgs{r.Object.Name}})
		if err != nil {
			return fmt.Errorf("duplicate: %w", err)
		}
		_, err = tx.Exec(ctx, "UPDATE duplicate_state SET signature = ?, job = ? WHERE object = ?", r.signature(), jobID, r.Object.Name)
		return err
	})
	return jobID, err
}

func noRule(o *object.Object) error {
	return problem.New(problem.Conflict, "no_duplicate_rule", o.Title.ZH+"没有启用的查重规则", problem.Item{Code: "no_duplicate_rule", Message: o.Title.ZH + "没有启用的查重规则", Hint: "请销售总监在设置里启用"})
}
