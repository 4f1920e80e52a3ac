package schema

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// The stages of a change of type. Up to the switch everything can be taken back.
const (
	stageCopy   = "copy"
	stageIndex  = "index"
	stageSwitch = "switch"
	stageTrack  = "track"
	stageUndo   = "undo"
)

type retypeState struct {
	Stage    string   `json:"stage"`
	After    string   `json:"after,omitempty"`
	Track    []any    `json:"track,omitempty"`
	Switched int64    `json:"switched,omitempty"` // when, ms
	Done     int64    `json:"done"`
	Values   int64    `json:"values"`
	Unread   int64    `json:"unread"`
	Examples []string `json:"examples,omitempty"` // ids of records with values that cannot be read
	// Why the change is taken back.
	Why   *problem.Item `json:"why,omitempty"`
	Tries int           `json:"tries,omitempty"`
}

// mostTries is how often a stage that fails is tried again before the change is taken back.
const mostTries = 3

// retype carries a change of type on by one turn.
func (s *Schema) retype(ctx context.Context, t *job.Turn) error {
	var args retypeArgs
	if err := fill(t.Run.Args, &args); err != nil {
		return err
	}
	n := firstSlice
	for !t.Over() && t.Run.State != job.Done {
		st := retypeState{Stage: stageCopy}
		if err := fill(t.Run.Cursor, &st); err != nil {
			return err
		}
		began := time.Now()
		over, err := s.retypeStage(ctx, t, args, st, int(n))
		n.learn(time.Since(began))
		switch {
		case err == nil && over:
			return nil // something outside is waited for
		case err == nil:
			continue
		case t.Over() || ctx.Err() != nil:
			return err
		}
		if e := s.retypeFailed(ctx, t, args, st, err); e != nil {
			return e
		}
	}
	return nil
}

// retypeFailed takes the change back for a reason that stays, and tries again where it may pass.
func (s *Schema) retypeFailed(ctx context.Context, t *job.Turn, args retypeArgs, st retypeState, cause error) error {
	p := problem.As(cause)
	if st.Stage == stageUndo || st.Stage == stageTrack {
		return cause
	}
	st.Tries++
	if lasting := p != nil && p.Class != problem.Internal; !lasting && st.Tries < mostTries {
		if err := t.Commit(ctx, func(context.Context, *store.Tx) (job.State, error) { return s.state(t, st, false), nil }); err != nil {
			return err
		}
		return cause
	}
	why := problem.Item{Code: "failed", Message: "更改类型没有完成，已全部撤回：" + cause.Error()}
	if p != nil {
		why.Message = "更改类型没有完成，已全部撤回：" + p.Detail
		if len(p.Items) > 0 {
			why.Message, why.Hint = "更改类型没有完成，已全部撤回："+p.Items[0].Message, p.Items[0].Hint
		}
	}
	return t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
		next := st
		next.Stage, next.After, next.Why, next.Done = stageUndo, "", &why, 0
		o, d, err := serving(s.Defs.Current(), args.Object)
		if err == nil {
			if f := byID(o, args.Field); f != nil && f.Retype != nil && f.Retype.Job == t.Run.ID {
				without, err := object.WithField(d, f.ID, map[string]any{"retype": nil})
				if err != nil {
					return job.State{}, err
				}
				if _, err := s.Defs.AmendIn(ctx, tx, starter(t.Run), "撤回更改“"+args.Title+"”的类型", []*definition.Definition{without}); err != nil {
					return job.State{}, err
				}
			}
		}
		return s.state(t, next, false), nil
	})
}

func (s *Schema) state(t *job.Turn, st retypeState, finished bool) job.State {
	return job.State{Done: st.Done, Total: max(t.Run.Total, st.Done), Cursor: st, Finished: finished, Result: map[string]any{"stage": st.Stage, "values": st.Values, "converted": st.Values - st.Unread, "unread": st.Unread, "examples": append([]string{}, st.Examples...)}}
}

// retypeStage does one slice; waits says that the turn should end and the stage be asked again.
func (s *Schema) retypeStage(ctx context.Context, t *job.Turn, args retypeArgs, st retypeState, n int) (waits bool, err error) {
	if err := s.fault(st.Stage); err != nil {
		return false, err
	}
	if st.Stage == stageUndo {
		return false, s.undo(ctx, t, args, st, n)
	}
	if st.Stage == stageIndex && s.DB.Dialect() == store.Postgres {
		if waits, err = s.indexNext(ctx, t, args); waits || err != nil {
			return waits, err
		}
	}
	return false, t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
		next := st
		next.Tries = 0
		next.Examples = slices.Clone(st.Examples)
		o, d, err := serving(s.Defs.Current(), args.Object)
		if st.Stage == stageTrack {
			if err != nil {
				return s.state(t, next, true), nil // removed meanwhile
			}
			return s.track(ctx, tx, t, o, args, next, n)
		}
		var f *object.Field
		if err == nil {
			f = byID(o, args.Field)
		}
		if f == nil || f.Retype == nil || f.Retype.Job != t.Run.ID {
			next.Stage, next.After, next.Done = stageUndo, "", 0
			next.Why = &problem.Item{Code: "cancelled", Message: "更改类型已取消，没有改动任何数据"}
			return s.state(t, next, false), nil
		}
		switch st.Stage {
		case stageCopy:
			rows, err := record.Carry(ctx, tx, o, f, s.Writer.Env, st.After, n, func(id string, v record.Converted) {
				next.Values++
				if v.Err == nil {
					return
				}
				next.Unread++
				if len(next.Examples) < mostExamples {
					next.Examples = append(next.Examples, id)
				}
			})
			if err != nil {
				return job.State{}, err
			}
			if next.Unread > 0 && f.Retype.Unread == Refuse {
				return job.State{}, problem.New(problem.Invalid, "unread_values", "有值不能转换", problem.Item{Code: "unread_values", Message: fmt.Sprintf("有值不能转换（前 %d 个值中有 %d 个）", next.Values, next.Unread), Hint: "先用预览看是哪些值，改好它们，或选择保留为提示"})
			}
			if next.Done += int64(len(rows)); len(rows) < n {
				next.Stage = stageIndex
			} else {
				next.After = rows[len(rows)-1].ID
			}
		case stageIndex:
			if err := s.makeNext(ctx, tx, o, f); err != nil {
				return job.State{}, err
			}
			next.Stage = stageSwitch
		case stageSwitch:
			after, err := afterwards(d, f, f.Retype)
			if err != nil {
				return job.State{}, err
			}
			if _, err := s.Defs.AmendIn(ctx, tx, starter(t.Run), "更改“"+f.Title.ZH+"”的类型", []*definition.Definition{after}); err != nil {
				return job.State{}, err
			}
			if err := object.DropIndexesOn(ctx, tx, o.Table, f.Column); err != nil {
				return job.State{}, err
			}
			next.Stage, next.Switched = stageTrack, s.Writer.Clock.Milli()
			return s.state(t, next, !f.Track), nil
		default:
			return job.State{}, fmt.Errorf("schema: no stage %q", st.Stage)
		}
		return s.state(t, next, false), nil
	})
}

// track carries the kept history over.
func (s *Schema) track(ctx context.Context, tx *store.Tx, t *job.Turn, o *object.Object, args retypeArgs, st retypeState, n int) (job.State, error) {
	now := byID(o, args.Field)
	var spec object.FieldSpec
	if err := json.Unmarshal(args.Spec, &spec); err != nil {
		return job.State{}, err
	}
	typ, ok := object.TypeOf(spec.Type)
	if now == nil || !ok {
		return s.state(t, st, true), nil
	}
	was := now.As(typ, object.Retype{Type: spec.Type, Scale: spec.Scale, Options: spec.Options, Open: spec.Open, Gen: spec.Gen})
	after, err := record.Retrack(ctx, tx, o, was, now, s.Writer.Env, st.Switched, st.Track, n)
	if err != nil {
		return job.State{}, err
	}
	st.Track = after
	return s.state(t, st, after == nil), nil
}

// nextIndexes lists the indexes that the field's new column is to have.
func nextIndexes(o *object.Object, f *object.Field) []object.Index {
	var out []object.Index
	for _, ix := range o.Indexes() {
		if slices.Contains(ix.Fields, f) {
			out = append(out, ix.With(o, f, f.Next))
		}
	}
	return out
}

// makeNext makes the indexes of the new column. On a big table on SQLite this holds writes, as was said beforehand.
func (s *Schema) makeNext(ctx context.Context, tx *store.Tx, o *object.Object, f *object.Field) error {
	have, err := object.IndexNames(ctx, tx, o.Table)
	if err != nil {
		return err
	}
	for _, ix := range nextIndexes(o, f) {
		if have[ix.Name] {
			continue
		}
		if err := apart(ctx, tx, o, ix); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, ix.SQL(tx.Dialect(), o, false)); err != nil {
			return err
		}
	}
	return nil
}

// apart refuses a unique index over values that repeat.
func apart(ctx context.Context, q store.Querier, o *object.Object, ix object.Index) error {
	if !ix.Unique {
		return nil
	}
	repeats, err := ix.Repeats(ctx, q, o, 3)
	if err != nil {
		return err
	}
	if len(repeats) > 0 {
		it := ix.NotUnique(o, repeats)
		return problem.New(problem.Invalid, "not_unique", it.Message, it)
	}
	return nil
}

// indexNext builds the new column's indexes beside the writes.
func (s *Schema) indexNext(ctx context.Context, t *job.Turn, args retypeArgs) (waits bool, err error) {
	o, _, err := serving(s.Defs.Current(), args.Object)
	if err != nil {
		return false, nil // the stage sees to it
	}
	f := byID(o, args.Field)
	if f == nil || f.Next == nil {
		return false, nil
	}
	have, err := object.IndexNames(ctx, s.DB, o.Table)
	if err != nil {
		return false, err
	}
	for _, ix := range nextIndexes(o, f) {
		if have[ix.Name] {
			continue
		}
		if err := apart(ctx, s.DB, o, ix); err != nil {
			return false, err
		}
		if waits, err := s.concurrently(ctx, t, o, ix); waits || err != nil {
			return waits, err
		}
	}
	return false, nil
}

// undo takes away what a change of type has left: hints, values, indexes, the column.
func (s *Schema) undo(ctx context.Context, t *job.Turn, args retypeArgs, st retypeState, n int) error {
	cols := object.Columns(args.Field, args.Retype.Gen)
	column := cols[len(cols)-1]
	finished := false
	err := t.Commit(ctx, func(ctx context.Context, tx *store.Tx) (job.State, error) {
		next := st
		o, ok := object.Of(s.Defs.Current(), args.Object)
		if !ok {
			o = &object.Object{Name: args.Object, Table: object.TableOf(args.Object)}
		}
		there, err := object.Standing(ctx, tx, o.Table, []string{column})
		if err != nil {
			return job.State{}, err
		}
		finished = true
		if len(there) > 0 {
			if st.After == "" {
				if err := object.DropIndexesOn(ctx, tx, o.Table, column); err != nil {
					return job.State{}, err
				}
			}
			last, _, err := record.Empty(ctx, tx, o, there, []string{column}, st.After, n)
			if err != nil {
				return job.State{}, err
			}
			next.Done, next.After = next.Done+int64(n), last
			if finished = last == ""; finished {
				if err := s.dropColumn(ctx, tx, o, column); err != nil {
					return job.State{}, err
				}
			}
		}
		return s.state(t, next, false), nil
	})
	if err != nil || !finished {
		return err
	}
	why := st.Why
	if why == nil {
		why = &problem.Item{Code: "failed", Message: "更改类型没有完成"}
	}
	text := why.Message
	if why.Hint != "" {
		text += "（" + why.Hint + "）"
	}
	return problem.New(problem.Invalid, why.Code, text)
}
