package file

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/go-chi/chi/v5"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

const thumbSuffix = "-thumb"

// Routes lists the module's routes. Whoever is signed in may send a file; it comes into a record only by a write to it.
func (s *Store) Routes(r *web.Router) {
	r.Raw(web.Route{Method: "POST", Path: "/api/v1/files", Right: web.SignedIn, Summary: "Send a file (multipart: file) for a field (query: object, field) of a record to be written", Status: http.StatusCreated, MaxBody: MostBytes + 1<<20}, s.postFile)
	r.Raw(web.Route{Method: "GET", Path: "/api/v1/files/{file}", Right: web.SignedIn, Summary: "A file of a record and field that one sees (query: inline=1 to look at it)"}, s.getFile)
	r.Raw(web.Route{Method: "GET", Path: "/api/v1/files/{file}/thumbnail", Right: web.SignedIn, Summary: "A small picture of an image"}, s.getThumbnail)
}

// Part finds the file of a multipart upload.
func Part(r *http.Request) (name string, from io.Reader, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", nil, refuse(problem.Malformed, "no_file", "没有收到文件", "请用 multipart/form-data 上传")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", nil, refuse(problem.Invalid, "no_file", "没有收到文件", "缺少 file")
		}
		if err != nil {
			return "", nil, refuse(problem.Malformed, "no_file", "文件没有收完", "请重新上传")
		}
		if part.FormName() == "file" {
			return part.FileName(), part, nil
		}
	}
}

func (s *Store) postFile(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	who := actor.From(ctx)
	rules, err := s.rules(who, r.URL.Query().Get("object"), r.URL.Query().Get("field"))
	var name string
	var from io.Reader
	if err == nil {
		name, from, err = Part(r)
	}
	var k *Kept
	if err == nil {
		k, err = s.Keep(ctx, who, name, from, func(mime string, size int64) error {
			if code, message, hint := Fits(rules, mime, size); code != "" {
				return refuse(problem.Invalid, code, "“"+object.FileName(name)+"”"+message, hint)
			}
			return nil
		})
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	web.WriteJSON(w, http.StatusCreated, map[string]any{"file": k.FileRef, "width": k.Width, "height": k.Height})
}

// rules are the bounds of the field that a file is sent for; it must be one the actor may fill. Without one only the largest size counts.
func (s *Store) rules(who *actor.Actor, name, field string) (object.FileRules, error) {
	if name == "" && field == "" {
		return object.FileRules{Most: 1, MaxMB: object.MostFileMB}, nil
	}
	snap := s.Reader.Defs.Current()
	if o, ok := object.Of(snap, name); ok {
		sight := s.Reader.Access.Sight(snap, who, name)
		if f, ok := o.Field(field); ok && slices.Contains(o.FileFields(), f) && !f.ReadOnly && !sight.Closed()[f.Name] && !sight.Fixed[f.Name] {
			return f.FileRules(), nil
		}
	}
	return object.FileRules{}, problem.New(problem.NotFound, "no_such_field", "没有这个文件字段，或者你无权填写", problem.Item{Pointer: "/field", Code: "unknown_field", Message: "没有字段“" + field + "”"})
}

var noFile = problem.New(problem.NotFound, "no_such_file", "没有这个文件，或者你无权查看", problem.Item{Code: "no_such_file", Message: "没有这个文件，或者你无权查看"})

// Find gives a file as the actor may see it: in a visible field of a record that they see, or sent by themselves within a day. Its name is
// the one it has there.
func (s *Store) Find(ctx context.Context, who *actor.Actor, id string) (*object.FileRef, error) {
	var out object.FileRef
	var sent sql.NullInt64
	err := s.DB.QueryRow(ctx, "SELECT f.id, f.mime, f.size, COALESCE(u.name, ''), u.sent_at FROM file f LEFT JOIN file_upload u ON u.file = f.id AND u.person = ? WHERE f.id = ?", self(who), id).Scan(&out.ID, &out.Mime, &out.Size, &out.Name, &sent)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, noFile
	}
	if err != nil {
		return nil, err
	}
	if sent.Valid && sent.Int64 >= s.Clock.Milli()-Orphaned.Milliseconds() {
		return &out, nil
	}
	for after := (use{}); ; {
		uses, err := s.uses(ctx, id, after)
		if err != nil {
			return nil, err
		}
		if len(uses) == 0 {
			return nil, noFile
		}
		after = uses[len(uses)-1]
		for len(uses) > 0 {
			n := 1
			for n < len(uses) && uses[n].object == uses[0].object {
				n++
			}
			ref, err := s.seen(ctx, who, id, uses[:n])
			if err != nil || ref != nil {
				return ref, err
			}
			uses = uses[n:]
		}
	}
}

type use struct{ object, record, field string }

func (s *Store) uses(ctx context.Context, id string, after use) ([]use, error) {
	rows, err := s.DB.Query(ctx, `SELECT object, record_id, field FROM file_use WHERE file = ? AND gone_at IS NULL AND (object > ? OR object = ? AND (record_id > ? OR record_id = ? AND field > ?)) ORDER BY object, record_id, field LIMIT ?`,
		id, after.object, after.object, after.record, after.record, after.field, slice)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []use
	for rows.Next() {
		var u use
		if err := rows.Scan(&u.object, &u.record, &u.field); err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

// seen finds the file in records of one object that the actor sees, in fields that they see whole.
func (s *Store) seen(ctx context.Context, who *actor.Actor, id string, uses []use) (*object.FileRef, error) {
	var ids []string
	for _, u := range uses {
		if !slices.Contains(ids, u.record) {
			ids = append(ids, u.record)
		}
	}
	rows, err := s.Reader.GetMany(ctx, who, uses[0].object, ids)
	if problem.As(err) != nil {
		return nil, nil // an object that is nothing to them, or gone
	}
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	closed := s.Reader.Access.Sight(s.Reader.Defs.Current(), who, uses[0].object).Closed()
	for _, row := range rows {
		for _, f := range row.Object.FileFields() {
			if closed[f.Name] || f.Hidden {
				continue
			}
			for _, r := range object.SplitFiles(row.V[f.Index]) {
				if r.ID == id {
					return &r, nil
				}
			}
		}
	}
	return nil, nil
}

// Headers set what keeps a file from doing anything in a browser but be shown or saved, and gives the media type it is served as.
func Headers(h http.Header, name, kind string, look bool) {
	way := "attachment"
	if look && inline(kind) {
		way = "inline"
	}
	policy := "default-src 'none'; sandbox; frame-ancestors 'none'"
	if way == "inline" && kind == "application/pdf" {
		policy = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'" // the browser's viewer does not run in a sandbox
	}
	if way == "attachment" && !picture(kind) && SortOf(kind) == "" {
		kind = "application/octet-stream"
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(way, map[string]string{"filename": name}))
}

func (s *Store) getFile(w http.ResponseWriter, r *http.Request) {
	ref, err := s.Find(r.Context(), actor.From(r.Context()), chi.URLParam(r, "file"))
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	from, err := s.Blobs.Open(r.Context(), ref.ID)
	if errors.Is(err, fs.ErrNotExist) {
		err = noFile
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	defer from.Close()
	Headers(w.Header(), ref.Name, ref.Mime, r.URL.Query().Get("inline") == "1")
	serve(w, r, ref.ID, from)
}

// serve lets a browser keep a content, but ask each time whether it still may: rights change, contents do not.
func serve(w http.ResponseWriter, r *http.Request, name string, from io.ReadSeeker) {
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("ETag", `"`+name+`"`)
	http.ServeContent(w, r, "", time.Time{}, from)
}

func (s *Store) getThumbnail(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	ref, err := s.Find(ctx, actor.From(ctx), chi.URLParam(r, "file"))
	if err == nil && !picture(ref.Mime) {
		err = noFile
	}
	var small io.ReadSeekCloser
	if err == nil {
		small, err = s.thumbnail(ctx, ref.ID)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = noFile
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	defer small.Close()
	Headers(w.Header(), "thumbnail.jpg", "image/jpeg", true)
	serve(w, r, ref.ID+thumbSuffix, small)
}

// thumbnail gives the small picture of an image, made at the first time it is asked for.
func (s *Store) thumbnail(ctx context.Context, id string) (io.ReadSeekCloser, error) {
	small, err := s.Blobs.Open(ctx, id+thumbSuffix)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return small, err
	}
	select {
	case s.decoding <- struct{}{}:
		defer func() { <-s.decoding }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	from, err := s.Blobs.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	b, err := io.ReadAll(from)
	if err != nil {
		return nil, err
	}
	made, err := thumbnail(b)
	if err != nil {
		return nil, fs.ErrNotExist // a picture that cannot be read has none
	}
	tmp, drop, err := s.temp()
	if err != nil {
		return nil, err
	}
	defer drop()
	if _, err := tmp.Write(made); err != nil {
		return nil, full(err)
	}
	if err := s.Blobs.Put(ctx, id+thumbSuffix, tmp.Name(), "image/jpeg"); err != nil {
		return nil, full(err)
	}
	return nopCloser{bytes.NewReader(made)}, nil
}

type nopCloser struct{ *bytes.Reader }

func (nopCloser) Close() error { return nil }
