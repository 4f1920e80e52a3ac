package view

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Book keeps the views. Safe for concurrent use.
type Book struct {
	DB     *store.DB
	Defs   *definition.Manager
	Reader *record.Reader
}

// asker is who asks, for views of which object.
type asker struct {
	actor  *actor.Actor
	object *object.Object
	snap   *definition.Snapshot
}

func (b *Book) asker(a *actor.Actor, name string) (*asker, error) {
	o, _, err := b.Reader.Object(a, name)
	if err != nil {
		return nil, err
	}
	return &asker{a, o, b.Defs.Current()}, nil
}

// person refuses callers who are nobody's: a view of one's own needs a person.
func (w *asker) person() (string, error) {
	if w.actor.Kind == actor.Person {
		return w.actor.ID, nil
	}
	return "", problem.New(problem.Forbidden, "forbidden", "只有登录的人才能保存自己的视图")
}

// MayShare tells whether the actor may decide on shared views.
func (b *Book) MayShare(a *actor.Actor) bool {
	return b.Reader.Access.MayConfigure(b.Defs.Current(), a, Kind) && b.Reader.Access.Right(b.Defs.Current(), a, "definitions.write")
}

const (
	maxOwn   = 200 // views a person keeps of one object
	maxTitle = 60
)

// Own lists a person's views of an object, by title.
func (b *Book) Own(ctx context.Context, w *asker) ([]View, error) {
	out := []View{}
	id, err := w.person()
	if err != nil {
		return out, nil // a program has none
	}
	rows, err := b.DB.Query(ctx, "SELECT id, title, spec FROM own_view WHERE person = ? AND object = ? ORDER BY title, id", id, w.object.Name)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var v View
		var spec string
		if err := rows.Scan(&v.ID, &v.Title.ZH, &spec); err != nil {
			return nil, err
		}
		v.Spec = json.RawMessage(spec)
		out = append(out, v)
	}
	return out, rows.Err()
}

// Tabs reads how a person has an object's views.
func (b *Book) Tabs(ctx context.Context, w *asker) (t Tabs, err error) {
	t.Order = []string{}
	var text string
	err = b.DB.QueryRow(ctx, "SELECT tabs FROM view_tabs WHERE person = ? AND object = ?", w.actor.ID, w.object.Name).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	err = json.Unmarshal([]byte(text), &t)
	return t, err
}

// SaveTabs keeps how a person has an object's views.
func (b *Book) SaveTabs(ctx context.Context, w *asker, t Tabs) error {
	person, err := w.person()
	if err != nil {
		return err
	}
	if len(t.Order) > 2*maxOwn {
		return problem.New(problem.Invalid, "too_many", "标签太多")
	}
	if t.Order == nil {
		t.Order = []string{}
	}
	text, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return b.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO view_tabs (person, object, tabs) VALUES (?, ?, ?) ON CONFLICT (person, object) DO UPDATE SET tabs = excluded.tabs", person, w.object.Name, string(text))
		return err
	})
}

var idRule = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Save keeps a view: a new one where ID is empty, else the one of that id, which comes back if it was deleted. A shared one is published as
// a revision of its own; drafts of others are left alone.
func (b *Book) Save(ctx context.Context, w *asker, v View) (View, error) {
	v.Title.ZH = strings.TrimSpace(v.Title.ZH)
	if v.Title.ZH == "" || utf8.RuneCountInString(v.Title.ZH) > maxTitle || strings.ContainsRune(v.Title.ZH, 0) {
		return v, problem.New(problem.Invalid, "invalid_view", "请给视图起一个名字", problem.Item{Pointer: "/title", Code: "no_title", Message: "视图的名字为 1 到 60 个字"})
	}
	if v.ID != "" && !idRule.MatchString(v.ID) {
		return v, problem.New(problem.Invalid, "invalid_view", "视图编号无效", problem.Item{Pointer: "/id", Code: "bad_name", Message: "编号只能用小写字母、数字、下划线和连字符"})
	}
	spec := Spec{}
	dec := json.NewDecoder(bytes.NewReader(v.Spec))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&spec); err != nil {
		return v, problem.New(problem.Invalid, "invalid_view", "视图读不出来", problem.Item{Pointer: "/spec", Code: "unreadable", Message: problem.Misread(v.Spec, err)})
	}
	spec.Object = w.object.Name
	if items := check(&spec, w.scope(b)); len(items) > 0 {
		for i := range items {
			items[i].Pointer = "/spec" + items[i].Pointer
		}
		return v, problem.New(problem.Invalid, "invalid_view", "视图有误，没有保存", items...)
	}
	var err error
	if v.Spec, err = json.Marshal(spec); err != nil {
		return v, err
	}
	if bytes.ContainsRune(v.Spec, 0) || strings.Contains(string(v.Spec), `\u0000`) {
		return v, problem.New(problem.Invalid, "nul_byte", "视图含有无效字符")
	}
	if v.Shared {
		return v, b.publish(ctx, w, &v, false)
	}
	return v, b.keep(ctx, w, &v)
}

func (b *Book) publish(ctx context.Context, w *asker, v *View, removed bool) error {
	if !b.MayShare(w.actor) {
		return problem.New(problem.Forbidden, "forbidden", "你不能改动共享的视图", problem.Item{Code: "forbidden", Message: "共享的视图由有权配置视图的人决定", Hint: "可以另存为自己的视图"})
	}
	if v.ID == "" {
		u := uuid.New()
		v.ID = w.object.Name + "_" + strings.ReplaceAll(u.String(), "-", "")[:8]
	}
	if old, ok := definition.Get[*Spec](w.snap, Kind, v.ID); ok && present(w.snap, old.Object) != w.object.Name {
		return problem.New(problem.Conflict, "taken", "这个编号属于另一个对象的视图")
	}
	note := "视图：" + v.Title.ZH
	if removed {
		note = "删除视图：" + v.Title.ZH
	}
	_, err := b.Defs.Publish(ctx, w.actor, note, []*definition.Definition{{Kind: Kind, Name: v.ID, Title: v.Title, Spec: v.Spec, Removed: removed}}, nil)
	if p := problem.As(err); p != nil && p.Code == "nothing_to_publish" {
		return nil // as it stands
	}
	return err
}

func (b *Book) keep(ctx context.Context, w *asker, v *View) error {
	person, err := w.person()
	if err != nil {
		return err
	}
	if v.ID == "" {
		v.ID = uuid.NewString()
	}
	return b.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM own_view WHERE person = ? AND object = ? AND id <> ?", person, w.object.Name, v.ID).Scan(&n); err != nil {
			return err
		}
		if n >= maxOwn {
			return problem.New(problem.Invalid, "too_many", "一个对象最多保存 200 个自己的视图")
		}
		_, err := tx.Exec(ctx, "INSERT INTO own_view (person, id, object, title, spec, updated_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (person, id) DO UPDATE SET object = excluded.object, title = excluded.title, spec = excluded.spec, updated_at = excluded.updated_at",
			person, v.ID, w.object.Name, v.Title.ZH, string(v.Spec), b.Reader.Clock.Milli())
		return err
	})
}

// Delete takes a view away: one's own, or with the right a shared one.
func (b *Book) Delete(ctx context.Context, w *asker, id string) error {
	if d, ok := w.snap.Definition(Kind, id); ok {
		if v, ok := definition.Get[*Spec](w.snap, Kind, id); ok && present(w.snap, v.Object) == w.object.Name {
			return b.publish(ctx, w, &View{ID: d.Name, Title: d.Title, Shared: true, Spec: d.Spec}, true)
		}
	}
	var n int64
	err := b.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		res, err := tx.Exec(ctx, "DELETE FROM own_view WHERE person = ? AND object = ? AND id = ?", w.actor.ID, w.object.Name, id)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	if err == nil && n == 0 {
		err = problem.New(problem.NotFound, "no_such_view", "没有这个视图")
	}
	return err
}
