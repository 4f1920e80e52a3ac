package view

import (
	"context"
	"encoding/json"
	"net/http"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/web"
)

// HTTP serves views.
type HTTP struct{ Book *Book }

// Routes of the package. What is shared asks further in for the right to configure views.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: http.MethodGet, Path: "/api/v1/objects/{object}/views", Right: web.SignedIn, Summary: "The views of an object: shared ones and one's own, and the order of the tabs"}, h.list)
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/objects/{object}/views", Right: web.SignedIn, Summary: "Keep a new view", Status: 201}, h.create)
	web.Handle(r, web.Route{Method: http.MethodPut, Path: "/api/v1/objects/{object}/views/{id}", Right: web.SignedIn, Summary: "Keep a view under an id, also one that was deleted"}, h.put)
	web.Handle(r, web.Route{Method: http.MethodDelete, Path: "/api/v1/objects/{object}/views/{id}", Right: web.SignedIn, Summary: "Delete a view", Status: 204}, h.delete)
	web.Handle(r, web.Route{Method: http.MethodPut, Path: "/api/v1/objects/{object}/views:tabs", Right: web.SignedIn, Summary: "Keep the order of one's tabs and which opens first", Status: 204}, h.tabs)
}

type viewListOut struct {
	Body struct {
		Shared   []View `json:"shared"`
		Own      []View `json:"own"`
		Tabs     Tabs   `json:"tabs"`
		MayShare bool   `json:"may_share"`
	}
}

func (h *HTTP) list(ctx context.Context, in *struct {
	Object string `path:"object"`
}) (*viewListOut, error) {
	w, err := h.Book.asker(actor.From(ctx), in.Object)
	if err != nil {
		return nil, err
	}
	out := &viewListOut{}
	out.Body.Shared, out.Body.MayShare = h.Book.Shared(ctx, w), h.Book.MayShare(w.actor)
	if out.Body.Own, err = h.Book.Own(ctx, w); err != nil {
		return nil, err
	}
	out.Body.Tabs, err = h.Book.Tabs(ctx, w)
	return out, err
}

type viewBody struct {
	Title  definition.Text `json:"title"`
	Shared bool            `json:"shared,omitempty"`
	Spec   json.RawMessage `json:"spec"`
}

type savedViewOut struct {
	Body struct {
		View View `json:"view"`
	}
}

func (h *HTTP) save(ctx context.Context, objectName, id string, b viewBody) (*savedViewOut, error) {
	w, err := h.Book.asker(actor.From(ctx), objectName)
	if err != nil {
		return nil, err
	}
	out := &savedViewOut{}
	out.Body.View, err = h.Book.Save(ctx, w, View{ID: id, Title: b.Title, Shared: b.Shared, Spec: b.Spec})
	return out, err
}

func (h *HTTP) create(ctx context.Context, in *struct {
	Object string `path:"object"`
	Body   viewBody
}) (*savedViewOut, error) {
	return h.save(ctx, in.Object, "", in.Body)
}

func (h *HTTP) put(ctx context.Context, in *struct {
	Object string `path:"object"`
	ID     string `path:"id"`
	Body   viewBody
}) (*savedViewOut, error) {
	return h.save(ctx, in.Object, in.ID, in.Body)
}

func (h *HTTP) delete(ctx context.Context, in *struct {
	Object string `path:"object"`
	ID     string `path:"id"`
}) (*struct{}, error) {
	w, err := h.Book.asker(actor.From(ctx), in.Object)
	if err != nil {
		return nil, err
	}
	return nil, h.Book.Delete(ctx, w, in.ID)
}

func (h *HTTP) tabs(ctx context.Context, in *struct {
	Object string `path:"object"`
	Body   Tabs
}) (*struct{}, error) {
	w, err := h.Book.asker(actor.From(ctx), in.Object)
	if err != nil {
		return nil, err
	}
	return nil, h.Book.SaveTabs(ctx, w, in.Body)
}
