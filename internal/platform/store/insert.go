package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// Insert is one kind of row that a write group puts into a table. Declare it once; Tx.Insert writes its rows.
type Insert struct {
	// Table is the table's name as it stands in statements. A statement whose text contains it sees all rows inserted before.
	Table string
	// Columns are as in SQL, comma-separated and quoted where needed; N is how many they are.
	Columns string
	N       int
	// Tail is what follows the values, an ON CONFLICT clause say; may be empty.
	Tail string
}

// Texts of a few fixed sizes, so that each is prepared once.
var insertSizes = []int{32, 8, 2, 1}

func (in *Insert) text(rows int) string {
	row := "(?" + strings.Repeat(", ?", in.N-1) + ")"
	q := "INSERT INTO " + in.Table + " (" + in.Columns + ") VALUES " + row + strings.Repeat(", "+row, rows-1)
	if in.Tail != "" {
		q += " " + in.Tail
	}
	return q
}

// queue holds the rows of one Insert that are not written yet.
type queue struct {
	in   *Insert
	args []any
}

// Insert puts one row into a table, with one argument a column. Rows of all works of a group are gathered and written by few statements: at
// the group's end, or before the next statement that names their table, so that nobody in the group can tell the difference. A row that
// the database refuses fails the work that gave it; in must not change after its first use.
func (t *Tx) Insert(ctx context.Context, in *Insert, args ...any) error {
	if len(args) != in.N {
		return fmt.Errorf("store: insert into %s: %d values for %d columns", in.Table, len(args), in.N)
	}
	if t.careful {
		return t.InsertNow(ctx, in, args...)
	}
	q := t.queueOf(in)
	q.args = append(q.args, args...)
	if len(q.args) >= in.N*2*insertSizes[0] {
		return t.flush(ctx, q)
	}
	return nil
}

// InsertNow is Insert without gathering, for rows that the database may refuse.
func (t *Tx) InsertNow(ctx context.Context, in *Insert, args ...any) error {
	_, err := t.Exec(ctx, in.text(1), args...)
	return err
}

func (t *Tx) queueOf(in *Insert) *queue {
	for _, q := range t.queues {
		if q.in == in {
			return q
		}
	}
	q := &queue{in: in}
	t.queues = append(t.queues, q)
	return q
}

// marks are how far each queue had come; undo cuts them back to it.
func (t *Tx) marks() []int {
	m := t.marked[:0]
	for _, q := range t.queues {
		m = append(m, len(q.args))
	}
	t.marked = m
	return m
}

func (t *Tx) undo(marks []int) {
	for i, q := range t.queues {
		n := 0
		if i < len(marks) {
			n = marks[i]
		}
		if n < len(q.args) {
			clear(q.args[n:])
			q.args = q.args[:n]
		}
	}
}

// flush writes a queue. It counts as writing: a work that fails after it makes the group run again.
func (t *Tx) flush(ctx context.Context, q *queue) error {
	if len(q.args) == 0 {
		return nil
	}
	args := q.args
	q.args = nil // the statements below name the table themselves
	rest := args
	for _, size := range insertSizes {
		for len(rest) >= size*q.in.N {
			if _, err := t.exec(ctx, q.in.text(size), rest[:size*q.in.N]...); err != nil {
				t.failed = fmt.Errorf("%w: insert into %s: %w", errDirty, q.in.Table, err)
				return t.failed
			}
			rest = rest[size*q.in.N:]
		}
	}
	clear(args)
	q.args = args[:0]
	return nil
}

func (t *Tx) flushAll(ctx context.Context) error {
	for _, q := range t.queues {
		if err := t.flush(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// settle writes the queued rows of each table that a statement names.
func (t *Tx) settle(ctx context.Context, text string) error {
	for _, q := range t.queues {
		if len(q.args) > 0 && strings.Contains(text, q.in.Table) {
			if err := t.flush(ctx, q); err != nil {
				return err
			}
		}
	}
	return nil
}

// failedRow is a row whose Scan fails: the queue before it could not be written.
func (t *Tx) failedRow(q string) *sql.Row {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return t.sql.QueryRowContext(ctx, t.db.rebind(q))
}
