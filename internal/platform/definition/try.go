package definition

import (
	"context"
	"encoding/json"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// Ask is what a trial is asked: what would these drafts have done with the records of a period, or with the records given.
type Ask struct {
	Drafts []*Definition
	Object string
	Period json.RawMessage
	// Records to try instead of a period's; field or other name → value as written.
	Records []map[string]any
	// File to try instead: one kept by an upload for this object.
	File *AskFile
	// Limit is how many changed records are told of.
	Limit int
}

// AskFile names an uploaded table and how it is read.
type AskFile struct {
	Upload string `json:"upload"`
	Sheet  string `json:"sheet"`      // of a workbook; the first that is shown when empty
	Header int    `json:"header_row"` // found when 0
}

// Trier tries drafts of the kinds it knows on what has been, and writes nothing.
type Trier interface {
	Tries(kind string) bool
	// Try answers for next, the set with the drafts in it, as the actor may see records.
	Try(ctx context.Context, a *actor.Actor, next *Snapshot, ask *Ask) (any, error)
}

// Linter finds what is allowed and still wrong in a definition.
type Linter interface {
	// Lint looks at d as it stands in next, the set with d in it.
	Lint(ctx context.Context, a *actor.Actor, next *Snapshot, d *Definition) ([]Finding, error)
}

// The severities of findings.
const (
	SeverityError   = "error"   // it cannot work
	SeverityWarning = "warning" // it works otherwise than it reads
	SeverityInfo    = "info"
)

// Finding is one thing a linter found.
type Finding struct {
	Severity string   `json:"severity" enum:"error,warning,info"`
	Pointer  string   `json:"pointer"`
	Code     string   `json:"code"`
	Message  string   `json:"message"`
	Hint     string   `json:"hint,omitempty"`
	Share    *float64 `json:"share,omitempty"` // of the records looked at, 0–1
	Remedy   *Remedy  `json:"remedy,omitempty"`
}

// Remedy is the definition mended: a draft ready to be saved.
type Remedy struct {
	Label string          `json:"label"`
	Spec  json.RawMessage `json:"spec"`
}

func (h *HTTP) tryRoutes(r *web.Router) {
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/definitions:try", Reads: true, Right: "definitions.write", Summary: "What drafts would have done with the records of a period; writes nothing", MaxBody: 8 << 20}, h.try)
	web.Handle(r, web.Route{Method: "POST", Path: "/api/v1/definitions:lint", Reads: true, Right: "definitions.read", Summary: "What is allowed and still wrong in a definition"}, h.lint)
}

type anyOut struct{ Body any }

// mostRecords bounds the records given with a trial.
const mostRecords = 10_000

func (h *HTTP) try(ctx context.Context, in *rawIn) (*anyOut, error) {
	var b struct {
		Drafts  []body           `json:"drafts"`
		Object  string           `json:"object"`
		Period  json.RawMessage  `json:"period"`
		Limit   int              `json:"limit"`
		Records []map[string]any `json:"records"`
		File    *AskFile         `json:"file"`
	}
	if err := problem.ReadJSON(in.RawBody, &b, true); err != nil {
		return nil, err
	}
	wrong := func(pointer, code, message, hint string) error {
		return problem.New(problem.Invalid, "invalid_trial", "无法试算："+message, problem.Item{Pointer: pointer, Code: code, Message: message, Hint: hint})
	}
	switch {
	case b.Object == "":
		return nil, wrong("/object", "required", "没有说明试算哪个对象", "例如 lead")
	case b.Limit < 0 || b.Limit > 1000:
		return nil, wrong("/limit", "out_of_range", "每次最多列出 1000 条", "")
	case len(b.Records) > mostRecords:
		return nil, wrong("/records", "too_many", "一次最多试算 10000 条", "分成几份")
	case b.File != nil && len(b.Records) > 0:
		return nil, wrong("/file", "too_much", "文件和记录只能给一样", "")
	case h.Trier == nil:
		return nil, wrong("", "not_here", "这里不能试算", "")
	}
	ask := &Ask{Object: b.Object, Period: b.Period, Limit: b.Limit, Records: b.Records, File: b.File}
	for _, d := range b.Drafts {
		if err := h.mayChange(ctx, d.Kind); err != nil {
			return nil, err
		}
		if !h.Trier.Tries(d.Kind) {
			return nil, wrong("/drafts", "cannot_try", "“"+d.Kind+"”不能试算", "可以试算分配策略、标签维度、指标、渠道和对象")
		}
		ask.Drafts = append(ask.Drafts, definitionOf(d))
	}
	next, problems := h.Manager.Try(ask.Drafts)
	if len(problems) > 0 {
		return nil, problem.New(problem.Invalid, "definitions_invalid", "草稿还有要修改的地方，没有试算", problems...)
	}
	answer, err := h.Trier.Try(ctx, actor.From(ctx), next, ask)
	if err != nil {
		return nil, err
	}
	return &anyOut{answer}, nil
}

func (h *HTTP) lint(ctx context.Context, in *rawIn) (*anyOut, error) {
	var b body
	if err := problem.ReadJSON(in.RawBody, &b, true); err != nil {
		return nil, err
	}
	d := definitionOf(b)
	next, problems := h.Manager.Try([]*Definition{d})
	items := []Finding{}
	for _, p := range problems {
		if p.Kind == d.Kind && p.Name == d.Name || p.Kind == "" {
			items = append(items, Finding{Severity: SeverityError, Pointer: p.Pointer, Code: p.Code, Message: p.Message, Hint: p.Hint})
		}
	}
	if len(items) == 0 && h.Linter != nil {
		found, err := h.Linter.Lint(ctx, actor.From(ctx), next, d)
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
	}
	return &anyOut{map[string]any{"items": items}}, nil
}

func definitionOf(b body) *Definition {
	if len(b.Spec) == 0 {
		b.Spec = json.RawMessage("{}")
	}
	return &Definition{Kind: b.Kind, Name: b.Name, Title: b.Title, Aliases: b.Aliases, Spec: b.Spec, Removed: b.Removed}
}
