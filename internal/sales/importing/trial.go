package importing

import (
	"context"
	"errors"
	"hash/maphash"

	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// trial is a run without effect: each slice goes through all steps and is taken back. What earlier slices would have made is remembered by
// its keys, so that a contact that stands twice in the file counts as merged the second time. Methods of a nil trial are those of the real run.
type trial struct {
	rows int64 // behind which the run is; 0 after a restart, when it begins again
	seen map[uint64]struct{}
	seed maphash.Seed
	keys func(*object.Row) []string
}

// maxSeen bounds what is remembered; of larger files what merges is counted too low.
const maxSeen = 3_000_000

var errTrial = errors.New("importing: a trial is taken back")

func (m *Importer) trialOf(r *job.Run) *trial {
	t := &trial{seen: map[uint64]struct{}{}, seed: maphash.MakeSeed(), keys: m.Keys}
	known, _ := m.trials.LoadOrStore(r.ID, t)
	return known.(*trial)
}

// run does the work and, in a trial, takes it back.
func (t *trial) run(ctx context.Context, tx *store.Tx, work store.Work) error {
	if t == nil {
		return work(ctx, tx)
	}
	err := tx.Nested(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := work(ctx, tx); err != nil {
			return err
		}
		return errTrial
	})
	if errors.Is(err, errTrial) && !store.IsFatal(err) {
		return nil
	}
	return err
}

func (t *trial) keysOf(row *object.Row) []string {
	if t == nil || t.keys == nil {
		return nil
	}
	return t.keys(row)
}

// knows reports whether an earlier slice would have made what this row is.
func (t *trial) knows(row *object.Row) bool {
	for _, k := range t.keysOf(row) {
		if _, ok := t.seen[maphash.String(t.seed, k)]; ok {
			return true
		}
	}
	return false
}

func (t *trial) learn(keys []string) {
	for _, k := range keys {
		if len(t.seen) < maxSeen {
			t.seen[maphash.String(t.seed, k)] = struct{}{}
		}
	}
}
