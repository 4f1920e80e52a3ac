// Package ledger is the append-only trail: every write's event, numbered without gaps in commit order, sealed in signed batches that can be
// verified, and read by everybody who follows what happens. It knows nothing of what events mean.
package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"baton/internal/platform/store"
)

// Event is what happened. Seq is given at the end of the write group.
type Event struct {
	Seq       int64
	At        int64 // when it happened, ms
	WrittenAt int64 // when it was written down, ms
	ActorKind string
	ActorID   string
	ActorName string
	IP        string
	Origin    string
	Batch     string
	Object    string
	RecordID  string
	Op        string
	Revision  int64
	Request   string
	Payload   Payload
	// check is the leaf hash as written: it names the changed event, where a seal alone names the batch.
	raw, salt, digest, check string
}

// Payload is the changeable part of an event: the differences, a note, and engine data.
type Payload struct {
	Changes map[string][2]any `json:"c,omitempty"`
	Note    string            `json:"n,omitempty"`
	Data    map[string]any    `json:"d,omitempty"`
}

const columns = "seq, at, written_at, actor_kind, COALESCE(actor_id, ''), COALESCE(actor_name, ''), COALESCE(ip, ''), origin, COALESCE(batch, ''), COALESCE(object, ''), COALESCE(record_id, ''), op, revision, COALESCE(payload, ''), salt, digest, leaf, COALESCE(request, '')"

// Ledger writes and reads events. Safe for concurrent use.
type Ledger struct {
	db   *store.DB
	now  func() time.Time
	feed feed
}

// New hooks the ledger into db: events collected by a write group are numbered and stored at its end.
func New(db *store.DB, now func() time.Time) *Ledger {
	l := &Ledger{db: db, now: now}
	db.OnFinish(l.flush)
	return l
}

// Append adds an event to the running write; it is stored with it, or not at all.
func (l *Ledger) Append(tx *store.Tx, e *Event) error {
	raw, err := json.Marshal(&e.Payload)
	if err != nil {
		return fmt.Errorf("ledger: payload: %w", err)
	}
	e.raw = string(raw)
	// Names and addresses come from outside (a mistyped sign-in name, say). Text that PostgreSQL refuses would fail the whole write group.
	for _, s := range []*string{&e.ActorKind, &e.ActorID, &e.ActorName, &e.IP, &e.Origin, &e.Batch, &e.Object, &e.RecordID, &e.Op, &e.Request} {
		*s = strings.ToValidUTF8(strings.ReplaceAll(*s, "\x00", "\uFFFD"), "\uFFFD")
	}
	var salt [16]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return err
	}
	e.salt = base64.RawStdEncoding.EncodeToString(salt[:])
	e.digest = digest(e.salt, e.raw)
	tx.Collect(e)
	return nil
}

func digest(salt, raw string) string {
	h := sha256.New()
	h.Write([]byte(salt))
	h.Write([]byte(raw))
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil))
}

// month is the partition key: year*12+month of the written instant, in UTC.
func month(ms int64) int64 {
	t := time.UnixMilli(ms).UTC()
	return int64(t.Year())*12 + int64(t.Month()) - 1
}

var inserts = &store.Insert{Table: "event", Columns: "month, seq, at, written_at, actor_kind, actor_id, actor_name, ip, origin, batch, object, record_id, op, revision, payload, salt, digest, leaf, request", N: 19}

func (l *Ledger) flush(ctx context.Context, tx *store.Tx) error {
	var events []*Event
	for _, v := range tx.Collected() {
		if e, ok := v.(*Event); ok {
			events = append(events, e)
		}
	}
	if len(events) == 0 {
		return nil
	}
	var last int64
	// The row lock taken here is held through the commit: numbers are commit order, on any number of nodes.
	if err := tx.QueryRow(ctx, "UPDATE sequence SET n = n + ? WHERE name = 'event' RETURNING n", len(events)).Scan(&last); err != nil {
		return fmt.Errorf("ledger: numbering: %w", err)
	}
	for i, e := range events {
		e.Seq = last - int64(len(events)) + int64(i) + 1
	}
	for _, e := range events {
		if err := tx.Insert(ctx, inserts, month(e.WrittenAt), e.Seq, e.At, e.WrittenAt, e.ActorKind, null(e.ActorID), null(e.ActorName), null(e.IP), e.Origin, null(e.Batch),
			null(e.Object), null(e.RecordID), e.Op, e.Revision, e.raw, e.salt, e.digest, encode(e.leaf()), null(e.Request)); err != nil {
			return fmt.Errorf("ledger: %w", err)
		}
	}
	tx.AfterCommit(func() { l.feed.publish(events) })
	return nil
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
