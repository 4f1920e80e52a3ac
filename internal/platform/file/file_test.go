package file_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/file"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/web"
)

const visit = `{"title_field":"title","fields":[
	{"name":"title","title":{"zh-CN":"标题"},"type":"text"},
	{"name":"papers","title":{"zh-CN":"附件"},"type":"file","files":{"most":3,"max_mb":1,"accept":["pdf","text","image"]}},
	{"name":"photo","title":{"zh-CN":"照片"},"type":"image"},
	{"name":"private","title":{"zh-CN":"机密附件"},"type":"file"}]}`

const agent = `{"objects":{"visit":{"read":"own","create":true,"update":"own","hide":["private"]}}}`

type values = map[string]any

// bench is a kernel with files, over a store of contents.
type bench struct {
	*kerneltest.Kernel
	s     *file.Store
	shift time.Duration
}

func open(t *testing.T, url string, blobs file.Blobs) *bench {
	b := &bench{Kernel: kerneltest.Open(t, url, file.Step{})}
	b.s = file.New(file.Store{DB: b.DB, Reader: b.Reader, Clock: b.Clock, Blobs: blobs, Folder: t.TempDir()})
	require.NoError(t, b.Publish(t, [3]string{"object", "visit", visit}, [3]string{"role", "agent", agent}))
	return b
}

func (b *bench) send(t testing.TB, who, name, content string) values {
	t.Helper()
	k, err := b.s.Keep(t.Context(), b.As(who), name, strings.NewReader(content), nil)
	require.NoError(t, err)
	return values{"id": k.ID, "name": k.Name}
}

// later moves the clock on.
func (b *bench) later(d time.Duration) {
	b.shift += d
	b.Clock.Shift(b.shift)
}

func code(err error) string {
	if p := problem.As(err); p != nil && len(p.Items) > 0 {
		return p.Items[0].Code
	}
	return fmt.Sprint(err)
}

// each runs f on both databases, over a folder and over a bucket.
func each(t *testing.T, f func(t *testing.T, b *bench, blobs file.Blobs)) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		blobs := file.Blobs(file.Folder(t.TempDir()))
		if strings.HasPrefix(url, "postgres") {
			blobs = bucket(t)
		}
		f(t, open(t, url, blobs), blobs)
	})
}

// TestWhoMayNameAFile: a record takes what its writer has sent and what it had; a digest alone is nothing.
func TestWhoMayNameAFile(t *testing.T) {
	each(t, func(t *testing.T, b *bench, _ file.Blobs) {
		ann, bob := b.As("ann"), b.As("bob")
		a := b.send(t, "ann", `C:\x\报价.txt`, "甲方报价")
		row := b.Must(t, ann, record.Write{Op: record.Create, Object: "visit", Values: values{"title": "一", "papers": []any{a}}})
		kept := object.SplitFiles(row.V[mustField(t, row.Object, "papers").Index])
		assert.Equal(t, []object.FileRef{{ID: a["id"].(string), Name: "报价.txt", Size: 12, Mime: "text/plain"}}, kept)

		_, err := b.Write(t, bob, record.Write{Op: record.Create, Object: "visit", Values: values{"title": "二", "papers": []any{a}}})
		assert.Equal(t, "unknown_file", code(err), "another's file")
		_, err = b.Write(t, ann, record.Write{Op: record.Create, Object: "visit", Values: values{"papers": []any{values{"id": strings.Repeat("00", 32), "name": "x"}}}})
		assert.Equal(t, "unknown_file", code(err), "no file")

		// Out of the field and back again, also by somebody else who may change the record.
		b.Must(t, ann, record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"papers": nil}})
		b.Must(t, b.As("chief1"), record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"papers": []any{a}}})
		_, err = b.Write(t, b.As("chief1"), record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"photo": []any{a}}})
		assert.Equal(t, "unknown_file", code(err), "another field of the record is another place")

		_, err = b.Write(t, ann, record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"photo": []any{a}}})
		assert.Equal(t, "bad_type", code(err), "an image is one by its content")
		_, err = b.Write(t, ann, record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"papers": []any{b.send(t, "ann", "大.txt", strings.Repeat("x", 1<<20+1))}}})
		assert.Equal(t, "too_large", code(err))
		_, err = b.Write(t, ann, record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"papers": []any{b.send(t, "ann", "a.pdf", "<!doctype html><html><script>alert(1)</script></html>")}}})
		assert.Equal(t, "bad_type", code(err), "a page called .pdf")

		events, err := b.Ledger.After(t.Context(), 0, 500)
		if assert.NoError(t, err) && assert.NotEmpty(t, events) {
			var words []any
			for _, e := range events {
				for _, c := range b.Reader.ShowEvent(ann, e)["changes"].([]map[string]any) {
					words = append(words, c["to_text"])
				}
			}
			assert.Contains(t, words, "报价.txt")
		}
	})
}

func mustField(t testing.TB, o *object.Object, name string) *object.Field {
	f, ok := o.Field(name)
	require.True(t, ok)
	return f
}

// serve answers one request as somebody.
func (b *bench) serve(t testing.TB, who *actor.Actor, method, path string, body io.Reader, kind string) *http.Response {
	t.Helper()
	mux := chi.NewRouter()
	b.s.Routes(web.NewRouter(mux, "test", func(*actor.Actor, string) bool { return false }))
	r := httptest.NewRequest(method, path, body).WithContext(actor.With(t.Context(), who))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w.Result()
}

// TestWhoSeesAFile: by the scope and the fields of a record that holds it; the sender for a day.
func TestWhoSeesAFile(t *testing.T) {
	each(t, func(t *testing.T, b *bench, _ file.Blobs) {
		pic := b.send(t, "chief1", "现场.png", string(picture(t, 800, 600)))
		note := b.send(t, "chief1", "合同.txt", "机密合同")
		page := b.send(t, "chief1", "a.pdf", "<html><script>alert(1)</script></html>")
		svg := b.send(t, "chief1", "a.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)
		pdf := b.send(t, "chief1", "a.html", "%PDF-1.7\n%%EOF")
		b.Must(t, b.As("chief1"), record.Write{Op: record.Create, Object: "visit", Values: values{"title": "一", "owner": "ann", "photo": []any{pic}, "private": []any{note, page, svg, pdf}}})
		b.later(25 * time.Hour)
		get := func(who string, f values, more string) *http.Response {
			return b.serve(t, b.As(who), "GET", "/api/v1/files/"+f["id"].(string)+more, nil, "")
		}
		for _, c := range []struct {
			who  string
			f    values
			want int
		}{{"ann", pic, 200}, {"bob", pic, 404}, {"chief1", pic, 200}, {"chief2", pic, 404}, {"ann", note, 404}, {"chief1", note, 200}, {"bob", note, 404}} {
			for _, more := range []string{"", "?inline=1"} {
				assert.Equal(t, c.want, get(c.who, c.f, more).StatusCode, "%s %s", c.who, c.f["name"])
			}
		}
		assert.Equal(t, 404, get("bob", pic, "/thumbnail").StatusCode)
		assert.Equal(t, 404, get("chief1", note, "/thumbnail").StatusCode)
		small := get("ann", pic, "/thumbnail")
		cfg, format, err := image.DecodeConfig(small.Body)
		require.NoError(t, err)
		assert.Equal(t, "jpeg 320 240", fmt.Sprint(format, " ", cfg.Width, " ", cfg.Height))
		assert.Equal(t, 200, get("ann", pic, "/thumbnail").StatusCode, "the kept one")

		for _, f := range []values{page, svg} {
			res := get("chief1", f, "?inline=1")
			h := res.Header
			assert.True(t, strings.HasPrefix(h.Get("Content-Disposition"), "attachment"), "%s", f["name"])
			assert.Equal(t, "application/octet-stream", h.Get("Content-Type"))
			assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
			assert.Contains(t, h.Get("Content-Security-Policy"), "sandbox")
		}
		h := get("chief1", pdf, "?inline=1").Header
		assert.Equal(t, "application/pdf", h.Get("Content-Type"))
		assert.True(t, strings.HasPrefix(h.Get("Content-Disposition"), "inline"))
		h = get("chief1", pic, "").Header
		assert.Contains(t, h.Get("Content-Disposition"), "attachment; filename*=utf-8''%E7%8E%B0%E5%9C%BA.png")
	})
}

// TestOrphansAreCollected after a day, and only they.
func TestOrphansAreCollected(t *testing.T) {
	each(t, func(t *testing.T, b *bench, blobs file.Blobs) {
		ann := b.As("ann")
		there := func(f values) bool {
			ok, err := blobs.Has(t.Context(), f["id"].(string))
			require.NoError(t, err)
			return ok
		}
		collect := func(want int) {
			t.Helper()
			n, err := b.s.Collect(t.Context())
			require.NoError(t, err)
			assert.Equal(t, want, n)
		}
		held, lost, out, material := b.send(t, "ann", "a.txt", "held"), b.send(t, "ann", "b.txt", "lost"), b.send(t, "ann", "c.txt", "out"), b.send(t, "ann", "d.txt", "material")
		require.NoError(t, b.s.Hold(t.Context(), material["id"].(string), "material"))
		row := b.Must(t, ann, record.Write{Op: record.Create, Object: "visit", Values: values{"papers": []any{held, out}}})
		collect(0)
		b.later(25 * time.Hour)
		b.Must(t, ann, record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"papers": []any{held}}})
		collect(1)
		assert.False(t, there(lost))
		assert.True(t, there(out), "taken out just now: it may come back")
		b.later(25 * time.Hour)
		collect(1)
		assert.False(t, there(out))
		_, err := b.Write(t, ann, record.Write{Op: record.Update, Object: "visit", ID: row.ID(), Values: values{"papers": []any{held, out}}})
		assert.Equal(t, "unknown_file", code(err))
		again := b.send(t, "ann", "b.txt", "lost")
		assert.True(t, there(again))
		assert.Equal(t, lost["id"], again["id"])
		collect(0)
		assert.True(t, there(held))
		assert.True(t, there(material))
	})
}

// TestUploadRefusals say why.
func TestUploadRefusals(t *testing.T) {
	each(t, func(t *testing.T, b *bench, _ file.Blobs) {
		post := func(who, query, name, content string) (int, string) {
			body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n--b--\r\n"
			res := b.serve(t, b.As(who), "POST", "/api/v1/files"+query, strings.NewReader(body), "multipart/form-data; boundary=b")
			var d struct {
				Errors []problem.Item `json:"errors"`
			}
			_ = json.NewDecoder(res.Body).Decode(&d)
			if len(d.Errors) == 0 {
				return res.StatusCode, ""
			}
			return res.StatusCode, d.Errors[0].Code
		}
		bomb := png1(60000, 60000)
		for _, c := range []struct {
			query, name, content, want string
			status                     int
		}{
			{"?object=visit&field=papers", "a.txt", "好", "", 201},
			{"?object=visit&field=papers", "a.txt", "", "empty_file", 422},
			{"?object=visit&field=papers", "a.txt", strings.Repeat("x", 1<<20+1), "too_large", 422},
			{"?object=visit&field=papers", "a.pdf", "PK\x03\x04 a zip", "bad_type", 422},
			{"?object=visit&field=photo", "a.png", "not a picture", "bad_type", 422},
			{"?object=visit&field=photo", "a.png", bomb, "too_many_dots", 413},
			{"?object=visit&field=photo", "a.png", string(picture(t, 9, 9)[:60]), "broken_image", 422},
			{"?object=visit&field=private", "a.txt", "x", "unknown_field", 404},
			{"?object=visit&field=title", "a.txt", "x", "unknown_field", 404},
			{"?object=nothing&field=x", "a.txt", "x", "unknown_field", 404},
		} {
			status, code := post("ann", c.query, c.name, c.content)
			assert.Equal(t, fmt.Sprint(c.status, c.want), fmt.Sprint(status, code), "%s %.20q", c.query, c.content)
		}
		b.s.Quota = 100
		status, code := post("ann", "", "a.txt", strings.Repeat("y", 200))
		assert.Equal(t, "413no_room", fmt.Sprint(status, code))
		left, err := fs.ReadDir(osDir(b.s.Folder), ".")
		assert.NoError(t, err)
		assert.Empty(t, left, "nothing is left of an upload")
	})
}

func picture(t testing.TB, w, h int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), 80, 255})
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, m))
	return b.Bytes()
}

// png1 is the head of a picture that would be enormous.
func png1(w, h uint32) string {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = append(binary.BigEndian.AppendUint32(head, h), 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), head...)
	return string(binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(head)))
}

// TestPicturesTellNothingElse: no place, no camera, nothing appended; turned as it was meant.
func TestPicturesTellNothingElse(t *testing.T) {
	t.Parallel()
	b := open(t, kerneltest.SQLite(t), file.Folder(t.TempDir()))
	m := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for y := range 20 {
		for x := range 40 {
			m.SetRGBA(x, y, color.RGBA{uint8(255 * (x / 20)), 0, 0, 255}) // red on the right
		}
	}
	var raw bytes.Buffer
	require.NoError(t, jpeg.Encode(&raw, m, nil))
	exif := "Exif\x00\x00II\x2a\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00\x00GPS 31.2304N 121.4737E"
	seg := func(marker byte, body string) string {
		return string([]byte{0xFF, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}) + body
	}
	in := raw.String()[:2] + seg(0xE1, exif) + seg(0xE1, "http://ns.adobe.com/xap/1.0/\x00GPSLatitude") + seg(0xFE, "a comment") + seg(0xE2, "MPF\x00GPS") + raw.String()[2:] + "appended GPS video"
	f := b.send(t, "ann", "a.jpg", in)
	b.Must(t, b.As("ann"), record.Write{Op: record.Create, Object: "visit", Values: values{"photo": []any{f}}})
	res := b.serve(t, b.As("ann"), "GET", "/api/v1/files/"+f["id"].(string), nil, "")
	got, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	assert.NotContains(t, string(got), "GPS")
	assert.NotContains(t, string(got), "a comment")
	assert.Contains(t, string(got), "Exif", "how it is turned stays")
	full, err := jpeg.Decode(bytes.NewReader(got))
	require.NoError(t, err)
	assert.Equal(t, m.Bounds(), full.Bounds())
	small, err := jpeg.Decode(b.serve(t, b.As("ann"), "GET", "/api/v1/files/"+f["id"].(string)+"/thumbnail", nil, "").Body)
	require.NoError(t, err)
	require.Equal(t, image.Rect(0, 0, 20, 40), small.Bounds(), "turned by a quarter")
	top, _, _, _ := small.At(10, 3).RGBA()
	bottom, _, _, _ := small.At(10, 36).RGBA()
	assert.True(t, top < 0x4000 && bottom > 0xC000, "the right side is below now: %x %x", top, bottom)

	p := picture(t, 5, 5)
	text := append(binary.BigEndian.AppendUint32(nil, 9), "tEXtGPS\x00place"...)
	text = binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(text[4:]))
	f = b.send(t, "ann", "a.png", string(p[:33])+string(text)+string(p[33:])+"behind")
	from, err := b.s.Blobs.Open(t.Context(), f["id"].(string))
	require.NoError(t, err)
	got, err = io.ReadAll(from)
	require.NoError(t, err)
	assert.NoError(t, from.Close())
	assert.Equal(t, p, got)
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	b := open(t, kerneltest.SQLite(t), file.Folder(t.TempDir()))
	old := t.TempDir()
	k, err := b.s.Keep(t.Context(), b.As("ann"), "a.txt", strings.NewReader("旧资料"), nil)
	require.NoError(t, err)
	require.NoError(t, writeFile(old, k.ID, "旧资料"))
	require.NoError(t, writeFile(old, "upload-1", "half"))
	require.NoError(t, b.s.Blobs.Remove(t.Context(), k.ID))
	for range 2 {
		require.NoError(t, b.s.Adopt(t.Context(), old, "material"))
	}
	b.later(48 * time.Hour)
	n, err := b.s.Collect(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n)
	from, err := b.s.Blobs.Open(t.Context(), k.ID)
	require.NoError(t, err)
	assert.NoError(t, from.Close())
	require.NoError(t, b.s.Adopt(t.Context(), old+"/none", "material"))
	_, err = b.s.Blobs.Open(t.Context(), strings.Repeat("0", 64))
	assert.True(t, errors.Is(err, fs.ErrNotExist))
}
