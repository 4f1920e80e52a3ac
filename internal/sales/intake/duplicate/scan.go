package duplicate

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"baton/internal/platform/job"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// ScanKind is the kind of jobs that go over all records of an object: first their names become keys, then each is compared with the older
// ones that share a key.
const ScanKind = "duplicate_scan"

type scanArgs struct {
	Object string `json:"object"`
}

// ScanResult are a scan's figures.
type ScanResult struct {
	Rows  int64 `json:"rows"`
	Pairs int64 `json:"pairs"`
}

type scanCursor struct {
	Pass int    `json:"pass"` // 0 keys, 1 pairs
	At   string `json:"at"`
	ScanResult
}

// Slices grow and shrink with the time they hold the writer.
const (
	firstScan  = 100
	minScan    = 20
	maxScan    = 800
	scanTarget = 15 * time.Millisecond
)

type scanner struct{ e *Engine }

// Work goes on with a scan.
func (s scanner) Work(ctx context.Context, t *job.Turn) error {
	var a scanArgs
	if err := json.Unmarshal(t.Run.Args, &a); err != nil {
		return fmt.Errorf("duplicate: arguments: %w", err)
	}
	size := firstScan
	for t.Run.State != job.Done && !t.Over() {
		var at scanCursor
		if t.Run.Cursor != nil {
			if err := json.Unmarshal(t.Run.Cursor, &at); err != nil {
				return fmt.Errorf("duplicate: cursor: %w", err)
			}
		}
		took, err := s.step(ctx, t, a.Object, at, size)
		if err != nil {
			return err
		}
		if took > 0 {
			size = min(max(int(float64(size)*min(2, float64(scanTarget)/float64(took))), minScan), maxScan)
		}
	}
	return nil
}

// step does one slice; took is how long it held the writer.
func (s scanner) step(ctx context.Context, t *job.Turn, objectName string, at scanCursor, size int) (took time.Duration, err error) {
	r := Of(s.e.Defs.Current(), objectName)
	if r == nil {
		return 0, problem.New(problem.Conflict, "no_duplicate_rule", "查重规则已停用，没有查完")
	}
	ids, err := record.NextIDs(ctx, s.e.DB, r.Object, at.At, size)
	if err != nil {
		return 0, err
	}
	var all []found
	if at.Pass == 0 {
		rows, err := record.ReadRows(ctx, s.e.DB, r.Object, ids)
		if err != nil {
			return 0, err
		}
		all = r.keysOf(ids, rows)
	} else if all, err = s.e.examine(ctx, r, ids, true); err != nil {
		return 0, err
	}
	err = t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
		began := time.Now()
		defer func() { took = time.Since(began) }()
		next := at
		st := job.State{Done: t.Run.Done + int64(len(ids))}
		if at.Pass == 0 {
			next.Rows += int64(len(ids))
			st.Total = max(t.Run.Total, 2*next.Rows+1)
			if err := keepKeys(ctx, tx, objectName, all); err != nil {
				return st, err
			}
		} else {
			pairs, err := s.e.keepPairs(ctx, tx, r, all, true)
			if err != nil {
				return st, err
			}
			next.Pairs += pairs
			st.Total = max(2*next.Rows, st.Done)
		}
		if len(ids) < size {
			next.Pass, next.At = at.Pass+1, ""
		} else {
			next.At = ids[len(ids)-1]
		}
		st.Cursor, st.Result, st.Finished = next, next.ScanResult, next.Pass > 1
		return st, nil
	})
	return took, err
}
