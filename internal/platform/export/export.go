// Package export writes what somebody sees of an object's records into a file, as a job: their columns, filter, words and order; rows and
// fields only as the actor may see them. Rows are read by key, page by page, and each page is added to the file, so memory does not grow
// with the table and a run that was stopped goes on where it was. The file is its maker's alone and goes after a day.
//
// Whose it is stands in the file's name, and in a workbook also at the foot of each page and on a second sheet: the table itself stays
// clean and can be imported again.
package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/ledger"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// Kind is the kind of export jobs.
const Kind = "export"

// Formats of the file.
const (
	XLSX = "xlsx"
	CSV  = "csv"
)

const (
	maxColumns = 400
	// Life is how long a file may be fetched.
	Life = 24 * time.Hour
)

// Engine exports. Safe for concurrent use.
type Engine struct {
	Reader *record.Reader
	Ledger *ledger.Ledger
	Jobs   *job.Service
	Folder string
	// Company names the workspace in the files.
	Company func() string
}

// Register makes the job known; to be called before the jobs start.
func (e *Engine) Register() { e.Jobs.RegisterStopping(Kind, "", worker{e}) }

// Ask is one export. Columns are fields or paths through one relation, in their order.
type Ask struct {
	Object  string          `json:"object"`
	Format  string          `json:"format"`
	Columns []string        `json:"columns"`
	Filter  json.RawMessage `json:"filter,omitempty"`
	Words   string          `json:"words,omitempty"`
	Sort    string          `json:"sort,omitempty"`
	View    string          `json:"view,omitempty"` // what the list is called, for the file's name
}

type args struct {
	Ask
	Actor *actor.Actor `json:"actor"`
}

// Result is what came of an export.
type Result struct {
	Object  string `json:"object"`
	Rows    int64  `json:"rows"`
	Bytes   int64  `json:"bytes"`
	Name    string `json:"name"`
	Expires string `json:"expires"`
}

// Start checks an export and queues it. Problems: unknown object or column, an order or filter that does not hold, no right to export.
func (e *Engine) Start(ctx context.Context, a *actor.Actor, ask Ask) (id string, err error) {
	o, _, err := e.Reader.Object(a, ask.Object)
	if err != nil {
		return "", err
	}
	if !e.may(a, o.Name) {
		return "", problem.New(problem.Forbidden, "forbidden", "你没有权限导出"+o.Title.ZH, problem.Item{Code: "forbidden", Message: "需要角色里的导出权限", Hint: "请联系管理员或销售总监开通"})
	}
	if ask.Format != XLSX && ask.Format != CSV {
		return "", problem.New(problem.Invalid, "invalid_export", "文件格式为 xlsx 或 csv", problem.Item{Pointer: "/format", Code: "unknown_format", Message: "文件格式为 xlsx 或 csv"})
	}
	if len(ask.Columns) == 0 || len(ask.Columns) > maxColumns {
		return "", problem.New(problem.Invalid, "invalid_export", "请选择要导出的列", problem.Item{Pointer: "/columns", Code: "no_columns", Message: fmt.Sprintf("1 到 %d 列", maxColumns)})
	}
	if _, err := e.paths(a, o, ask.Columns); err != nil {
		return "", err
	}
	// A page is asked for, so that a filter or an order that does not hold is told now.
	if _, err := e.Reader.List(ctx, a, ask.list("", 1)); err != nil {
		return "", err
	}
	e.sweep()
	return e.Jobs.Queue(ctx, job.New{Kind: Kind, Title: "导出" + o.Title.ZH, Actor: a, Args: args{ask, a}})
}

func (a *Ask) list(cursor string, limit int) record.List {
	return record.List{Object: a.Object, Filter: a.Filter, Words: a.Words, Sort: record.ReadSort(a.Sort), Cursor: cursor, Limit: limit}
}

func (e *Engine) may(a *actor.Actor, objectName string) bool {
	s := e.Reader.Defs.Current()
	return e.Reader.Access.May(s, a, objectName, func(r access.Rule) bool { return r.Export })
}

func (e *Engine) paths(a *actor.Actor, o *object.Object, names []string) ([]record.Path, error) {
	var out []record.Path
	var items []problem.Item
	for i, name := range names {
		p, ok := e.Reader.PathOf(a, o, name)
		if !ok {
			items = append(items, problem.Item{Pointer: fmt.Sprintf("/columns/%d", i), Code: "unknown_field", Message: o.Title.ZH + "没有字段“" + name + "”"})
		}
		out = append(out, p)
	}
	if len(items) > 0 {
		return nil, problem.New(problem.Invalid, "invalid_export", "有些列不存在", items...)
	}
	return out, nil
}

// File gives the path of a finished export for whoever made it, and its name for people. Problems: not_an_export, not_ready, gone.
func (e *Engine) File(a *actor.Actor, run *job.Run) (path, name string, err error) {
	var ask args
	if run.Kind != Kind || run.ActorID == "" || run.ActorID != a.ID {
		return "", "", problem.New(problem.NotFound, "no_such_export", "没有这个导出，或者它是别人的")
	}
	if err := json.Unmarshal(run.Args, &ask); err != nil {
		return "", "", err
	}
	if run.State != job.Done {
		return "", "", problem.New(problem.Conflict, "not_ready", "导出还没有完成")
	}
	if !e.may(a, ask.Object) {
		return "", "", problem.New(problem.Forbidden, "forbidden", "你现在没有权限导出")
	}
	var r Result
	if err := json.Unmarshal(run.Result, &r); err != nil {
		return "", "", err
	}
	path = e.file(run.ID, ask.Format)
	if e.Reader.Clock.Milli()-run.EndedAt >= Life.Milliseconds() {
		_ = os.Remove(path)
		return "", "", gone()
	}
	if _, err := os.Stat(path); err != nil {
		return "", "", gone()
	}
	return path, r.Name, nil
}

func gone() error {
	return problem.New(problem.NotFound, "gone", "导出的文件只保留一天，已经不在了", problem.Item{Code: "gone", Message: "文件已经不在了", Hint: "请重新导出"})
}

func (e *Engine) file(id, ext string) string {
	return filepath.Join(e.Folder, filepath.Base(id)+"."+ext)
}

// sweep removes files whose day is over.
func (e *Engine) sweep() {
	entries, err := os.ReadDir(e.Folder)
	if err != nil {
		return
	}
	now := time.Now() // files have the machine's time
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && now.Sub(info.ModTime()) > Life {
			_ = os.Remove(filepath.Join(e.Folder, entry.Name()))
		}
	}
}

// Run sweeps now and every hour until ctx ends.
func (e *Engine) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		e.sweep()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// mark tells whose file it is.
func (e *Engine) mark(a *actor.Actor, at time.Time) string {
	who := a.Name
	if who == "" {
		who = a.ID
	}
	return fmt.Sprintf("%s · %s 导出 · %s", e.Company(), who, at.In(e.Reader.Env.Zone).Format("2006-01-02 15:04"))
}

// name is the file's name for people: what, whose, who and when.
func (e *Engine) name(ask *args, o *object.Object, at time.Time) string {
	parts := []string{o.Title.ZH, ask.View, e.Company(), ask.Actor.Name, at.In(e.Reader.Env.Zone).Format("20060102-1504")}
	var kept []string
	for _, p := range parts {
		p = strings.Map(func(r rune) rune {
			if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
				return '_'
			}
			return r
		}, p)
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "-") + "." + ask.Format
}

var errShort = errors.New("export: the file is shorter than what was written")
