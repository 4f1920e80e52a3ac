package file

import (
	"context"
	"time"

	"baton/internal/platform/store"
)

// The collector's times: what nobody holds is kept for a day, and is looked for every quarter of an hour.
const (
	Orphaned = 24 * time.Hour
	pause    = 15 * time.Minute
	slice    = 100
)

// Run collects what nothing holds, until ctx ends; it returns ctx's error.
func (s *Store) Run(ctx context.Context) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if _, err := s.Collect(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

const orphan = ` AND used_at < ? AND NOT EXISTS (SELECT 1 FROM file_use u WHERE u.file = file.id AND (u.gone_at IS NULL OR u.gone_at >= ?))`

// Collect removes the contents that nothing has held for a day and tells how many.
func (s *Store) Collect(ctx context.Context) (n int, err error) {
	before := s.Clock.Milli() - Orphaned.Milliseconds()
	for after := ""; ; {
		ids, err := s.orphans(ctx, after, before)
		if err != nil || len(ids) == 0 {
			return n, err
		}
		for _, id := range ids {
			gone, err := s.remove(ctx, id, before)
			if err != nil {
				return n, err
			}
			if gone {
				n++
			}
		}
		after = ids[len(ids)-1]
	}
}

func (s *Store) orphans(ctx context.Context, after string, before int64) ([]string, error) {
	rows, err := s.DB.Query(ctx, "SELECT id FROM file WHERE id > ?"+orphan+" ORDER BY id LIMIT ?", after, before, before, slice)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// remove takes one content away if it is still nobody's. The content goes while its row is held: who sends the same one meanwhile waits, and
// then keeps it anew. Should the transaction fail behind it, a row without content is left, which the next round takes.
func (s *Store) remove(ctx context.Context, id string, before int64) (gone bool, err error) {
	err = s.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		gone = false
		res, err := tx.Exec(ctx, "DELETE FROM file WHERE id = ?"+orphan, id, before, before)
		if err != nil {
			return err
		}
		if k, err := res.RowsAffected(); err != nil || k == 0 {
			return err
		}
		for _, q := range []string{"DELETE FROM file_upload WHERE file = ?", "DELETE FROM file_use WHERE file = ?"} {
			if _, err := tx.Exec(ctx, q, id); err != nil {
				return err
			}
		}
		for _, name := range []string{id + thumbSuffix, id} {
			if err := s.Blobs.Remove(ctx, name); err != nil {
				return err
			}
		}
		gone = true
		return nil
	})
	return gone, err
}
