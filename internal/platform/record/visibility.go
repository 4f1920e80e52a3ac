package record

import (
	"context"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// ViewAs is the right to look at the system as another person, and to be told why somebody sees a record or does not.
const ViewAs = "people.view_as"

// Visibility tells why a person can see or change a record, or cannot, and what would have to change.
type Visibility struct {
	Person   string        `json:"person"`
	Name     string        `json:"name"`
	Sentence string        `json:"sentence"`
	Read     VisibilityOf  `json:"read"`
	Update   VisibilityOf  `json:"update"`
	Delete   VisibilityOf  `json:"delete"`
	Fields   []FieldSight  `json:"fields" doc:"what of the record the person does not see whole, or may not write"`
	Owner    VisibilityWho `json:"owner" doc:"whose the record is, and where that person belongs"`
	Change   []string      `json:"change" doc:"what would let the person see it, in sentences; empty when the person does"`
}

// VisibilityWho is a person and the unit they belong to.
type VisibilityWho struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Unit     string `json:"unit"`
	UnitName string `json:"unit_name"`
}

// VisibilityOf is the answer for one verb, with every ground that was looked at.
type VisibilityOf struct {
	May     bool         `json:"may"`
	Grounds []GroundView `json:"grounds"`
	// Right is a named right that is asked besides, where it is missing.
	Right string `json:"missing_right,omitempty"`
}

// GroundView is one way in which a record may be open.
type GroundView struct {
	Role      string           `json:"role,omitempty"`
	RoleTitle string           `json:"role_title,omitempty"`
	Word      string           `json:"word" doc:"own, pool, team, below, region, all, where (a condition), share, or none"`
	Holds     bool             `json:"holds"`
	For       string           `json:"for,omitempty" doc:"in whose place"`
	Text      string           `json:"text"`
	Trace     *condition.Trace `json:"trace,omitempty"`
}

// FieldSight is a field that is not seen whole, or not written.
type FieldSight struct {
	Field string          `json:"field"`
	Title definition.Text `json:"title"`
	How   string          `json:"how" doc:"hidden, masked or read_only"`
}

// VisibilityHTTP serves the question.
type VisibilityHTTP struct {
	Reader *Reader
	// Actor makes the actor of a person, nil when the person has left.
	Actor func(person string) *actor.Actor
}

// Routes lists the module's route.
func (h *VisibilityHTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects/{object}/records/{id}/visibility", Right: ViewAs, Summary: "Why a person can or cannot see and change a record"}, h.get)
}

type visibilityIn struct {
	Target
	Person string `query:"person" required:"true" maxLength:"100"`
}

type visibilityOut struct{ Body *Visibility }

func (h *VisibilityHTTP) get(ctx context.Context, in *visibilityIn) (*visibilityOut, error) {
	a := actor.From(ctx)
	row, err := h.Reader.Get(ctx, a, in.Object, in.ID)
	if err != nil {
		return nil, err
	}
	who := h.Actor(in.Person)
	if who == nil {
		return nil, problem.New(problem.NotFound, "no_such_person", "没有这个人，或已离职")
	}
	return &visibilityOut{h.Reader.Visibility(a, who, row)}, nil
}

// Visibility answers for a person about a row that the asker sees. What the asker may not see of it is concealed.
func (r *Reader) Visibility(asker, who *actor.Actor, row *object.Row) *Visibility {
	snap, o := r.Defs.Current(), row.Object
	v := &Visibility{Person: who.ID, Name: who.Name, Fields: []FieldSight{}, Change: []string{}}
	if !r.Access.Hidden(snap, asker, o.Name)["owner"] && row.Owner() != "" {
		unit := r.Access.Dir.UnitOf(row.Owner())
		v.Owner = VisibilityWho{ID: row.Owner(), Name: r.Env.Name("person", row.Owner()), Unit: unit, UnitName: r.Env.Name("org_unit", unit)}
	}
	for verb, out := range map[access.Verb]*VisibilityOf{access.Read: &v.Read, access.Update: &v.Update, access.Delete: &v.Delete} {
		*out = r.visibilityOf(asker, who, row, verb)
	}
	v.Update.May, v.Delete.May = v.Update.May && v.Read.May, v.Delete.May && v.Read.May // what one may not see one may not change
	sight := r.Access.Sight(snap, who, o.Name)
	for _, f := range o.Fields {
		how := ""
		switch {
		case sight.Hidden[f.Name]:
			how = "hidden"
		case sight.Masked[f.Name]:
			how = "masked"
		case sight.Fixed[f.Name]:
			how = "read_only"
		}
		if how != "" && !r.Access.Sight(snap, asker, o.Name).Hidden[f.Name] {
			v.Fields = append(v.Fields, FieldSight{f.Name, f.Title, how})
		}
	}
	v.Sentence = v.sentence(o)
	if !v.Read.May {
		v.Change = r.changes(who, row)
	}
	return v
}

func (r *Reader) visibilityOf(asker, who *actor.Actor, row *object.Row, verb access.Verb) VisibilityOf {
	snap := r.Defs.Current()
	out := VisibilityOf{Grounds: []GroundView{}, May: r.Access.Scope(snap, who, row.Object.Name, verb).Allows(row)}
	for _, g := range r.Access.Grounds(snap, who, row, verb, r.Hides(asker, row)) {
		v := GroundView{Role: g.Role, RoleTitle: g.Title.ZH, Word: g.Word, Holds: g.Holds, For: g.For, Trace: g.Trace, Text: r.groundText(row.Object, g)}
		if v.Word == "" {
			v.Word = access.None
		}
		if g.Word == "share" && !g.Holds {
			continue
		}
		out.Grounds = append(out.Grounds, v)
	}
	if right, held := r.Access.Writable(snap, who, row.Object.Name); verb != access.Read && !held {
		out.Right = right
	}
	return out
}

func (r *Reader) groundText(o *object.Object, g access.Ground) string {
	unit := r.Env.Name("org_unit", g.Unit)
	if unit == "" {
		unit = "（无）"
	}
	text := map[string]string{access.Own: "自己负责的" + o.Title.ZH, access.Pool: "没有负责人的" + o.Title.ZH + "（公海）", access.Team: "本组“" + unit + "”的人负责的" + o.Title.ZH, access.Below: "“" + unit + "”及下级的人负责的" + o.Title.ZH,
		access.Region: "大区“" + unit + "”的人负责的" + o.Title.ZH, access.All: "全部" + o.Title.ZH, "where": "满足条件的" + o.Title.ZH, "share": "共享给 TA 的记录"}[g.Word]
	if text == "" {
		text = "没有任何" + o.Title.ZH
	}
	if g.For != "" {
		text += "（代 " + r.Env.Name("person", g.For) + "）"
	}
	return text
}

func (v *Visibility) sentence(o *object.Object) string {
	var b strings.Builder
	b.WriteString(v.Name)
	if !v.Read.May {
		b.WriteString(" 看不到这条" + o.Title.ZH + "：")
		var words []string
		for _, g := range v.Read.Grounds {
			words = append(words, "角色“"+g.RoleTitle+"”开放的是"+g.Text)
		}
		if len(words) == 0 {
			words = append(words, "TA 没有任何角色")
		}
		b.WriteString(strings.Join(words, "；"))
		if v.Owner.Name != "" {
			b.WriteString("。这条的负责人是 " + v.Owner.Name)
			if v.Owner.UnitName != "" {
				b.WriteString("（" + v.Owner.UnitName + "）")
			}
		}
		return b.String() + "。"
	}
	b.WriteString(" 看得到这条" + o.Title.ZH + "：")
	for _, g := range v.Read.Grounds {
		if g.Holds && g.Word == "share" {
			b.WriteString("它共享给了 TA")
			break
		} else if g.Holds {
			b.WriteString("角色“" + g.RoleTitle + "”可以看" + g.Text)
			break
		}
	}
	if v.Update.May {
		return b.String() + "，也可以修改。"
	}
	return b.String() + "，但不能修改。"
}

// changes says what would let somebody see a row.
func (r *Reader) changes(who *actor.Actor, row *object.Row) []string {
	snap, o := r.Defs.Current(), row.Object
	scope := r.Access.Scope(snap, who, o.Name, access.Read)
	var out []string
	if !scope.Nothing() {
		out = append(out, "由能修改这条"+o.Title.ZH+"的人共享给 "+who.Name)
	}
	if scope.AllowsOwner(who.ID) {
		out = append(out, "把负责人改为 "+who.Name)
	}
	if scope.AllowsOwner("") && o.Spec.Pool {
		out = append(out, "退回公海")
	}
	for i, role := range r.Access.RolesThat(snap, who, row, access.Read) {
		if i == 5 {
			break
		}
		out = append(out, "给 "+who.Name+" 加上角色“"+role.Title.ZH+"”")
	}
	return out
}
