package importing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/google/uuid"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/table"
)

// Upload is a file that is kept while a person looks how it would be understood. It is its sender's alone and goes after a day.
type Upload struct {
	ID     string        `json:"id"`
	Object string        `json:"object"`
	Name   string        `json:"name"`
	Size   int64         `json:"size"`
	Format string        `json:"format" enum:"csv,xlsx"`
	Sheets []table.Sheet `json:"sheets"`
}

// kept is an upload as it stands in its folder.
type kept struct {
	Upload
	Actor  string                  `json:"actor"`
	Made   map[string]table.Shape  `json:"made,omitempty"` // sheets written out, by their number
	Infos  map[string]sheetFigures `json:"infos,omitempty"`
	folder string
}

type sheetFigures struct {
	Rows, Formulas, Unsolved int64
}

const uploadLife = 24 * time.Hour

func (m *Importer) uploads() string { return filepath.Join(m.Folder, "kept") }

// Keep takes a file in and says what it is. Problems: too_large, unreadable_file.
func (m *Importer) Keep(objectName string, a *actor.Actor, name string, src io.Reader) (*Upload, error) {
	if _, err := m.object(objectName, a); err != nil {
		return nil, err
	}
	m.sweepUploads()
	path, err := m.Upload(src)
	if err != nil {
		return nil, err
	}
	k, err := m.keep(objectName, a, name, path)
	if err != nil {
		_ = os.Remove(path)
		if k != nil {
			_ = os.RemoveAll(k.folder)
		}
		return nil, err
	}
	return &k.Upload, nil
}

func (m *Importer) keep(objectName string, a *actor.Actor, name, path string) (*kept, error) {
	u, err := uuid.NewRandom() // not to be guessed
	if err != nil {
		return nil, err
	}
	k := &kept{Upload: Upload{ID: u.String(), Object: objectName, Name: name, Format: string(table.CSV), Sheets: []table.Sheet{}}, Actor: a.ID, folder: filepath.Join(m.uploads(), u.String())}
	w, done, err := m.workbook(path)
	defer done()
	if err != nil {
		return nil, err
	}
	if w != nil {
		k.Format, k.Sheets = string(table.XLSX), w.Sheets
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	k.Size = info.Size()
	if err := os.MkdirAll(k.folder, 0o750); err != nil {
		return nil, fmt.Errorf("importing: %w", err)
	}
	if err := os.Rename(path, k.raw()); err != nil {
		return k, fmt.Errorf("importing: %w", err)
	}
	return k, k.save()
}

func (k *kept) raw() string { return filepath.Join(k.folder, "file") }

func (k *kept) save() error {
	b, err := json.Marshal(k)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(k.folder, "about.json"), b, 0o600)
}

// kept finds an upload of the actor's own.
func (m *Importer) kept(objectName, id string, a *actor.Actor) (*kept, error) {
	if _, err := uuid.Parse(id); err != nil {
		return nil, goneUpload()
	}
	folder := filepath.Join(m.uploads(), id)
	b, err := os.ReadFile(filepath.Join(folder, "about.json"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, goneUpload()
	}
	k := &kept{folder: folder}
	if err == nil {
		err = json.Unmarshal(b, k)
	}
	if err != nil {
		return nil, fmt.Errorf("importing: %w", err)
	}
	if k.Actor != a.ID || k.Object != objectName {
		return nil, goneUpload()
	}
	return k, nil
}

// source writes a sheet out once, and then gives what was written.
func (m *Importer) keptSource(ctx context.Context, k *kept, sheet string) (source, error) {
	if k.Format == string(table.CSV) {
		return source{path: k.raw()}, nil
	}
	m.writing.Lock() // one sheet at a time is unpacked, whoever asks
	defer m.writing.Unlock()
	if now, err := m.kept(k.Object, k.ID, &actor.Actor{ID: k.Actor}); err == nil {
		*k = *now // another request may have written it meanwhile
	}
	w, done, err := m.workbook(k.raw())
	defer done()
	if err != nil {
		return source{}, err
	}
	n, err := w.Find(sheet)
	if err != nil {
		return source{}, problem.New(problem.Invalid, "no_such_sheet", err.Error(), problem.Item{Pointer: "/sheet", Code: "no_such_sheet", Message: err.Error()})
	}
	key := strconv.Itoa(n)
	s := source{path: filepath.Join(k.folder, "sheet-"+key+".csv")}
	_, missing := os.Stat(s.path) // taken by an import that did not come to its end
	if shape, ok := k.Made[key]; ok && missing == nil {
		f := k.Infos[key]
		s.shape, s.info = shape, table.SheetInfo{Rows: f.Rows, Width: shape.Width, Formulas: f.Formulas, Unsolved: f.Unsolved}
		return s, nil
	}
	_ = os.Remove(s.path) // half of one, if the program was stopped
	defer m.reading.Delete(k.ID)
	if s.info, err = writeOut(ctx, w, n, s.path, func(share float64) { m.reading.Store(k.ID, share) }); err != nil {
		return source{}, err
	}
	s.shape = table.Shape{Numbered: true, Width: s.info.Width}
	if k.Made == nil {
		k.Made, k.Infos = map[string]table.Shape{}, map[string]sheetFigures{}
	}
	k.Made[key], k.Infos[key] = s.shape, sheetFigures{s.info.Rows, s.info.Formulas, s.info.Unsolved}
	return s, k.save()
}

// Reading tells how much of a kept workbook's sheet has been read by whoever looks at it now; 0 when nobody does.
func (m *Importer) Reading(objectName, id string, a *actor.Actor) (share float64, err error) {
	if _, err := m.object(objectName, a); err != nil {
		return 0, err
	}
	if _, err := m.kept(objectName, id, a); err != nil {
		return 0, err
	}
	if v, ok := m.reading.Load(id); ok {
		share = v.(float64)
	}
	return share, nil
}

// sweepUploads removes uploads that nobody imported.
func (m *Importer) sweepUploads() {
	entries, err := os.ReadDir(m.uploads())
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > uploadLife {
			_ = os.RemoveAll(filepath.Join(m.uploads(), e.Name()))
		}
	}
}

// StartKept imports an upload, or tries it. After an import is queued the upload is gone; a trial leaves it.
func (m *Importer) StartKept(ctx context.Context, r Request, id string) (job string, err error) {
	o, err := m.object(r.Object, r.Actor)
	if err != nil {
		return "", err
	}
	if !r.Trial {
		if _, busy := m.starting.LoadOrStore(id, true); busy {
			return "", goneUpload() // somebody was quicker
		}
		defer m.starting.Delete(id)
	}
	k, err := m.kept(r.Object, id, r.Actor)
	if err != nil {
		return "", err
	}
	src, err := m.keptSource(ctx, k, r.Sheet)
	if err != nil {
		return "", err
	}
	r.Name = k.Name
	if r.Trial {
		return m.start(ctx, o, r, src, true)
	}
	u, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	stood := src.path
	src.path = filepath.Join(m.Folder, u.String()+".csv")
	if err := os.Rename(stood, src.path); errors.Is(err, os.ErrNotExist) {
		return "", goneUpload() // somebody was quicker
	} else if err != nil {
		return "", fmt.Errorf("importing: %w", err)
	}
	if job, err = m.start(ctx, o, r, src, false); err != nil {
		return "", errors.Join(err, os.Rename(src.path, stood)) // mended, it can be started again
	}
	_ = os.RemoveAll(k.folder)
	return job, nil
}

func goneUpload() error {
	return problem.New(problem.NotFound, "no_such_upload", "上传的文件已经不在了", problem.Item{Code: "no_such_upload", Message: "上传的文件保留一天，导入后即删除", Hint: "请重新选择文件"})
}
