package definition

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP serves definitions and revisions. May says whether an actor may draft and publish a kind.
type HTTP struct {
	Manager *Manager
	May     func(a *actor.Actor, kind string) bool
	// Trier and Linter answer for drafts; nil: there are none.
	Trier  Trier
	Linter Linter
}

// Routes lists the module's routes with their rights; which kinds one may change is checked further in.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/definitions", Right: "definitions.read", Summary: "List definitions"}, h.list)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/definitions/{kind}/{name}", Right: "definitions.read", Summary: "Get a definition and its draft"}, h.get)
	web.Handle(r, web.Route{Method: "PUT", Path: "/api/v1/definitions/{kind}/{name}", Right: "definitions.write", Summary: "Save a draft"}, h.put)
	web.Handle(r, web.Route{Method: "DELETE", Path: "/api/v1/definitions/{kind}/{name}/draft", Right: "definitions.write", Summary: "Drop a draft", Status: 204}, h.dropDraft)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/definitions:check", Reads: true, Right: "definitions.read", Summary: "Check definitions without saving"}, h.check)
	web.Handle(r, web.Route{Method: "GET", Path: "/api/v1/revisions", Right: "definitions.read", Summary: "List revisions, newest first"}, h.revisions)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/revisions", Right: "definitions.write", Summary: "Publish drafts"}, h.publish)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/revisions/{n}/restore", Right: "definitions.write", Summary: "Publish the definitions as they were"}, h.restore)
	h.tryRoutes(r)
}

type bodyOut struct{ Body map[string]any }

func (h *HTTP) mayChange(ctx context.Context, kind string) error {
	if h.May(actor.From(ctx), kind) {
		return nil
	}
	return problem.New(problem.Forbidden, "forbidden", "你没有权限修改这类配置", problem.Item{Code: "forbidden", Message: "需要能配置“" + kind + "”的角色", Hint: "请联系管理员或销售总监开通"})
}

func (h *HTTP) sentence(s *Snapshot, k Key) string {
	for _, kind := range h.Manager.Kinds() {
		if kind.Name == k.Kind && kind.Sentence != nil {
			if c, ok := s.compiled[k]; ok {
				return kind.Sentence(c, s)
			}
		}
	}
	return ""
}

type listIn struct {
	Kind string `query:"kind"`
}

func (h *HTTP) list(ctx context.Context, in *listIn) (*bodyOut, error) {
	s := h.Manager.Current()
	drafts, err := h.Manager.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	drafts = slices.DeleteFunc(drafts, func(d *Draft) bool { return !h.May(actor.From(ctx), d.Kind) }) // what is not decided yet is of those who decide
	drafted := map[Key]bool{}
	for _, d := range drafts {
		drafted[d.Key()] = true
	}
	out := []map[string]any{}
	for _, d := range s.Definitions() {
		if in.Kind == "" || d.Kind == in.Kind {
			out = append(out, map[string]any{"kind": d.Kind, "name": d.Name, "title": d.Title, "spec": d.Spec, "revision": d.Revision, "version": d.Revision, "has_draft": drafted[d.Key()], "sentence": h.sentence(s, d.Key())})
		}
	}
	kinds := []map[string]any{}
	for _, k := range h.Manager.Kinds() {
		kinds = append(kinds, map[string]any{"name": k.Name, "title": k.Title})
	}
	pending := []map[string]any{}
	for _, d := range drafts {
		pending = append(pending, draftJSON(d))
	}
	return &bodyOut{map[string]any{"definitions": out, "kinds": kinds, "drafts": pending, "revision": s.Revision}}, nil
}

func draftJSON(d *Draft) map[string]any {
	return map[string]any{"kind": d.Kind, "name": d.Name, "title": d.Title, "spec": d.Spec, "removed": d.Removed, "by": d.By, "at": time.UnixMilli(d.At).UTC().Format(time.RFC3339), "base": d.Base}
}

// KeyIn names a definition in the path.
type KeyIn struct {
	Kind string `path:"kind"`
	Name string `path:"name"`
}

func (h *HTTP) get(ctx context.Context, in *KeyIn) (*bodyOut, error) {
	s := h.Manager.Current()
	out := map[string]any{"definition": nil, "draft": nil, "sentence": ""}
	found := false
	if d, ok := s.Definition(in.Kind, in.Name); ok {
		out["definition"], out["sentence"], found = d, h.sentence(s, d.Key()), true
	}
	drafts, err := h.Manager.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if d.Kind == in.Kind && d.Name == in.Name && h.May(actor.From(ctx), d.Kind) {
			out["draft"], found = draftJSON(d), true
		}
	}
	if !found {
		return nil, problem.New(problem.NotFound, "no_such_definition", "没有这项配置", problem.Item{Code: "not_found", Message: in.Kind + "/" + in.Name, Hint: Suggest(in.Name, s.Names(in.Kind))})
	}
	return &bodyOut{out}, nil
}

type putIn struct {
	KeyIn
	RawBody []byte
}

// body is a definition as sent: kind and name are the path's.
type body struct {
	Kind    string          `json:"kind,omitempty"`
	Name    string          `json:"name,omitempty"`
	Title   Text            `json:"title"`
	Aliases []string        `json:"aliases,omitempty"`
	Spec    json.RawMessage `json:"spec"`
	Removed bool            `json:"removed,omitempty"`
	// Base is the revision of the version that was changed; without it the change is taken for one of what stands now.
	Base int64 `json:"base,omitempty"`
}

func (h *HTTP) put(ctx context.Context, in *putIn) (*bodyOut, error) {
	if err := h.mayChange(ctx, in.Kind); err != nil {
		return nil, err
	}
	var b body
	if err := problem.ReadJSON(in.RawBody, &b, true); err != nil {
		return nil, err
	}
	if len(b.Spec) == 0 && !b.Removed {
		return nil, problem.New(problem.Invalid, "invalid_definition", "缺少 spec", problem.Item{Pointer: "/spec", Code: "required", Message: "缺少 spec"})
	}
	if len(b.Spec) == 0 {
		b.Spec = json.RawMessage("{}")
	}
	d := &Definition{Kind: in.Kind, Name: in.Name, Title: b.Title, Aliases: b.Aliases, Spec: b.Spec, Removed: b.Removed}
	if !h.knownKind(in.Kind) {
		return nil, problem.New(problem.Invalid, "invalid_definition", "没有这种定义", problem.Item{Pointer: "/kind", Code: "unknown_kind", Message: "没有“" + in.Kind + "”这种定义"})
	}
	problems, err := h.Manager.SaveDraft(ctx, actor.From(ctx), d, max(b.Base, 0))
	if err != nil {
		return nil, err
	}
	next, _ := h.Manager.Try([]*Definition{d})
	if problems == nil {
		problems = []problem.Item{}
	}
	return &bodyOut{map[string]any{"draft": d, "problems": problems, "sentence": h.sentence(next, d.Key())}}, nil
}

func (h *HTTP) knownKind(kind string) bool {
	for _, k := range h.Manager.Kinds() {
		if k.Name == kind {
			return true
		}
	}
	return false
}

func (h *HTTP) dropDraft(ctx context.Context, in *KeyIn) (*struct{}, error) {
	if err := h.mayChange(ctx, in.Kind); err != nil {
		return nil, err
	}
	return nil, h.Manager.DropDraft(ctx, in.Kind, in.Name)
}

type rawIn struct{ RawBody []byte }

func (h *HTTP) check(_ context.Context, in *rawIn) (*bodyOut, error) {
	var b struct {
		Definitions []body `json:"definitions"`
	}
	if err := problem.ReadJSON(in.RawBody, &b, true); err != nil {
		return nil, err
	}
	var defs []*Definition
	for _, d := range b.Definitions {
		if len(d.Spec) == 0 {
			d.Spec = json.RawMessage("{}")
		}
		defs = append(defs, &Definition{Kind: d.Kind, Name: d.Name, Title: d.Title, Aliases: d.Aliases, Spec: d.Spec, Removed: d.Removed})
	}
	next, problems := h.Manager.Try(defs)
	if problems == nil {
		problems = []problem.Item{}
	}
	sentences := map[string]string{}
	for _, d := range defs {
		if t := h.sentence(next, d.Key()); t != "" {
			sentences[d.Key().String()] = t
		}
	}
	return &bodyOut{map[string]any{"problems": problems, "sentences": sentences}}, nil
}

func revisionJSON(r *Revision) map[string]any {
	return map[string]any{"n": r.N, "at": time.UnixMilli(r.At).UTC().Format("2006-01-02T15:04:05.000Z07:00"), "by": r.By, "note": r.Note, "changes": r.Change}
}

func (h *HTTP) revisions(ctx context.Context, _ *struct{}) (*bodyOut, error) {
	rs, err := h.Manager.Revisions(ctx, 200)
	if err != nil {
		return nil, err
	}
	out := make([]map[string]any, len(rs))
	for i, r := range rs {
		out[i] = revisionJSON(r)
	}
	return &bodyOut{map[string]any{"revisions": out}}, nil
}

func (h *HTTP) publish(ctx context.Context, in *rawIn) (*bodyOut, error) {
	var b struct {
		Note string `json:"note"`
		Only []Key  `json:"only"`
		Over bool   `json:"over"` // what others have published since may go
	}
	if len(bytes.TrimSpace(in.RawBody)) > 0 {
		if err := problem.ReadJSON(in.RawBody, &b, true); err != nil {
			return nil, err
		}
	}
	drafts, err := h.Manager.Drafts(ctx)
	if err != nil {
		return nil, err
	}
	// Exactly what was looked at is published: a draft of another kind saved meanwhile waits for its own publish.
	var only []Key
	for _, d := range drafts {
		if len(b.Only) == 0 || contains(b.Only, d.Key()) {
			if err := h.mayChange(ctx, d.Kind); err != nil {
				return nil, err
			}
			only = append(only, d.Key())
		}
	}
	if len(only) == 0 {
		return nil, problem.New(problem.Invalid, "nothing_to_publish", "没有待发布的草稿")
	}
	if strings.ContainsRune(b.Note, 0) || len([]rune(b.Note)) > 1000 {
		return nil, problem.New(problem.Invalid, "invalid_note", "说明无法保存", problem.Item{Pointer: "/note", Code: "invalid", Message: "说明含有空字符（NUL）或超过 1000 个字符", Hint: "请缩短或删去该字符"})
	}
	rev, err := h.Manager.publish(ctx, actor.From(ctx), b.Note, nil, only, b.Over)
	if err != nil {
		return nil, err
	}
	return &bodyOut{map[string]any{"revision": revisionJSON(rev)}}, nil
}

type restoreIn struct {
	N int64 `path:"n"`
}

func (h *HTTP) restore(ctx context.Context, in *restoreIn) (*bodyOut, error) {
	a := actor.From(ctx)
	// Restoring touches whatever differs, what was removed since included; a role restores only revisions of kinds it may configure.
	rev, err := h.Manager.Restore(ctx, a, in.N, func(k Key) error {
		if h.May(a, k.Kind) {
			return nil
		}
		return problem.New(problem.Forbidden, "forbidden", fmt.Sprintf("恢复到第 %d 版会改动“%s”，你没有权限", in.N, k), problem.Item{Kind: k.Kind, Name: k.Name, Code: "forbidden", Message: "需要能配置“" + k.Kind + "”的角色", Hint: "请联系管理员"})
	})
	if err != nil {
		return nil, err
	}
	return &bodyOut{map[string]any{"revision": revisionJSON(rev)}}, nil
}
