package schema

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

type purgeArgs struct {
	Object  string   `json:"object"`
	Field   string   `json:"field,omitempty"`
	Title   string   `json:"title"`
	Columns []string `json:"columns,omitempty"`
	Names   []string `json:"names,omitempty"` // by which its hints are kept
}

type purgeState struct {
	After string `json:"after,omitempty"`
	Stage string `json:"stage,omitempty"`
	Done  int64  `json:"done"`
	// Values are the values that were taken away, Records the rows.
	Values  int64 `json:"values"`
	Records int64 `json:"records"`
}

// PurgeField begins to take the data of a removed field away for good. From this call on the field cannot come back with it.
func (s *Schema) PurgeField(ctx context.Context, a *actor.Actor, name, field string) (string, error) {
	o, d, err := serving(s.Defs.Current(), name)
	if err != nil {
		return "", err
	}
	if f, ok := o.Field(field); ok {
		return "", s.stillUsed(d, f)
	}
	if f := byID(o, field); f != nil {
		return "", s.stillUsed(d, f)
	}
	var id string
	err = s.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		g, err := find(ctx, tx, o.Name, field)
		if err != nil {
			return err
		}
		if g.State != object.Removed {
			return refused("purged", "", "这个字段已经清除，或正在清除", "")
		}
		now, _, err := serving(s.Defs.Current(), o.Name)
		if err != nil {
			return err
		}
		if f := byID(now, g.Field); f != nil {
			return refused("field_serves", "", "字段“"+f.Title.ZH+"”还在用，不能清除", "先删除字段并发布")
		}
		var f object.FieldSpec
		if err := json.Unmarshal(g.Spec, &f); err != nil {
			return err
		}
		args := purgeArgs{Object: o.Name, Field: g.Field, Title: f.Title.ZH, Columns: object.Columns(g.Field, g.Gen)}
		args.Names = append(append([]string{f.Name, g.Field}, f.Aliases...), args.Columns...)
		total, err := object.CountRows(ctx, tx, o, mostCounted*100)
		if err != nil {
			return err
		}
		if id, err = s.Jobs.Add(ctx, tx, job.New{Kind: kindPurge, Title: "彻底清除“" + o.Title.ZH + "”的字段“" + f.Title.ZH + "”", Args: args, Actor: a, Total: total}); err != nil {
			return err
		}
		g.State, g.Job, g.Gen = object.Purging, id, g.Gen+1
		return object.SetGone(ctx, tx, g)
	})
	return id, err
}

// stillUsed refuses to purge a field that serves, and names what refers to it.
func (s *Schema) stillUsed(d *definition.Definition, f *object.Field) error {
	items := []problem.Item{{Code: "field_serves", Message: "字段“" + f.Title.ZH + "”还在用，不能清除", Hint: "先删除字段并发布，再清除"}}
	if !f.System {
		if without, err := object.WithField(d, f.ID, nil); err == nil {
			without.Revision = 0
			_, problems := s.Defs.Try([]*definition.Definition{without})
			items = append(items, problems...)
		}
	}
	return problem.New(problem.Conflict, "field_serves", items[0].Message, items...)
}

func (s *Schema) purgeField(ctx context.Context, t *job.Turn) error {
	return s.erase(ctx, t, func(ctx context.Context, tx *store.Tx, args purgeArgs, st *purgeState, n int) (job.State, error) {
		o, ok := object.Of(s.Defs.Current(), args.Object)
		if !ok {
			// Removed meanwhile: its rows are still there, and so is the work.
			o = &object.Object{Name: args.Object, Table: object.TableOf(args.Object)}
		}
		finished, err := s.purgeSlice(ctx, tx, o, args, st, n, starter(t.Run))
		return job.State{Done: st.Done, Result: map[string]any{"values": st.Values}, Finished: finished}, err
	})
}

// erase goes on with a purge, slice by slice; slice takes up to n rows, moves st on, and says how far it is.
func (s *Schema) erase(ctx context.Context, t *job.Turn, slice func(ctx context.Context, tx *store.Tx, args purgeArgs, st *purgeState, n int) (job.State, error)) error {
	var args purgeArgs
	var st purgeState
	if err := fill(t.Run.Args, &args); err != nil {
		return err
	}
	n := firstSlice
	for !t.Over() && t.Run.State != job.Done {
		if err := fill(t.Run.Cursor, &st); err != nil {
			return err
		}
		began := time.Now()
		err := t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
			next := st
			state, err := slice(ctx, tx, args, &next, int(n))
			state.Cursor, state.Total = next, max(t.Run.Total, state.Done)
			return state, err
		})
		if err != nil {
			return err
		}
		n.learn(time.Since(began))
	}
	return nil
}

func (s *Schema) purgeSlice(ctx context.Context, tx *store.Tx, o *object.Object, args purgeArgs, st *purgeState, n int, who *actor.Actor) (finished bool, err error) {
	switch st.Stage {
	case "":
		columns, err := object.Standing(ctx, tx, o.Table, args.Columns)
		if err != nil {
			return false, err
		}
		for _, c := range columns {
			if st.After == "" {
				if err := object.DropIndexesOn(ctx, tx, o.Table, c); err != nil {
					return false, err
				}
			}
		}
		names := slices.DeleteFunc(slices.Clone(args.Names), func(name string) bool { _, taken := o.Field(name); return taken })
		last, emptied, err := record.Empty(ctx, tx, o, columns, names, st.After, n)
		if err != nil {
			return false, err
		}
		st.Values, st.Done, st.After = st.Values+int64(emptied), st.Done+int64(n), last
		if last == "" {
			st.Stage = "history"
		}
	case "history":
		gone, err := record.Untrack(ctx, tx, args.Object, args.Field, n)
		if err != nil {
			return false, err
		}
		if gone < n {
			st.Stage = "end"
		}
	default:
		if _, err := tx.Exec(ctx, "DELETE FROM open_value WHERE object = ? AND field = ?", args.Object, args.Field); err != nil {
			return false, err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM file_use WHERE object = ? AND field = ?", args.Object, args.Field); err != nil {
			return false, err
		}
		for _, c := range args.Columns {
			if err := s.dropColumn(ctx, tx, o, c); err != nil {
				return false, err
			}
		}
		g, err := find(ctx, tx, args.Object, args.Field)
		if err != nil {
			return false, err
		}
		g.State = object.Purged
		if err := object.SetGone(ctx, tx, g); err != nil {
			return false, err
		}
		return true, s.event(tx, who, "purge", args.Object, map[string]any{"field": args.Field, "title": args.Title, "values": st.Values})
	}
	return false, nil
}

// PurgeObject begins to take a removed object away for good, with all its records. Until it is done nothing else may have its name.
func (s *Schema) PurgeObject(ctx context.Context, a *actor.Actor, name string) (string, error) {
	if o, ok := object.Of(s.Defs.Current(), name); ok {
		return "", refused("object_serves", "", "“"+o.Title.ZH+"”还在用，不能清除", "先删除对象并发布，再清除")
	}
	var id string
	err := s.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		g, err := find(ctx, tx, name, "")
		if err != nil {
			return err
		}
		if _, ok := object.Of(s.Defs.Current(), name); ok {
			return refused("object_serves", "", "对象还在用，不能清除", "先删除对象并发布，再清除")
		}
		if g.State != object.Removed {
			return refused("being_purged", "", "这个对象正在彻底清除", "")
		}
		total, err := record.CountValues(ctx, tx, object.TableOf(name), []string{"id"}, mostCounted*100)
		if err != nil {
			return err
		}
		if id, err = s.Jobs.Add(ctx, tx, job.New{Kind: kindPurgeObject, Title: "彻底清除对象“" + g.Title.ZH + "”", Args: purgeArgs{Object: name, Title: g.Title.ZH}, Actor: a, Total: total}); err != nil {
			return err
		}
		g.State, g.Job = object.Purging, id
		return object.SetGone(ctx, tx, g)
	})
	return id, err
}

func (s *Schema) purgeObject(ctx context.Context, t *job.Turn) error {
	return s.erase(ctx, t, func(ctx context.Context, tx *store.Tx, args purgeArgs, st *purgeState, n int) (job.State, error) {
		finished, err := s.eraseSlice(ctx, tx, args, st, n, starter(t.Run))
		return job.State{Done: st.Records, Result: map[string]any{"records": st.Records}, Finished: finished}, err
	})
}

// besides are the fixed tables that keep something of a record, by its id.
var besides = []string{"decision", "dedupe_key", "duplicate_key", "timer", "file_use"}

func (s *Schema) eraseSlice(ctx context.Context, tx *store.Tx, args purgeArgs, st *purgeState, n int, who *actor.Actor) (finished bool, err error) {
	if st.Stage == "" {
		ids, err := record.Erase(ctx, tx, object.TableOf(args.Object), n)
		if err != nil {
			return false, err
		}
		for _, id := range ids {
			for _, table := range besides {
				if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE object = ? AND record_id = ?", args.Object, id); err != nil {
					return false, err
				}
			}
		}
		if s.Forget != nil && len(ids) > 0 {
			if err := s.Forget(ctx, tx, object.TableOf(args.Object), ids); err != nil {
				return false, err
			}
		}
		st.Records += int64(len(ids))
		if len(ids) < n {
			st.Stage = "history"
		}
		return false, nil
	}
	if st.Stage == "history" {
		gone, err := record.Untrack(ctx, tx, args.Object, "", n)
		if err == nil && gone < n {
			st.Stage = "end"
		}
		return false, err
	}
	if _, err := tx.Exec(ctx, "DELETE FROM open_value WHERE object = ?", args.Object); err != nil {
		return false, err
	}
	if err := object.DropTable(ctx, tx, args.Object); err != nil {
		return false, err
	}
	if err := object.ForgetGone(ctx, tx, args.Object); err != nil {
		return false, err
	}
	return true, s.event(tx, who, "purge", args.Object, map[string]any{"title": args.Title, "records": st.Records})
}
