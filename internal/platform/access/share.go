package access

import (
	"context"
	"log/slog"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// sharing is which shares widen a scope: those with the actor, or with a unit of the actor's line, of the object's own records and, where
// its rows take their owner from another record, of that one's.
type sharing struct {
	control        *Control
	object, parent string
	from           *object.Field // leads to parent; nil without
	persons, units []any
	edit           bool
}

func newSharing(c *Control, a *actor.Actor, o *object.Object, verb Verb) *sharing {
	sh := &sharing{control: c, object: o.Name, edit: verb != Read}
	add := func(person, unit string) {
		if person == "" {
			return
		}
		sh.persons = append(sh.persons, person)
		for _, u := range c.Dir.UnitsAbove(unit) {
			sh.units = append(sh.units, u)
		}
	}
	add(a.Self(), a.Unit)
	for _, p := range a.Stands {
		add(p.ID, p.Unit)
	}
	if f, ok := o.Field(o.Spec.OwnerFrom); ok && o.Spec.OwnerFrom != "" {
		sh.from, sh.parent = f, f.TargetOf()
	}
	if len(sh.persons) == 0 {
		return nil
	}
	return sh
}

// query selects the ids of an object's records that are shared now.
func (sh *sharing) query(objectName string) (string, []any) {
	sql, args := "SELECT s.record_id FROM record_share s WHERE s.object = ? AND s.ended_at IS NULL AND (s.until_day IS NULL OR s.until_day >= ?) AND (s.person IN ("+marks(len(sh.persons))+")", []any{objectName, sh.control.Today()}
	args = append(args, sh.persons...)
	if len(sh.units) > 0 {
		sql, args = sql+" OR s.unit IN ("+marks(len(sh.units))+")", append(args, sh.units...)
	}
	sql += ")"
	if sh.edit {
		sql += " AND s.edit = 1"
	}
	return sql, args
}

// load reads what is shared, once. What cannot be read now is not shared, and is asked for again by the next who wants to know.
func (s *Scope) load() map[string]map[string]bool {
	s.loading.Lock()
	defer s.loading.Unlock()
	if s.shared != nil {
		return s.shared
	}
	shared := map[string]map[string]bool{}
	for _, name := range []string{s.share.object, s.share.parent} {
		if name == "" {
			continue
		}
		ids, err := s.share.ids(s.control.DB, name)
		if err != nil {
			slog.Error("shares could not be read", "object", name, "error", err)
			return nil
		}
		shared[name] = ids
	}
	s.shared = shared
	return shared
}

// ids reads which records of an object are shared now.
func (sh *sharing) ids(db *store.DB, objectName string) (map[string]bool, error) {
	sql, args := sh.query(objectName)
	rows, err := db.Query(context.Background(), sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]bool{}
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out[id] = true
	}
	return out, rows.Err()
}

// any tells whether anything is shared that widens the scope.
func (s *Scope) any() bool {
	if s.share == nil {
		return false
	}
	for _, ids := range s.load() {
		if len(ids) > 0 {
			return true
		}
	}
	return false
}

func (s *Scope) allowsShared(r *object.Row) bool {
	if s.share == nil || r == nil {
		return false
	}
	ids := s.load()
	if ids[s.share.object][r.ID()] {
		return true
	}
	if s.share.from != nil {
		if f, ok := r.Object.Field(s.share.from.Name); ok {
			id, _ := r.V[f.Index].(string)
			return ids[s.share.parent][id]
		}
	}
	return false
}

// AllowsID tells whether a record is shared by its id, where nothing else of it is known.
func (s *Scope) AllowsID(id string) bool { return s.share != nil && s.load()[s.share.object][id] }

// mostBound is how many shared ids are bound in a query; more are left to the database. Nothing shared costs nothing.
const mostBound = 500

func (s *Scope) sharedSQL(alias string) (string, []any) {
	if s.share == nil {
		return "", nil
	}
	sql, args := s.oneShared(s.share.object, alias+`."id"`)
	if s.share.from != nil {
		more, moreArgs := s.oneShared(s.share.parent, alias+"."+object.Quote(s.share.from.Column))
		if args = append(args, moreArgs...); sql != "" && more != "" {
			sql += " OR "
		}
		sql += more
	}
	return sql, args
}

func (s *Scope) oneShared(objectName, column string) (string, []any) {
	ids := s.load()[objectName]
	switch {
	case len(ids) == 0:
		return "", nil
	case len(ids) > mostBound:
		sql, args := s.share.query(objectName)
		return column + " IN (" + sql + ")", args
	}
	args := make([]any, 0, len(ids))
	for id := range ids {
		args = append(args, id)
	}
	return column + " IN (" + marks(len(ids)) + ")", args
}

// Today is the workspace's day, as date fields keep it.
func (c *Control) Today() int64 {
	now, zone := c.now(), c.zone()
	return object.DayOf(now, zone)
}
