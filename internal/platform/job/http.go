package job

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// HTTP shows runs. A run is seen by who started it and by those who hold its kind's right; for others it does not exist.
type HTTP struct {
	Jobs *Service
	// Allow decides named rights.
	Allow func(a *actor.Actor, right string) bool
}

// Routes of the package.
func (h *HTTP) Routes(r *web.Router) {
	web.Handle(r, web.Route{Method: http.MethodGet, Path: "/api/v1/jobs", Right: web.SignedIn, Summary: "Long work, newest first"}, h.list)
	web.Handle(r, web.Route{Method: http.MethodGet, Path: "/api/v1/jobs/{id}", Right: web.SignedIn, Summary: "One piece of long work: state, progress, result, the first errors"}, h.get)
	web.Handle(r, web.Route{Method: http.MethodPost, Path: "/api/v1/jobs/{id}:cancel", Right: web.SignedIn, Summary: "Call long work off, where its kind allows it", Status: 204}, h.cancel)
	r.Raw(web.Route{Method: http.MethodGet, Path: "/api/v1/jobs/{id}/rejected.csv", Right: web.SignedIn, Summary: "The rejected rows with their reasons, as CSV"}, h.rejected)
	r.Raw(web.Route{Method: http.MethodGet, Path: "/api/v1/jobs/{id}/rejected.xlsx", Right: web.SignedIn, Summary: "The rejected rows with their reasons, as an Excel workbook"}, h.rejectedSheet)
}

// View is a run as the API shows it.
type View struct {
	ID         string          `json:"id"`
	Kind       string          `json:"kind"`
	Title      string          `json:"title"`
	State      string          `json:"state" enum:"queued,running,done,failed"`
	Progress   float64         `json:"progress" doc:"0 to 1"`
	Done       int64           `json:"done"`
	Total      int64           `json:"total" doc:"estimated while it runs"`
	Rate       float64         `json:"rate" doc:"units per second"`
	ETASeconds *float64        `json:"eta_seconds"`
	Result     json.RawMessage `json:"result"`
	Errors     []Reject        `json:"errors" doc:"the first 100"`
	Error      string          `json:"error,omitempty"`
	Cancelled  bool            `json:"cancelled,omitempty"`
	CreatedAt  string          `json:"created_at"`
	StartedAt  *string         `json:"started_at"`
	EndedAt    *string         `json:"ended_at"`
	By         string          `json:"by"`
	About      string          `json:"about,omitempty" doc:"the run that this one takes back"`
	Undo       *Undo           `json:"undo,omitempty" doc:"the run that takes this one back"`
}

// Started names a run that was just queued.
type Started struct {
	ID string `json:"id"`
}

// Undo names the run that takes another back.
type Undo struct {
	ID    string `json:"id"`
	State string `json:"state"`
}

type runOut struct {
	Body struct {
		Job View `json:"job"`
	}
}

type runsOut struct {
	Body struct {
		Jobs []View `json:"jobs"`
	}
}

const maxErrors = 100

func instant(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z") }

func instantOr(ms int64) *string {
	if ms == 0 {
		return nil
	}
	s := instant(ms)
	return &s
}

// Show makes the view of a run, without its errors.
func Show(r *Run) View {
	v := View{ID: r.ID, Kind: r.Kind, Title: r.Title, State: r.State, Done: r.Done, Total: r.Total, Result: r.Result, Errors: []Reject{}, Error: r.Error, Cancelled: r.State == Failed && r.Error == Cancelled, By: r.By,
		CreatedAt: instant(r.CreatedAt), StartedAt: instantOr(r.StartedAt), EndedAt: instantOr(r.EndedAt)}
	if v.About = r.About; r.UndoneBy != "" {
		v.Undo = &Undo{r.UndoneBy, r.UndoneState}
	}
	if v.Result == nil {
		v.Result = json.RawMessage("null")
	}
	switch {
	case r.State == Done:
		v.Progress = 1
	case r.Total > 0:
		v.Progress = min(0.999, float64(r.Done)/float64(r.Total))
	}
	if span := float64(r.SeenAt-r.StartedAt) / 1000; span > 0 && r.Done > 0 {
		v.Rate = float64(r.Done) / span
		if r.State == Running && r.Total > r.Done {
			eta := float64(r.Total-r.Done) / v.Rate
			v.ETASeconds = &eta
		}
	}
	return v
}

func (h *HTTP) sees(ctx context.Context, r *Run) bool {
	a := actor.From(ctx)
	if a == nil {
		return false
	}
	if r.ActorID != "" && r.ActorID == a.ID {
		return true
	}
	right := h.Jobs.kinds[r.Kind].right
	return a.Kind == actor.System || right != "" && h.Allow(a, right)
}

// Find gives a run that the asker may see.
func (h *HTTP) Find(ctx context.Context, id string) (*Run, error) { return h.find(ctx, id) }

func (h *HTTP) find(ctx context.Context, id string) (*Run, error) {
	r, err := h.Jobs.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if !h.sees(ctx, r) {
		return nil, problem.New(problem.NotFound, "no_such_job", "没有这个任务，或者你无权查看")
	}
	return r, nil
}

func (h *HTTP) list(ctx context.Context, in *struct {
	Active bool     `query:"active" doc:"only what waits or runs"`
	Kind   []string `query:"kind" doc:"only these kinds, apart by commas"`
}) (*runsOut, error) {
	runs, err := h.Jobs.List(ctx, in.Active, in.Kind...)
	if err != nil {
		return nil, err
	}
	out := &runsOut{}
	out.Body.Jobs = []View{}
	for _, r := range runs {
		if h.sees(ctx, r) {
			out.Body.Jobs = append(out.Body.Jobs, Show(r))
		}
	}
	return out, nil
}

func (h *HTTP) get(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*runOut, error) {
	r, err := h.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &runOut{}
	out.Body.Job = Show(r)
	out.Body.Job.Errors, err = h.Jobs.Rejects(ctx, r.ID, maxErrors)
	if r.Error != "" {
		out.Body.Job.Errors = append([]Reject{{Code: "failed", Message: r.Error}}, out.Body.Job.Errors...)
	}
	return out, err
}

func (h *HTTP) cancel(ctx context.Context, in *struct {
	ID string `path:"id"`
}) (*struct{}, error) {
	r, err := h.find(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !h.Jobs.kinds[r.Kind].stops {
		return nil, problem.New(problem.Conflict, "no_cancel", "这类任务开始后不能取消")
	}
	stopped, err := h.Jobs.Cancel(ctx, r.ID)
	if err == nil && !stopped {
		err = problem.New(problem.Conflict, "ended", "任务已经结束")
	}
	return nil, err
}

func (h *HTTP) rejected(w http.ResponseWriter, r *http.Request) {
	run, err := h.find(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="rejected.csv"`)
	if err := h.Jobs.WriteRejected(r.Context(), run, w); err != nil {
		panic(http.ErrAbortHandler) // half a file must not look whole
	}
}

func (h *HTTP) rejectedSheet(w http.ResponseWriter, r *http.Request) {
	run, err := h.find(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="rejected.xlsx"`)
	if err := h.Jobs.WriteRejectedSheet(r.Context(), run, w); err != nil {
		panic(http.ErrAbortHandler) // half a file must not look whole
	}
}
