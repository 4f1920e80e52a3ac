package schema

import (
	"context"
	"encoding/json"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/pinyin"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP serves what happens to fields and objects beyond draft and publish. May says whether an actor may configure objects.
type HTTP struct {
	Schema *Schema
	May    func(a *actor.Actor) bool
}

// purging is the right to take data away for good.
const purging = "purge"

// Routes lists the module's routes; all of them ask besides for a role that may configure objects.
func (h *HTTP) Routes(r *web.Router) {
	const of = "/api/v1/objects/{object}"
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects:removed", Right: right, Summary: "Removed objects whose records are kept"}, h.removedObjects)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/objects:name", Right: right, Summary: "A technical name for what is called so in Chinese"}, h.name)
	web.Handle(r, web.Route{Method: "POST", Path: of + ":restore", Right: right, Summary: "Bring a removed object back with its records"}, h.restoreObject)
	web.Handle(r, web.Route{Method: "POST", Path: of + ":purge", Right: purging, Summary: "Take a removed object away for good, with its records", Status: 202}, h.purgeObject)
	web.Handle(r, web.Route{Method: "POST", Path: of + ":plan", Right: right, Summary: "What publishing the object would do to its table, and how long writes would be held"}, h.plan)
	web.Handle(r, web.Route{Method: "GET", Path: of + "/removed", Right: right, Summary: "Removed fields whose values are kept"}, h.removedFields)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/fields/{field}:restore", Right: right, Summary: "Bring a removed field back with its values"}, h.restoreField)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/fields/{field}:purge", Right: purging, Summary: "Take the values of a removed field away for good", Status: 202}, h.purgeField)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/fields/{field}:retype", Right: right, Summary: "Change a field's type, or only say what would convert"}, h.retype)
	web.Handle(r, web.Route{Method: "POST", Path: of + "/fields/{field}:retype-cancel", Right: right, Summary: "End a change of type that is under way", Status: 204}, h.cancel)
}

func (h *HTTP) may(ctx context.Context) (*actor.Actor, error) {
	a := actor.From(ctx)
	if h.May(a) {
		return a, nil
	}
	return nil, problem.New(problem.Forbidden, "forbidden", "你没有权限修改对象和字段", problem.Item{Code: "forbidden", Message: "需要能配置“object”的角色", Hint: "请联系管理员或销售总监开通"})
}

// ObjectIn names an object in the path.
type ObjectIn struct {
	Object string `path:"object" maxLength:"100"`
}

// FieldIn names a field in the path.
type FieldIn struct {
	Object string `path:"object" maxLength:"100"`
	Field  string `path:"field" maxLength:"100" doc:"name, or id of a removed one"`
}

type jobOut struct {
	Body struct {
		Job JobRef `json:"job"`
	}
}

func started(id string, err error) (*jobOut, error) {
	out := &jobOut{}
	out.Body.Job.ID = id
	return out, err
}

// RevisionView is a published revision.
type RevisionView struct {
	N    int64  `json:"n"`
	At   string `json:"at"`
	By   string `json:"by"`
	Note string `json:"note"`
}

type revisionOut struct {
	Body struct {
		Revision RevisionView `json:"revision"`
	}
}

func published(r *definition.Revision, err error) (*revisionOut, error) {
	if err != nil {
		return nil, err
	}
	out := &revisionOut{}
	out.Body.Revision = RevisionView{r.N, time.UnixMilli(r.At).UTC().Format(object.RFC3339), r.By, r.Note}
	return out, nil
}

type removedObjectsOut struct {
	Body struct {
		Objects []RemovedObject `json:"objects"`
	}
}

func (h *HTTP) removedObjects(ctx context.Context, _ *struct{}) (out *removedObjectsOut, err error) {
	if _, err := h.may(ctx); err != nil {
		return nil, err
	}
	out = &removedObjectsOut{}
	out.Body.Objects, err = h.Schema.RemovedObjects(ctx)
	return out, err
}

type nameIn struct {
	Title string `query:"title" maxLength:"200"`
	Word  string `query:"word" enum:"object,field" doc:"what is named"`
}

type nameOut struct {
	Body struct {
		Name string `json:"name"`
	}
}

var speller = pinyin.New()

// name proposes a name; an object's is one that no object has, also none that was removed.
func (h *HTTP) name(ctx context.Context, in *nameIn) (*nameOut, error) {
	if _, err := h.may(ctx); err != nil {
		return nil, err
	}
	var taken []string
	if in.Word != "field" {
		in.Word, taken = object.Kind, h.Schema.Defs.Current().Names(object.Kind)
		gone, err := object.ReadGone(ctx, h.Schema.DB, "")
		if err != nil {
			return nil, err
		}
		for _, g := range gone {
			taken = append(taken, g.Object)
		}
	}
	out := &nameOut{}
	out.Body.Name = speller.Name(in.Title, in.Word, taken)
	return out, nil
}

type removedFieldsOut struct {
	Body struct {
		Fields []RemovedField `json:"fields"`
	}
}

func (h *HTTP) removedFields(ctx context.Context, in *ObjectIn) (out *removedFieldsOut, err error) {
	if _, err := h.may(ctx); err != nil {
		return nil, err
	}
	out = &removedFieldsOut{}
	out.Body.Fields, err = h.Schema.RemovedFields(ctx, in.Object)
	return out, err
}

func (h *HTTP) restoreObject(ctx context.Context, in *ObjectIn) (*revisionOut, error) {
	a, err := h.may(ctx)
	if err != nil {
		return nil, err
	}
	return published(h.Schema.RestoreObject(ctx, a, in.Object))
}

func (h *HTTP) restoreField(ctx context.Context, in *FieldIn) (*revisionOut, error) {
	a, err := h.may(ctx)
	if err != nil {
		return nil, err
	}
	return published(h.Schema.RestoreField(ctx, a, in.Object, in.Field))
}

func (h *HTTP) purgeObject(ctx context.Context, in *ObjectIn) (*jobOut, error) {
	a, err := h.may(ctx)
	if err != nil {
		return nil, err
	}
	return started(h.Schema.PurgeObject(ctx, a, in.Object))
}

func (h *HTTP) purgeField(ctx context.Context, in *FieldIn) (*jobOut, error) {
	a, err := h.may(ctx)
	if err != nil {
		return nil, err
	}
	return started(h.Schema.PurgeField(ctx, a, in.Object, in.Field))
}

type retypeIn struct {
	FieldIn
	RawBody []byte
}

type retypeOut struct {
	Status int
	Body   struct {
		Job     *JobRef  `json:"job,omitempty" doc:"of a change that has begun"`
		Preview *Preview `json:"preview,omitempty"`
	}
}

// JobRef names a job.
type JobRef struct {
	ID string `json:"id"`
}

func (h *HTTP) retype(ctx context.Context, in *retypeIn) (*retypeOut, error) {
	a, err := h.may(ctx)
	if err != nil {
		return nil, err
	}
	var ask RetypeAsk
	if err := problem.ReadJSON(in.RawBody, &ask, true); err != nil {
		return nil, err
	}
	out := &retypeOut{Status: 200}
	if ask.Preview {
		out.Body.Preview, err = h.Schema.LookAhead(ctx, a, in.Object, in.Field, ask)
		return out, err
	}
	id, err := h.Schema.Retype(ctx, a, in.Object, in.Field, ask)
	out.Status, out.Body.Job = 202, &JobRef{id}
	return out, err
}

func (h *HTTP) cancel(ctx context.Context, in *FieldIn) (*struct{}, error) {
	a, err := h.may(ctx)
	if err != nil {
		return nil, err
	}
	return nil, h.Schema.Cancel(ctx, a, in.Object, in.Field)
}

type planIn struct {
	ObjectIn
	RawBody []byte
}

type planOut struct{ Body *Plan }

// plan looks at the spec sent, at the standing draft without one.
func (h *HTTP) plan(ctx context.Context, in *planIn) (*planOut, error) {
	if _, err := h.may(ctx); err != nil {
		return nil, err
	}
	var b struct {
		Title definition.Text `json:"title"`
		Spec  json.RawMessage `json:"spec"`
	}
	if len(in.RawBody) > 0 {
		if err := problem.ReadJSON(in.RawBody, &b, true); err != nil {
			return nil, err
		}
	}
	d := &definition.Definition{Kind: object.Kind, Name: in.Object, Title: b.Title, Spec: b.Spec}
	if len(b.Spec) == 0 {
		drafts, err := h.Schema.Defs.Drafts(ctx)
		if err != nil {
			return nil, err
		}
		for _, draft := range drafts {
			if draft.Kind == object.Kind && draft.Name == in.Object {
				d = &draft.Definition
			}
		}
		if len(d.Spec) == 0 {
			return nil, notFound("“"+in.Object+"”没有草稿", "在请求里写 spec")
		}
	} else if now, ok := h.Schema.Defs.Current().Definition(object.Kind, in.Object); ok && d.Title.ZH == "" {
		d.Title = now.Title
	}
	p, err := h.Schema.PlanOf(ctx, d)
	return &planOut{p}, err
}
