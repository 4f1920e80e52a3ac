// Package identity knows the people: the directory of persons and org units, credentials, sessions and keys. People and units are ordinary
// records; this package keeps a view of them in memory for those who decide in microseconds.
package identity

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync/atomic"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Person is a person as the directory shows them.
type Person struct {
	ID, Name, Username, Unit string
	Roles                    []string
	Active                   bool
	Row                      *object.Row
}

// Unit is a node of the org tree. Provinces are region path codes.
type Unit struct {
	ID, Name, Parent, Kind, Manager string
	Provinces                       []string
}

// view is one loaded state, immutable.
type view struct {
	version int64
	people  []*Person // active, by id
	byID    map[string]*Person
	units   map[string]*Unit
	below   map[string][]string
	stands  map[string][]Delegation // by delegate
}

// Directory answers who is who, now. Safe for concurrent use.
type Directory struct {
	db   *store.DB
	defs *definition.Manager
	view atomic.Pointer[view]
	n    atomic.Int64
}

// NewDirectory is empty until Reload.
func NewDirectory(db *store.DB, defs *definition.Manager) *Directory {
	d := &Directory{db: db, defs: defs}
	d.view.Store(&view{byID: map[string]*Person{}, units: map[string]*Unit{}, below: map[string][]string{}})
	return d
}

// Reload reads people and units. Called at start, after commits that change them, and when another node did.
func (d *Directory) Reload(ctx context.Context) error {
	v := &view{version: d.n.Add(1), byID: map[string]*Person{}, units: map[string]*Unit{}, below: map[string][]string{}}
	snap := d.defs.Current()
	po, ok := object.Of(snap, "person")
	uo, ok2 := object.Of(snap, "org_unit")
	if !ok || !ok2 {
		return nil
	}
	if err := each(ctx, d.db, uo, func(r *object.Row) {
		if r.V[object.DeletedAt] != nil {
			return
		}
		u := &Unit{ID: r.ID(), Name: r.Text("name"), Parent: r.Text("parent"), Kind: r.Text("kind"), Manager: r.Text("manager"), Provinces: object.SplitSet(r.Get("provinces"))}
		v.units[u.ID] = u
	}); err != nil {
		return err
	}
	if err := each(ctx, d.db, po, func(r *object.Row) {
		active, set := r.Int("active")
		if r.V[object.DeletedAt] != nil {
			active, set = 0, true // still known by name: to the trail, and to those who see the rows the person left behind
		}
		p := &Person{ID: r.ID(), Name: r.Text("name"), Username: r.Text("username"), Unit: r.Text("unit"), Roles: object.SplitSet(r.Get("roles")), Active: !set || active != 0, Row: r}
		v.byID[p.ID] = p
		if p.Active {
			v.people = append(v.people, p)
		}
	}); err != nil {
		return err
	}
	sort.Slice(v.people, func(i, j int) bool { return v.people[i].ID < v.people[j].ID })
	var err error
	if v.stands, err = delegations(ctx, d.db); err != nil {
		return err
	}
	for id := range v.units {
		// Each unit adds itself to all above it; a cycle ends at the first repeat.
		seen := map[string]bool{}
		for u := id; u != "" && !seen[u]; {
			seen[u] = true
			v.below[u] = append(v.below[u], id)
			if p := v.units[u]; p != nil {
				u = p.Parent
			} else {
				break
			}
		}
	}
	for _, b := range v.below {
		slices.Sort(b)
	}
	for {
		old := d.view.Load()
		if old.version > v.version || d.view.CompareAndSwap(old, v) {
			return nil
		}
	}
}

func each(ctx context.Context, db *store.DB, o *object.Object, f func(*object.Row)) error {
	rows, err := db.Query(ctx, "SELECT "+record.SelectColumns(o, "t")+" FROM "+object.Quote(o.Table)+" t")
	if err != nil {
		return fmt.Errorf("identity: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := record.ScanRow(o, rows.Scan)
		if err != nil {
			return err
		}
		f(r)
	}
	return rows.Err()
}

// Version changes with every reload; those who compile the directory key their work by it.
func (d *Directory) Version() int64 { return d.view.Load().version }

// People lists the active persons by id.
func (d *Directory) People() []*Person { return d.view.Load().people }

// Person finds a person, inactive ones too; nil when unknown.
func (d *Directory) Person(id string) *Person { return d.view.Load().byID[id] }

// Unit finds a unit, nil when unknown.
func (d *Directory) Unit(id string) *Unit { return d.view.Load().units[id] }

// Units lists all units by id.
func (d *Directory) Units() []*Unit {
	v := d.view.Load()
	out := make([]*Unit, 0, len(v.units))
	for _, u := range v.units {
		out = append(out, u)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out
}

// UnitsBelow lists a unit and all under it.
func (d *Directory) UnitsBelow(unit string) []string { return d.view.Load().below[unit] }

// UnitOf is a person's present unit, empty when unknown.
func (d *Directory) UnitOf(person string) string {
	if p := d.Person(person); p != nil {
		return p.Unit
	}
	return ""
}

// Supervisor is the manager of the person's unit or, where the person manages it, of the next unit up that has another manager; empty at the top.
func (d *Directory) Supervisor(person string) string {
	v := d.view.Load()
	p := v.byID[person]
	if p == nil {
		return ""
	}
	for u, n := v.units[p.Unit], 0; u != nil && n < 20; u, n = v.units[u.Parent], n+1 {
		if u.Manager != "" && u.Manager != person {
			if m := v.byID[u.Manager]; m != nil && m.Active {
				return u.Manager
			}
		}
	}
	return ""
}

// UnitsAbove lists a unit and all above it, from below; a circle ends at its first repeat.
func (d *Directory) UnitsAbove(unit string) []string {
	v, out := d.view.Load(), []string(nil)
	for u := v.units[unit]; u != nil && !slices.Contains(out, u.ID); u = v.units[u.Parent] {
		out = append(out, u.ID)
	}
	return out
}

// RegionOf is the nearest unit, from the given one upwards, whose kind is a sales region; empty when there is none.
func (d *Directory) RegionOf(unit string) string {
	for _, id := range d.UnitsAbove(unit) {
		if d.Unit(id).Kind == "region" {
			return id
		}
	}
	return ""
}

// PersonRow is a person's own record, nil when unknown.
func (d *Directory) PersonRow(person string) *object.Row {
	if p := d.Person(person); p != nil {
		return p.Row
	}
	return nil
}

// SalesUnit is the nearest unit, from the given one upwards, that has provinces; nil when none has.
func (d *Directory) SalesUnit(unit string) *Unit {
	v := d.view.Load()
	for u, n := v.units[unit], 0; u != nil && n < 20; u, n = v.units[u.Parent], n+1 {
		if len(u.Provinces) > 0 {
			return u
		}
	}
	return nil
}

// UnitFor is the unit whose provinces hold a region code, nil when none does.
func (d *Directory) UnitFor(region string) *Unit {
	for _, u := range d.Units() {
		for _, p := range u.Provinces {
			if region == p || strings.HasPrefix(region, p+".") {
				return u
			}
		}
	}
	return nil
}

// Name gives a person's or unit's name, "" for other objects or unknown ids.
func (d *Directory) Name(objectName, id string) string {
	switch objectName {
	case "person":
		if p := d.Person(id); p != nil {
			return p.Name
		}
	case "org_unit":
		if u := d.Unit(id); u != nil {
			return u.Name
		}
	}
	return ""
}

// ByUsername finds an active person by sign-in name.
func (d *Directory) ByUsername(ctx context.Context, username string) (*Person, string, error) {
	if strings.ContainsRune(username, 0) {
		return nil, "", nil // PostgreSQL would refuse to look for it
	}
	var id, hash string
	err := d.db.QueryRow(ctx, "SELECT person, hash FROM credential WHERE username = ?", strings.ToLower(strings.TrimSpace(username))).Scan(&id, &hash)
	if err == sql.ErrNoRows {
		return nil, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	p := d.Person(id)
	if p == nil || !p.Active {
		return nil, "", nil
	}
	return p, hash, nil
}
