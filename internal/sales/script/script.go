// Package script serves the scripts that marketing keeps for the reps: those of an industry in their order, found by words, pinyin and
// initials, and the counting of their use. A script is an ordinary record of the object script; who may edit one is a matter of roles.
package script

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/pinyin"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// objectName is the object whose records are scripts.
const objectName = "script"

// The most scripts a library is searched through, and the most one answer gives.
const (
	most  = 5000
	shown = 200
)

// Library finds scripts and counts their use. Safe for concurrent use.
type Library struct {
	Reader  *record.Reader
	Writer  *record.Writer
	Speller *pinyin.Speller
}

// Ask says which scripts are wanted.
type Ask struct {
	Industry string // empty: all
	Words    string // in question, answer and industry; each must be found
	Off      bool   // also those switched off; heard only from who may edit
}

// Found is an answer: the scripts to show and how many there are.
type Found struct {
	Object *object.Object
	Rows   []*object.Row
	Count  int
}

// Find gives the scripts the actor may read: by industry as its list has them, then by position, those without one at the end.
func (l *Library) Find(ctx context.Context, a *actor.Actor, ask Ask) (*Found, error) {
	o, _, err := l.Reader.Object(a, objectName)
	if err != nil {
		return nil, err
	}
	s := l.Reader.Defs.Current()
	off := ask.Off && !l.Reader.Access.Scope(s, a, objectName, access.Update).Nothing()
	list := record.List{Object: objectName, Limit: 500, Sort: []record.Sort{{Field: "created_at"}}}
	if ask.Industry != "" {
		if list.Filter, err = json.Marshal(map[string]any{"field": "industry", "op": "eq", "value": ask.Industry}); err != nil {
			return nil, err
		}
	}
	match := l.matcher(ask.Words)
	hidden := l.Reader.Access.Hidden(s, a, objectName)
	out := &Found{Object: o}
	for read := 0; ; {
		page, err := l.Reader.List(ctx, a, list)
		if err != nil {
			return nil, err
		}
		for _, row := range page.Rows {
			if (off || inUse(row)) && match(row, hidden) {
				out.Rows = append(out.Rows, row)
			}
		}
		if read += len(page.Rows); page.Next == "" || read >= most {
			break
		}
		list.Cursor = page.Next
	}
	order := industries(o)
	slices.SortStableFunc(out.Rows, func(x, y *object.Row) int {
		return cmp.Or(cmp.Compare(place(order, x), place(order, y)), cmp.Compare(text(x, "industry"), text(y, "industry")), cmp.Compare(position(x), position(y)))
	})
	out.Count = len(out.Rows)
	out.Rows = out.Rows[:min(len(out.Rows), shown)]
	return out, nil
}

// attempts bounds the re-runs of a count that lost a race with another node.
const attempts = 5

// Use counts that a person copied a script, once for each key the sender gives, and gives the script as it is then. A script that is
// switched off is not to be used: a conflict.
func (l *Library) Use(ctx context.Context, a *actor.Actor, id, key string) (*object.Row, error) {
	o, scope, err := l.Reader.Object(a, objectName)
	if err != nil {
		return nil, err
	}
	if a.Kind != actor.Person {
		return nil, problem.New(problem.Forbidden, "forbidden", "只有人的使用才计数", problem.Item{Code: "forbidden", Message: "请以本人登录后复制"})
	}
	once, err := record.NewOnce("scripts:use/"+a.ID, key, []byte(id))
	if err != nil {
		return nil, err
	}
	for n := 1; ; n++ {
		_, _, err = l.Writer.DoOnce(ctx, store.Interactive, once, func(ctx context.Context, tx *store.Tx) (string, error) {
			row, err := record.ReadRow(ctx, tx, o, id)
			if err != nil {
				return "", err
			}
			if row == nil || row.V[object.DeletedAt] != nil || !scope.Allows(row) {
				return "", record.NotFound(o)
			}
			if !inUse(row) {
				return "", problem.New(problem.Conflict, "script_off", "这条话术已停用，请换一条", problem.Item{Code: "script_off", Message: "市场部已停用这条话术", Hint: "请刷新后选用其他话术"})
			}
			used, _ := row.Get("used").(int64)
			version, _ := row.V[object.Version].(int64)
			_, err = l.Writer.In(ctx, tx, record.Request{Actor: a, Origin: record.Origin{Kind: "person", Engine: true}, Writes: []record.Write{
				{Op: record.Update, Object: objectName, ID: id, Version: version, What: "use", Values: map[string]any{"used": used + 1}}}})
			return id, err
		})
		if p := problem.As(err); p == nil || p.Code != "stale" || n == attempts {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return l.Reader.Get(ctx, a, objectName, id)
}

// inUse tells that a script is not switched off; where the object has no such field all are in use.
func inUse(row *object.Row) bool { return value(row, "active") != int64(0) }

func value(row *object.Row, field string) any {
	if _, ok := row.Object.Field(field); !ok {
		return nil // an earlier template's scripts
	}
	return row.Get(field)
}

func text(row *object.Row, field string) string {
	s, _ := value(row, field).(string)
	return s
}

func position(row *object.Row) int64 {
	if n, ok := value(row, "position").(int64); ok {
		return n
	}
	return 1 << 62
}

// industries numbers the industries by their place in the field's list.
func industries(o *object.Object) map[string]int {
	out := map[string]int{}
	if f, ok := o.Field("industry"); ok {
		for i, op := range f.Options {
			out[op.Value] = i
		}
	}
	return out
}

// place of a script's industry: off the list behind the list, none at all last.
func place(order map[string]int, row *object.Row) int {
	s := text(row, "industry")
	if n, ok := order[s]; ok {
		return n
	}
	if s != "" {
		return len(order)
	}
	return len(order) + 1
}
