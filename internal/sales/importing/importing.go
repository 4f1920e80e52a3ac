// Package importing takes tables into objects: a file becomes a job whose slices write rows through the Writer and set aside, with place and
// reason, those that cannot be taken. Nouns: a plan says which column fills which field; a slice is a few hundred rows in one transaction
// with the place in the file behind them. Memory does not grow with the file.
package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/uuid"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/job"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/table"
)

// Kind is the kind of import jobs, Right the right to start them. Besides who started one, those who may read the trail see it: its
// rejected rows hold what the file held.
const (
	Kind  = "import"
	Trial = "import_trial" // the whole file without effect
	Back  = "import_undo"
	Right = "leads.import"
	Watch = "events.read"
)

// DefaultMaxFile is the largest file in bytes unless configured.
const DefaultMaxFile = 200 << 20

// Options say what runs on the rows.
type Options struct {
	Assign    bool
	Countdown bool
	// HappenedAt is the past instant the rows tell of, or the name of a column that holds it; empty means now.
	HappenedAt string
}

// Request asks for an import.
type Request struct {
	Object string
	Name   string // of the file, for people
	// Mapping is column name by field name; none given lets every column be matched. Fill matches what a given mapping leaves open.
	Mapping map[string]string
	Fill    bool
	// Sheet of a workbook by name, "" for the first that is shown; Header is the line of the header, 0 to have it found.
	Sheet  string
	Header int
	// NewFields are made before the import, for columns that have no field.
	NewFields []NewField
	// Trial runs the whole file without effect.
	Trial   bool
	Options Options
	Actor   *actor.Actor
}

// Result are an import's figures.
type Result struct {
	Rows     int64 `json:"rows"`
	Created  int64 `json:"created"`
	Merged   int64 `json:"merged"`
	Rejected int64 `json:"rejected"`
}

// Importer starts imports and works them off. Safe for concurrent use.
type Importer struct {
	Writer *record.Writer
	Jobs   *job.Service
	// Folder keeps uploaded files until their job ends.
	Folder string
	// MaxFile in bytes; DefaultMaxFile when zero.
	MaxFile int64
	// Keys gives what an arrival is known by, so that a trial run tells what would merge with an earlier row of the same file; may be nil.
	Keys func(row *object.Row) []string

	writing  sync.Mutex // of sheets
	starting sync.Map   // upload id → an import of it is being started
	reading  sync.Map   // upload id → share of its sheet that is written out, a float64
	adding   sync.Mutex // of fields
	trials   sync.Map   // run id → *trial
}

// Register makes the job service do imports and take them back. To be called before it starts.
func (m *Importer) Register() {
	m.Jobs.Register(Kind, Watch, worker{m})
	m.Jobs.Register(Trial, "", worker{m})
	m.Jobs.Register(Back, Watch, undoer{m})
}

func (m *Importer) maxFile() int64 {
	if m.MaxFile > 0 {
		return m.MaxFile
	}
	return DefaultMaxFile
}

// args are what the job keeps.
type args struct {
	Object string       `json:"object"`
	File   string       `json:"file"`
	Keep   bool         `json:"keep,omitempty"` // the file is the caller's own and stays
	Size   int64        `json:"size"`
	Shape  table.Shape  `json:"shape,omitzero"`
	Trial  bool         `json:"trial,omitempty"`
	Plan   plan         `json:"plan"`
	Option Options      `json:"options"`
	Actor  *actor.Actor `json:"actor"`
}

// Upload keeps a file under the data folder. A file over the limit is a TooLarge problem.
func (m *Importer) Upload(src io.Reader) (path string, err error) {
	if err := os.MkdirAll(m.Folder, 0o750); err != nil {
		return "", fmt.Errorf("importing: %w", err)
	}
	m.sweep()
	u, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	path = filepath.Join(m.Folder, u.String()+".csv")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("importing: %w", err)
	}
	n, err := io.Copy(f, io.LimitReader(src, m.maxFile()+1))
	if err == nil && n > m.maxFile() {
		err = tooLarge(m.maxFile())
	}
	if err == nil {
		err = f.Sync() // the job must find it after a crash
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path)
		return "", err
	}
	return path, nil
}

// sweep removes files that no job has taken away for a week.
func (m *Importer) sweep() {
	entries, err := os.ReadDir(m.Folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > 7*24*time.Hour {
			_ = os.Remove(filepath.Join(m.Folder, e.Name()))
		}
	}
}

func tooLarge(limit int64) error {
	return problem.New(problem.TooLarge, "too_large", fmt.Sprintf("文件超过 %d MB", limit>>20), problem.Item{Code: "too_large", Message: fmt.Sprintf("文件超过 %d MB", limit>>20), Hint: "请拆成几个文件分别导入"})
}

// Start checks a request against the file and queues the job. Errors are problems: no_such_object, forbidden, unreadable_file,
// unknown_field, unknown_column, no_columns, bad_option. keep leaves the file where it is after the job.
func (m *Importer) Start(ctx context.Context, r Request, path string, keep bool) (id string, err error) {
	o, err := m.object(r.Object, r.Actor)
	if err != nil {
		return "", err
	}
	src, err := m.source(ctx, path, r.Sheet)
	if err != nil {
		return "", err
	}
	if id, err = m.start(ctx, o, r, src, keep && !src.made); err != nil {
		src.drop()
		return "", err
	}
	if src.made && !keep {
		_ = os.Remove(path) // the sheet stands in its place
	}
	return id, nil
}

// start queues the job over a source.
func (m *Importer) start(ctx context.Context, o *object.Object, r Request, src source, keep bool) (id string, err error) {
	if err := src.headed(o, r.Header); err != nil {
		return "", err
	}
	head, samples, size, err := peek(src)
	if err != nil {
		return "", err
	}
	p, err := m.plan(o, r, head, samples)
	if err != nil {
		return "", err
	}
	if len(r.NewFields) > 0 && !r.Trial { // only what is sure to start leaves fields behind
		if o, err = m.addFields(ctx, o, &r, head, samples); err != nil {
			return "", err
		}
		if p, err = m.plan(o, r, head, samples); err != nil {
			return "", err
		}
	}
	kind, title := Kind, "导入"
	if r.Trial {
		kind, title = Trial, "试导入"
	}
	return m.Jobs.Queue(ctx, job.New{Kind: kind, Title: title + o.Title.ZH + "：" + r.Name, Actor: r.Actor,
		Args: args{Object: o.Name, File: src.path, Keep: keep, Size: size, Shape: src.shape, Trial: r.Trial, Plan: p, Option: r.Options, Actor: r.Actor}})
}

// Run imports a file of the caller's and returns when it is done. The job service must be running.
func (m *Importer) Run(ctx context.Context, r Request, path string) (Result, error) {
	var out Result
	path, err := filepath.Abs(path)
	if err != nil {
		return out, err
	}
	if r.Name == "" {
		r.Name = filepath.Base(path)
	}
	id, err := m.Start(ctx, r, path, true)
	if err != nil {
		return out, err
	}
	run, err := m.Jobs.Wait(ctx, id)
	if err != nil {
		return out, err
	}
	if run.State == job.Failed {
		return out, problem.New(problem.Invalid, "import_failed", run.Error)
	}
	return out, json.Unmarshal(run.Result, &out)
}

// object finds an object whose records the actor may make, as the actor may know it.
func (m *Importer) object(name string, a *actor.Actor) (*object.Object, error) {
	snap, control := m.Writer.Defs.Current(), m.Writer.Access
	o, ok := object.Of(snap, name)
	may := control.May(snap, a, name, func(r access.Rule) bool { return r.Create })
	if !ok || !may && control.Scope(snap, a, name, access.Read).Nothing() {
		return nil, record.NoSuchObject(snap, control, a, name)
	}
	if !may {
		return nil, problem.New(problem.Forbidden, "forbidden", "你没有权限新建"+o.Title.ZH, problem.Item{Code: "forbidden", Message: "需要新建" + o.Title.ZH + "的权限", Hint: "请联系管理员或销售总监开通"})
	}
	return o.Without(control.Hidden(snap, a, name)), nil
}

// sampleRows are read to propose a mapping.
const sampleRows = 200

// peek reads the header and the first rows of a file.
func peek(s source) (head []string, samples [][]string, size int64, err error) {
	f, err := os.Open(s.path)
	if err != nil {
		return nil, nil, 0, fmt.Errorf("importing: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, 0, err
	}
	t, err := table.OpenAs(f, s.shape)
	if err != nil {
		return nil, nil, 0, unreadable(err)
	}
	rows, err := firstRows(t, sampleRows)
	return t.Header(), cells(rows), info.Size(), err
}

func unreadable(err error) error {
	return problem.New(problem.Invalid, "unreadable_file", "文件读不出：“"+err.Error()+"”", problem.Item{Pointer: "/file", Code: "unreadable_file", Message: err.Error(), Hint: "请选择带表头的 Excel（.xlsx）或 CSV 文件（UTF-8 或 GB18030）"})
}

// firstRows gives up to n good rows; rejected ones are passed over.
func firstRows(t *table.Reader, n int) ([]table.Row, error) {
	var out []table.Row
	for len(out) < n {
		row, err := t.Next()
		var bad *table.RowError
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case errors.As(err, &bad):
			continue
		case err != nil:
			return nil, err
		}
		out = append(out, row)
	}
	return out, nil
}
