package object

import (
	"context"
	"encoding/json"

	"baton/internal/platform/definition"
	"baton/internal/platform/store"
)

// The states of what is gone.
const (
	Removed = "removed" // its data is kept and comes back with it
	Purging = "purging" // its data is being taken away
	Purged  = "purged"
)

// Gone is what is remembered of a removed field, or of a removed object where Field is empty.
type Gone struct {
	Object, Field string
	// Spec is the field as it was written last; of an object, its spec.
	Spec json.RawMessage
	// Title of an object.
	Title definition.Text
	// Gen is the column that a field of this id has when it comes back.
	Gen      int
	Revision int64 // by which it went
	State    string
	Job      string // that purges it
}

// goneOf reads what is gone of an object, by field id; the object itself by "".
func goneOf(ctx context.Context, q store.Querier, object string) (map[string]Gone, error) {
	all, err := ReadGone(ctx, q, object)
	out := make(map[string]Gone, len(all))
	for _, g := range all {
		out[g.Field] = g
	}
	return out, err
}

// ReadGone lists what is gone of an object, the last first; of all objects when it is empty, and then the objects only.
func ReadGone(ctx context.Context, q store.Querier, object string) ([]Gone, error) {
	text, args := "SELECT object, field, spec, COALESCE(title, ''), gen, revision, state, COALESCE(job, '') FROM gone WHERE ", []any{}
	if object == "" {
		text += "field = '-'"
	} else {
		text, args = text+"object = ?", append(args, object)
	}
	rows, err := q.Query(ctx, text+" ORDER BY revision DESC, object, field", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Gone
	for rows.Next() {
		var g Gone
		var spec, title string
		if err := rows.Scan(&g.Object, &g.Field, &spec, &title, &g.Gen, &g.Revision, &g.State, &g.Job); err != nil {
			return nil, err
		}
		if g.Field == whole {
			g.Field = ""
		}
		if title != "" {
			if err := json.Unmarshal([]byte(title), &g.Title); err != nil {
				return nil, err
			}
		}
		g.Spec = json.RawMessage(spec)
		out = append(out, g)
	}
	return out, rows.Err()
}

// whole stands in the table for the object itself; no field has such an id.
const whole = "-"

func goneKey(field string) string {
	if field == "" {
		return whole
	}
	return field
}

// remember keeps what next does not have any more, and forgets what is back.
func remember(ctx context.Context, tx *store.Tx, old, next *definition.Snapshot) error {
	for _, was := range All(old) {
		o, stays := Of(next, was.Name)
		if !stays {
			d, _ := old.Definition(Kind, was.Name)
			if err := keepGone(ctx, tx, Gone{Object: was.Name, Spec: d.Spec, Title: d.Title, Revision: next.Revision}); err != nil {
				return err
			}
			continue
		}
		if o == was {
			continue
		}
		now := map[string]bool{}
		for _, f := range o.Fields {
			now[f.ID] = true
		}
		for _, f := range was.Fields {
			if now[f.ID] {
				continue
			}
			left := f.FieldSpec
			left.Retype = nil
			b, err := json.Marshal(left)
			if err != nil {
				return err
			}
			if err := keepGone(ctx, tx, Gone{Object: was.Name, Field: f.ID, Spec: b, Gen: f.Gen, Revision: next.Revision}); err != nil {
				return err
			}
		}
	}
	for _, o := range All(next) {
		was, stood := Of(old, o.Name)
		if !stood {
			if err := returned(ctx, tx, o, next.Revision); err != nil {
				return err
			}
		}
		if was == o {
			continue
		}
		before := map[string]bool{}
		if stood {
			for _, f := range was.Fields {
				before[f.ID] = true
			}
		}
		for _, f := range o.Fields {
			if f.System || before[f.ID] {
				continue
			}
			// One that is purged stays on the list: its former values are gone whatever comes under its name.
			if _, err := tx.Exec(ctx, "DELETE FROM gone WHERE object = ? AND field = ? AND state = ?", o.Name, f.ID, Removed); err != nil {
				return err
			}
		}
	}
	return nil
}

// returned notes that a removed object is back: of its fields, those that it has no more are now removed ones of their own.
func returned(ctx context.Context, tx *store.Tx, o *Object, revision int64) error {
	gone, err := goneOf(ctx, tx, o.Name)
	if err != nil {
		return err
	}
	was, ok := gone[""]
	if !ok {
		return nil
	}
	var spec Spec
	if err := json.Unmarshal(was.Spec, &spec); err != nil {
		return err
	}
	back := map[string]bool{}
	for _, f := range o.Fields {
		back[f.ID] = true
	}
	for _, f := range spec.Fields {
		if f.ID == "" {
			f.ID = f.Name
		}
		if back[f.ID] {
			continue
		}
		f.Retype = nil
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		if err := keepGone(ctx, tx, Gone{Object: o.Name, Field: f.ID, Spec: b, Gen: f.Gen, Revision: revision}); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, "DELETE FROM gone WHERE object = ? AND field = ?", o.Name, whole)
	return err
}

func keepGone(ctx context.Context, tx *store.Tx, g Gone) error {
	var title any
	if g.Title.ZH != "" {
		b, err := json.Marshal(g.Title)
		if err != nil {
			return err
		}
		title = string(b)
	}
	_, err := tx.Exec(ctx, `INSERT INTO gone (object, field, spec, title, gen, revision, state) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (object, field) DO UPDATE SET spec = excluded.spec, title = excluded.title, gen = excluded.gen, revision = excluded.revision, state = excluded.state, job = NULL`,
		g.Object, goneKey(g.Field), string(g.Spec), title, g.Gen, g.Revision, Removed)
	return err
}

// SetGone notes how far the purge of something gone is. gen is the column that the field would have if it came back.
func SetGone(ctx context.Context, tx *store.Tx, g Gone) error {
	var job any
	if g.Job != "" {
		job = g.Job
	}
	_, err := tx.Exec(ctx, "UPDATE gone SET state = ?, gen = ?, job = ? WHERE object = ? AND field = ?", g.State, g.Gen, job, g.Object, goneKey(g.Field))
	return err
}

// ForgetGone takes everything that is remembered of an object away, once it is purged.
func ForgetGone(ctx context.Context, tx *store.Tx, object string) error {
	_, err := tx.Exec(ctx, "DELETE FROM gone WHERE object = ?", object)
	return err
}
