// Package notify is the in-app inbox: notices written in the transaction that gives reason for them, once each, read and ticked off by
// the person they are for. It knows nothing of what a notice is about.
package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"baton/internal/platform/clock"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Level is how urgent a notice is.
type Level string

// The levels.
const (
	Blue  Level = "blue"  // to know
	Amber Level = "amber" // to look at
	Red   Level = "red"   // overdue
)

// Message is one notice. Kind is the sender's word (overdue, copy, assigned …) by which the page picks an icon.
type Message struct {
	Person   string
	Kind     string
	Level    Level
	Title    string
	Body     string
	Object   string
	RecordID string
	// Dedupe, when given, lets only the first notice with it in; it is one namespace for all persons.
	Dedupe string
}

// Item is a notice as it lies in the inbox. Instants are milliseconds; ReadAt is 0 while unread. Seq grows in commit order.
type Item struct {
	ID  string
	Seq int64
	Message
	// DeliveredAt is when it first reached a page of the person's, 0 before.
	At, DeliveredAt, ReadAt int64
}

// Inbox keeps the notices of all persons. Safe for concurrent use.
type Inbox struct {
	db    *store.DB
	clock *clock.Clock
	wake  func()
}

// New hooks the inbox into db: notices of a write group are numbered and stored at its end, like events, so that followers on every node
// can read them in commit order.
func New(db *store.DB, c *clock.Clock) *Inbox {
	in := &Inbox{db: db, clock: c, wake: func() {}}
	db.OnFinish(in.flush)
	return in
}

// OnSent calls f after each commit with notices. To be set before use.
func (in *Inbox) OnSent(f func()) { in.wake = f }

// Send puts a notice into the running write: it is there when the write is, or not at all. A notice for nobody is an error.
func (in *Inbox) Send(_ context.Context, tx *store.Tx, m Message) error {
	if m.Person == "" || m.Title == "" || m.Kind == "" {
		return fmt.Errorf("notify: person %q, kind %q and title %q are all needed", m.Person, m.Kind, m.Title)
	}
	if m.Level == "" {
		m.Level = Blue
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	m.Title, m.Body = storable(m.Title), storable(m.Body)
	tx.Collect(&Item{ID: id.String(), Message: m, At: in.clock.Milli()})
	return nil
}

// storable takes out what PostgreSQL refuses in text: a notice is stored at the end of a group, where it must not fail others.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

const insertRow = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

// chunks are the sizes of insert statements, few, so that each is prepared once.
var chunks = []int{16, 1}

func (in *Inbox) flush(ctx context.Context, tx *store.Tx) error {
	var items []*Item
	for _, v := range tx.Collected() {
		if it, ok := v.(*Item); ok {
			items = append(items, it)
		}
	}
	if len(items) == 0 {
		return nil
	}
	var last int64
	// The row lock is held through the commit: numbers are commit order on any number of nodes.
	if err := tx.QueryRow(ctx, "UPDATE sequence SET n = n + ? WHERE name = 'inbox' RETURNING n", len(items)).Scan(&last); err != nil {
		return fmt.Errorf("notify: numbering: %w", err)
	}
	for i, it := range items {
		it.Seq = last - int64(len(items)) + int64(i) + 1
	}
	rest := items
	for _, size := range chunks {
		q := "INSERT INTO inbox (id, seq, person, kind, level, title, body, object, record_id, at, dedupe) VALUES " + insertRow + strings.Repeat(", "+insertRow, size-1) + " ON CONFLICT (dedupe) DO NOTHING"
		for len(rest) >= size {
			args := make([]any, 0, 11*size)
			for _, it := range rest[:size] {
				args = append(args, it.ID, it.Seq, it.Person, it.Kind, string(it.Level), it.Title, null(it.Body), null(it.Object), null(it.RecordID), it.At, null(it.Dedupe))
			}
			if _, err := tx.Exec(ctx, q, args...); err != nil {
				return fmt.Errorf("notify: %w", err)
			}
			rest = rest[size:]
		}
	}
	tx.AfterCommit(in.wake)
	return nil
}

const columns = "id, seq, person, kind, level, title, COALESCE(body, ''), COALESCE(object, ''), COALESCE(record_id, ''), at, COALESCE(delivered_at, 0), COALESCE(read_at, 0)"

// List gives a person's notices, newest first, below the number before (0 = from the newest).
func (in *Inbox) List(ctx context.Context, person string, unreadOnly bool, before int64, limit int) ([]*Item, error) {
	q, args := "SELECT "+columns+" FROM inbox WHERE person = ?", []any{person}
	if unreadOnly {
		q += " AND read_at IS NULL"
	}
	if before > 0 {
		q, args = q+" AND seq < ?", append(args, before)
	}
	return in.read(ctx, q+" ORDER BY seq DESC LIMIT ?", append(args, limit)...)
}

// After gives everybody's notices above a number, in commit order; for the live feed.
func (in *Inbox) After(ctx context.Context, seq int64, limit int) ([]*Item, error) {
	return in.read(ctx, "SELECT "+columns+" FROM inbox WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit)
}

// About gives the notices about records that carry a dedupe word, oldest first; without asking whose they are, for engines.
func (in *Inbox) About(ctx context.Context, ids []string) ([]*Item, error) {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	rows, err := in.db.Query(ctx, "SELECT "+columns+", dedupe FROM inbox WHERE dedupe IS NOT NULL AND record_id IN ("+strings.TrimPrefix(strings.Repeat(", ?", len(ids)), ", ")+") ORDER BY seq", args...)
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	defer rows.Close()
	var out []*Item
	for rows.Next() {
		it := &Item{}
		if err := rows.Scan(&it.ID, &it.Seq, &it.Person, &it.Kind, &it.Level, &it.Title, &it.Body, &it.Object, &it.RecordID, &it.At, &it.DeliveredAt, &it.ReadAt, &it.Dedupe); err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// Delivered keeps that notices reached a page of their persons'; the first time counts.
func (in *Inbox) Delivered(ctx context.Context, items []*Item) error {
	args := []any{in.clock.Milli()}
	for _, it := range items {
		if it.DeliveredAt == 0 {
			args = append(args, it.ID)
		}
	}
	if len(args) == 1 {
		return nil
	}
	return in.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE inbox SET delivered_at = ? WHERE delivered_at IS NULL AND id IN ("+strings.TrimPrefix(strings.Repeat(", ?", len(args)-1), ", ")+")", args...)
		return err
	})
}

// Last is the highest number given out.
func (in *Inbox) Last(ctx context.Context) (n int64, err error) {
	err = in.db.QueryRow(ctx, "SELECT n FROM sequence WHERE name = 'inbox'").Scan(&n)
	return n, err
}

func (in *Inbox) read(ctx context.Context, q string, args ...any) ([]*Item, error) {
	rows, err := in.db.Query(ctx, q, args...)
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	defer rows.Close()
	var out []*Item
	for rows.Next() {
		it := &Item{}
		if err := rows.Scan(&it.ID, &it.Seq, &it.Person, &it.Kind, &it.Level, &it.Title, &it.Body, &it.Object, &it.RecordID, &it.At, &it.DeliveredAt, &it.ReadAt); err != nil {
			return nil, err
		}
		out = append(out, it)
	}
	return out, rows.Err()
}

// UnreadCap is where counting unread notices stops.
const UnreadCap = 1000

// Unread counts a person's unread notices, up to UnreadCap.
func (in *Inbox) Unread(ctx context.Context, person string) (n int, err error) {
	err = in.db.QueryRow(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM inbox WHERE person = ? AND read_at IS NULL LIMIT ?) u", person, UnreadCap).Scan(&n)
	return n, err
}

// Read ticks off one notice of the person's own; ticking off twice keeps the first instant. Another's notice does not exist here.
func (in *Inbox) Read(ctx context.Context, person, id string) (*Item, error) {
	var out *Item
	err := in.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE inbox SET read_at = ?, delivered_at = COALESCE(delivered_at, ?) WHERE id = ? AND person = ? AND read_at IS NULL", in.clock.Milli(), in.clock.Milli(), id, person); err != nil {
			return err
		}
		it := &Item{}
		err := tx.QueryRow(ctx, "SELECT "+columns+" FROM inbox WHERE id = ? AND person = ?", id, person).Scan(&it.ID, &it.Seq, &it.Person, &it.Kind, &it.Level, &it.Title, &it.Body, &it.Object, &it.RecordID, &it.At, &it.DeliveredAt, &it.ReadAt)
		if errors.Is(err, sql.ErrNoRows) {
			return problem.New(problem.NotFound, "no_such_notice", "没有这条提醒")
		}
		out = it
		return err
	})
	return out, err
}

// ReadAll ticks off all of a person's notices.
func (in *Inbox) ReadAll(ctx context.Context, person string) error {
	return in.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE inbox SET read_at = ?, delivered_at = COALESCE(delivered_at, ?) WHERE person = ? AND read_at IS NULL", in.clock.Milli(), in.clock.Milli(), person)
		return err
	})
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}
