package job

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"baton/internal/platform/clock"
	"baton/internal/platform/store"
)

const (
	workers = 4
	// A turn that has not come back after this is taken for dead; its run goes on elsewhere (see Turn.Commit for why that is safe).
	lostAfter = 20 * time.Second
	lookEvery = 5 * time.Second
)

// Open brings River's tables to their version and makes the service. Nothing is executed before Start.
func Open(ctx context.Context, db *store.DB, c *clock.Clock, log *slog.Logger) (*Service, error) {
	s := &Service{db: db, clock: c, log: log, kinds: map[string]kind{}, quit: make(chan struct{}), waits: map[string][]chan struct{}{}}
	var driver riverdriver.Driver[*sql.Tx] = riversqlite.New(db.WritePool())
	if db.Dialect() == store.Postgres {
		driver = riverdatabasesql.New(db.WritePool())
	}
	quiet := slog.New(only{log.Handler(), slog.LevelWarn})
	m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: quiet})
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return nil, fmt.Errorf("job: migrate: %w", err)
	}
	all := river.NewWorkers()
	river.AddWorker(all, &turnWorker{svc: s})
	s.river, err = river.NewClient(driver, &river.Config{
		Logger: quiet, Workers: all, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: workers}},
		PollOnly: true, FetchCooldown: 50 * time.Millisecond, FetchPollInterval: 200 * time.Millisecond,
		JobTimeout: lostAfter - lookEvery, RescueStuckJobsAfter: lostAfter, MaxAttempts: 8,
	})
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	return s, nil
}

// Start begins to execute. Runs that a killed process left behind go on: at once on SQLite, whose data folder belongs to one process; within
// lostAfter on PostgreSQL.
func (s *Service) Start(ctx context.Context) error {
	if err := s.revive(ctx); err != nil {
		return fmt.Errorf("job: revive: %w", err)
	}
	// The client outlives ctx: it is ended by Stop, after the running slices.
	if err := s.river.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("job: start: %w", err)
	}
	s.loops.Add(1)
	go func() {
		defer s.loops.Done()
		t := time.NewTicker(lookEvery)
		defer t.Stop()
		for {
			select {
			case <-s.quit:
				return
			case <-t.C:
				if s.db.Dialect() != store.Postgres {
					continue
				}
				if err := s.revive(context.WithoutCancel(ctx)); err != nil {
					s.log.Error("job: revive", "error", err)
				}
			}
		}
	}()
	return nil
}

// Stop lets the running slices end and stops. To be called once, before the database is closed; ctx limits the waiting.
func (s *Service) Stop(ctx context.Context) error {
	s.once.Do(func() { close(s.quit) })
	s.loops.Wait()
	return s.river.Stop(ctx)
}

// revive makes River's jobs of dead processes available again, and gives runs without a River job a new one.
func (s *Service) revive(ctx context.Context) error {
	return s.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		dead := "UPDATE river_job SET state = 'available' WHERE state = 'running' AND kind = 'turn'"
		if tx.Dialect() == store.Postgres {
			dead += fmt.Sprintf(" AND attempted_at < now() - interval '%d seconds'", int(lostAfter.Seconds()))
		}
		if _, err := tx.Exec(ctx, dead); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, "SELECT id FROM job_run WHERE state IN ('"+Queued+"', '"+Running+"') AND NOT EXISTS (SELECT 1 FROM river_job r WHERE r.id = job_run.river AND r.state IN ('available', 'running', 'retryable', 'scheduled', 'pending'))")
		if err != nil {
			return err
		}
		var orphans []string
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				_ = rows.Close()
				return err
			}
			orphans = append(orphans, id)
		}
		if err := rows.Close(); err != nil {
			return err
		}
		for _, id := range orphans {
			res, err := s.river.InsertTx(ctx, tx.SQL(), turnArgs{Run: id}, nil)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE job_run SET river = ? WHERE id = ?", res.Job.ID, id); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// only passes records of a level and above: River tells much that concerns nobody.
type only struct {
	slog.Handler
	level slog.Level
}

func (h only) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}
func (h only) WithAttrs(a []slog.Attr) slog.Handler { return only{h.Handler.WithAttrs(a), h.level} }
func (h only) WithGroup(g string) slog.Handler      { return only{h.Handler.WithGroup(g), h.level} }
