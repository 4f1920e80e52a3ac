package record

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"

	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Once gives one answer to all requests with the same key. The zero value, or an empty Key, answers each anew.
type Once struct {
	Scope, Key  string
	fingerprint string
}

// NewOnce makes the once of a request; what tells two requests with one key apart is content.
func NewOnce(scope, key string, content []byte) Once {
	sum := sha256.Sum256(content)
	return Once{Scope: scope, Key: key, fingerprint: base64.RawStdEncoding.EncodeToString(sum[:])}
}

// maxKey is the longest key in bytes.
const maxKey = 200

// Check refuses a key that cannot be kept.
func (o Once) Check() error {
	if len(o.Key) > maxKey {
		return problem.New(problem.Malformed, "bad_idempotency_key", "Idempotency-Key 太长", problem.Item{Pointer: "/Idempotency-Key", Code: "too_long", Message: "最长 200 个字节", Hint: "请用 UUID"})
	}
	return readable([]any{o.Key})
}

// Answered gives the answer kept for the key; "" when there is none yet. The key with other content is a Conflict.
func (o Once) Answered(ctx context.Context, tx *store.Tx) (body string, err error) {
	if o.Key == "" {
		return "", nil
	}
	var was string
	err = tx.QueryRow(ctx, "SELECT fingerprint, body FROM idempotency WHERE scope = ? AND key = ?", o.Scope, o.Key).Scan(&was, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err == nil && was != o.fingerprint {
		return "", problem.New(problem.Conflict, "idempotency_conflict", "这个 Idempotency-Key 已用于另一份内容", problem.Item{Pointer: "/Idempotency-Key", Code: "idempotency_conflict", Message: "同一个 Idempotency-Key 只能重发同样的内容", Hint: "新的提交请换一个 Idempotency-Key"})
	}
	return body, err
}

// Keep stores the answer, with the write it is of.
func (o Once) Keep(ctx context.Context, tx *store.Tx, status int, body string, now int64) error {
	if o.Key == "" {
		return nil
	}
	_, err := tx.Exec(ctx, "INSERT INTO idempotency (scope, key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?, ?)", o.Scope, o.Key, o.fingerprint, status, body, now)
	return err
}

// Do runs work as one write, again when another node has answered the same key meanwhile.
func (o Once) Do(ctx context.Context, db *store.DB, work store.Work) error {
	for attempt := 0; ; attempt++ {
		err := db.Write(ctx, store.Interactive, work)
		if err == nil || attempt == 3 || !store.IsUnique(err) {
			return err
		}
	}
}
