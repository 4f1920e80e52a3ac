package demo

import (
	"context"
	"fmt"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Loader writes the demo company.
type Loader struct {
	Writer *record.Writer
	DB     *store.DB
	// SetPassword gives a person a sign-in, inside the running write.
	SetPassword func(ctx context.Context, tx *store.Tx, person, username, hash string) error
	// Hash is the stored form of Password.
	Hash string
	// Reload refreshes the directory after the people are written.
	Reload func(ctx context.Context) error
}

// Batch names the demo's writes in the trail.
const Batch = "demo"

// Load writes everything that is not there yet: a load that was killed goes on where it was. anchor is the first instant of the company's
// today; history ends there.
func (l *Loader) Load(ctx context.Context, anchor time.Time) error {
	start := anchor.AddDate(0, 0, -historyDays)
	ps := people()
	if err := l.staff(ctx, ps, start.AddDate(0, 0, -400), anchor); err != nil {
		return fmt.Errorf("people: %w", err)
	}
	if err := l.Reload(ctx); err != nil {
		return err
	}
	js := plan(ps)
	for i := 0; i < len(js); i += 40 {
		if err := l.leads(ctx, js[i:min(i+40, len(js))], i, start); err != nil {
			return fmt.Errorf("leads %d…: %w", i, err)
		}
	}
	return nil
}

func (l *Loader) write(ctx context.Context, tx *store.Tx, who *actor.Actor, ws []record.Write) error {
	_, err := l.Writer.In(ctx, tx, record.Request{Actor: who, Origin: record.Origin{Kind: "demo", Batch: Batch, Engine: true}, Writes: ws})
	return err
}

// once writes a part in one transaction, unless its first record is there.
func (l *Loader) once(ctx context.Context, objectName, first string, write func(ctx context.Context, tx *store.Tx) error) error {
	row, err := l.read(ctx, objectName, first)
	if err != nil || row != nil {
		return err
	}
	return l.DB.Write(ctx, store.Interactive, write)
}

func (l *Loader) read(ctx context.Context, objectName, id string) (*object.Row, error) {
	o, ok := object.Of(l.Writer.Defs.Current(), objectName)
	if !ok {
		return nil, fmt.Errorf("no object %s", objectName)
	}
	return record.ReadRow(ctx, l.DB, o, id)
}

func (l *Loader) staff(ctx context.Context, ps []person, since, anchor time.Time) error {
	return l.once(ctx, "org_unit", units()[0].id, func(ctx context.Context, tx *store.Tx) error {
		system := actor.TheSystem("演示数据")
		var ws []record.Write
		when := since.UnixMilli()
		ws = append(ws, record.Write{Op: record.Update, Object: "org_unit", ID: "root", At: when, Values: map[string]any{"name": "启航科技", "manager": "p-chen"}})
		for _, u := range units() {
			ws = append(ws, record.Write{Op: record.Create, Object: "org_unit", ID: u.id, At: when, Values: map[string]any{"name": u.name, "parent": u.parent, "kind": u.kind, "manager": u.manager, "provinces": u.provinces}})
		}
		for i, p := range ps {
			v := map[string]any{"name": p.name, "username": p.username, "unit": p.unit, "roles": p.role, "phone": fmt.Sprintf("139%08d", 10_000_000+i*7919), "email": p.username + "@example.com"}
			if p.role == "rep" {
				v["rank"], v["product_lines"], v["weight"] = p.rank, p.lines, fmt.Sprint(p.weight)
			}
			if p.onLeave {
				v["leave_from"], v["leave_until"] = anchor.AddDate(0, 0, -1).Format("2006-01-02"), anchor.AddDate(0, 0, 5).Format("2006-01-02")
			}
			ws = append(ws, record.Write{Op: record.Create, Object: "person", ID: p.id, At: when, Values: v})
		}
		if err := l.write(ctx, tx, system, ws); err != nil {
			return err
		}
		for _, p := range ps {
			if err := l.SetPassword(ctx, tx, p.id, p.username, l.Hash); err != nil {
				return err
			}
		}
		return nil
	})
}

// leads writes some journeys whole, each event at its own past time and by its own author.
func (l *Loader) leads(ctx context.Context, js []*journey, first int, start time.Time) error {
	return l.once(ctx, "lead", fmt.Sprintf("demo-lead-%05d", first+1), func(ctx context.Context, tx *store.Tx) error {
		for i, j := range js {
			n := first + i + 1
			for _, s := range j.steps(n, start) {
				if err := l.write(ctx, tx, s.who, s.writes); err != nil {
					return fmt.Errorf("lead %d: %w", n, err)
				}
			}
		}
		return nil
	})
}
