package identity

import (
	"context"

	"baton/internal/platform/store"
)

// Access is what a person can still come in by.
type Access struct {
	Sessions int `json:"sessions"`
	Keys     int `json:"keys" doc:"API keys that act in the person's place"`
}

func sessionsOf(person string) string { return `%"person":"` + person + `"%` }

// AccessOf counts a person's open sessions and API keys.
func (s *Service) AccessOf(ctx context.Context, person string) (a Access, err error) {
	if err = s.db.QueryRow(ctx, "SELECT COUNT(*) FROM session WHERE data LIKE ? AND expires_at >= ?", sessionsOf(person), s.clock.Milli()).Scan(&a.Sessions); err != nil {
		return a, err
	}
	return a, s.db.QueryRow(ctx, "SELECT COUNT(*) FROM api_key WHERE kind = 'api' AND created_by = ? AND revoked_at IS NULL", person).Scan(&a.Keys)
}

// Shut ends a person's sessions, revokes the API keys that act in the person's place, and ends who acts for whom, inside a running write.
// Channels' keys are the company's and stay.
func (s *Service) Shut(ctx context.Context, tx *store.Tx, by, person string) error {
	now := s.clock.Milli()
	for _, x := range []struct {
		sql  string
		args []any
	}{
		{"DELETE FROM session WHERE data LIKE ?", []any{sessionsOf(person)}},
		{"UPDATE api_key SET revoked_at = ? WHERE kind = 'api' AND created_by = ? AND revoked_at IS NULL", []any{now, person}},
		{"UPDATE delegation SET ended_at = ?, ended_by = ? WHERE ended_at IS NULL AND (person = ? OR delegate = ?)", []any{now, by, person, person}},
	} {
		if _, err := tx.Exec(ctx, x.sql, x.args...); err != nil {
			return err
		}
	}
	tx.AfterCommit(func() { s.live.Clear(); s.keys.Clear() })
	return nil
}
