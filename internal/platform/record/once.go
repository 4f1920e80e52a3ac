package record

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"log/slog"
	"time"
	"unicode/utf8"

	"baton/internal/platform/clock"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Once is a request that its sender may repeat: an Idempotency-Key and what it came with. The zero value is a request without a key.
type Once struct{ scope, key, fingerprint string }

// maxKey is the longest Idempotency-Key in bytes.
const maxKey = 200

// NewOnce takes a sender's key; scope tells senders apart, as each chooses its keys alone. The same key with another body is a conflict. A
// key that cannot be kept is a problem; an empty one gives the zero value.
func NewOnce(scope, key string, body []byte) (Once, error) {
	if key == "" {
		return Once{}, nil
	}
	if len(key) > maxKey || !utf8.ValidString(key) {
		return Once{}, problem.New(problem.Malformed, "bad_idempotency_key", "Idempotency-Key 太长或无法读取", problem.Item{Pointer: "/Idempotency-Key", Code: "bad_idempotency_key", Message: "最长 200 个字节，须是 UTF-8", Hint: "请用 UUID"})
	}
	sum := sha256.Sum256(body)
	return Once{scope, key, base64.RawStdEncoding.EncodeToString(sum[:])}, nil
}

// DoOnce runs work and keeps its answer in the same transaction, so that a repeated request gets the answer instead of being done again;
// of requests at the same time, on any node, one is done. work may be run more than once and has no side effects.
func (w *Writer) DoOnce(ctx context.Context, p store.Priority, o Once, work func(ctx context.Context, tx *store.Tx) (answer string, err error)) (answer string, replayed bool, err error) {
	for attempt := 0; ; attempt++ {
		err = w.DB.Write(ctx, p, func(ctx context.Context, tx *store.Tx) error {
			var err error
			if answer, replayed, err = o.answered(ctx, tx); err != nil || replayed {
				return err
			}
			if answer, err = work(ctx, tx); err != nil {
				return err
			}
			return o.keep(ctx, tx, answer, w.Clock.Milli())
		})
		if o.key != "" && err != nil && store.IsUnique(err) && attempt < 3 {
			continue // another node has just answered the same key
		}
		if err != nil {
			return "", false, err
		}
		return answer, replayed, nil
	}
}

func (o Once) answered(ctx context.Context, tx *store.Tx) (answer string, found bool, err error) {
	if o.key == "" {
		return "", false, nil
	}
	var was string
	err = tx.QueryRow(ctx, "SELECT fingerprint, body FROM idempotency WHERE scope = ? AND key = ?", o.scope, o.key).Scan(&was, &answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", false, nil
	case err != nil:
		return "", false, err
	case was != o.fingerprint:
		return "", false, problem.New(problem.Conflict, "idempotency_conflict", "这个 Idempotency-Key 已用于另一份内容", problem.Item{Code: "idempotency_conflict", Message: "同一个 Idempotency-Key 只能重发同样的内容", Hint: "新的提交请换一个 Idempotency-Key"})
	}
	return answer, true, nil
}

func (o Once) keep(ctx context.Context, tx *store.Tx, answer string, now int64) error {
	if o.key == "" {
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO idempotency (scope, key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?, ?)", o.scope, o.key, o.fingerprint, 0, answer, now)
	return err
}

// Remembered is how long a key gives the answer it gave first: a sender's retries are over by then. The same request after that is a new one.
const Remembered = 7 * 24 * time.Hour

// Answers are what keys were answered with.
type Answers struct {
	DB    *store.DB
	Clock *clock.Clock
}

// Run forgets answers older than Remembered, now, every hour and when the clock is set, until ctx ends.
func (a *Answers) Run(ctx context.Context) error {
	changed := a.Clock.Changed()
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		if _, err := a.Forget(ctx, Remembered); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "forgetting idempotency keys", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		case <-changed:
		}
	}
}

// forgetSlice is how many answers one transaction drops, so that others are not kept waiting.
const forgetSlice = 500

// Forget drops answers older than age, slice by slice, and tells how many.
func (a *Answers) Forget(ctx context.Context, age time.Duration) (dropped int64, err error) {
	before := a.Clock.Now().Add(-age).UnixMilli()
	for {
		var n int64
		err := a.DB.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
			res, err := tx.Exec(ctx, "DELETE FROM idempotency WHERE (scope, key) IN (SELECT scope, key FROM idempotency WHERE at < ? ORDER BY at LIMIT ?)", before, forgetSlice)
			if err != nil {
				return err
			}
			n, err = res.RowsAffected()
			return err
		})
		if err != nil {
			return dropped, err
		}
		if dropped += n; n < forgetSlice {
			return dropped, nil
		}
	}
}
