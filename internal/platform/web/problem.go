package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
)

// Document is an RFC 9457 problem as it goes over the wire.
type Document struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail,omitempty"`
	Code      string         `json:"code"`
	RequestID string         `json:"request_id,omitempty"`
	Errors    []problem.Item `json:"errors"`
	retry     int
}

// Error and GetStatus make a Document usable as huma's error.
func (d *Document) Error() string  { return d.Code + ": " + d.Detail }
func (d *Document) GetStatus() int { return d.Status }

// ContentType is the problem type.
func (d *Document) ContentType(string) string { return "application/problem+json" }

// GetHeaders carries Retry-After.
func (d *Document) GetHeaders() http.Header {
	h := http.Header{}
	if d.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(d.retry))
	}
	return h
}

var statusOf = map[problem.Class]int{problem.Invalid: 422, problem.Malformed: 400, problem.NotFound: 404, problem.Forbidden: 403, problem.Unsigned: 401, problem.Conflict: 409, problem.TooLarge: 413, problem.TooMany: 429, problem.Internal: 500}

type requestKey struct{}

// RequestID of the running request, empty outside one.
func RequestID(ctx context.Context) string {
	s, _ := ctx.Value(requestKey{}).(string)
	return s
}

// Problem turns any error into a problem document. What is not a domain error becomes a bare 500; its text goes to the log only.
func Problem(ctx context.Context, err error) *Document {
	var d *Document
	if errors.As(err, &d) {
		return d
	}
	id := RequestID(ctx)
	p := problem.As(err)
	if p == nil {
		if errors.Is(err, context.Canceled) {
			return &Document{Type: "about:blank", Title: "Client Closed Request", Status: 499, Code: "canceled", RequestID: id, Errors: []problem.Item{}}
		}
		who := ""
		if a := actor.From(ctx); a != nil {
			who = a.ID
		}
		slog.ErrorContext(ctx, "request failed", "request", id, "actor", who, "error", err)
		return &Document{Type: "about:blank", Title: http.StatusText(500), Status: 500, Code: "internal", Detail: "系统出错了，请稍后再试；仍不行时把请求编号告诉管理员", RequestID: id, Errors: []problem.Item{}}
	}
	st := statusOf[p.Class]
	items := p.Items
	if items == nil {
		items = []problem.Item{}
	}
	return &Document{Type: "about:blank", Title: http.StatusText(st), Status: st, Code: p.Code, Detail: p.Detail, RequestID: id, Errors: items, retry: p.RetryAfter}
}

// WriteProblem answers a raw handler's error.
func WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	d := Problem(r.Context(), err)
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	for k, v := range d.GetHeaders() {
		w.Header()[k] = v
	}
	w.WriteHeader(d.Status)
	_ = json.NewEncoder(w).Encode(d) // the client is gone when this fails
}

// WriteJSON answers a raw handler.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
