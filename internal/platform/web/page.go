package web

import (
	"compress/gzip"
	"embed"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"baton/internal/platform/problem"
)

// The built page. A program built without it (tests of the API) answers page requests with a clear line.
//
//go:embed all:dist
var dist embed.FS

// Page serves the embedded web page: files by name with long caching (their names carry a hash), everything else by index.html.
func Page() http.HandlerFunc {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the embedded folder always exists
	}
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			WriteProblem(w, r, problem.New(problem.NotFound, "not_found", "没有这个地址", problem.Item{Code: "not_found", Message: r.Method + " " + r.URL.Path}))
			return
		}
		if r.Method != "GET" && r.Method != "HEAD" {
			w.Header().Set("Allow", "GET, HEAD")
			methodNotAllowed(w, r, []string{"GET", "HEAD"})
			return
		}
		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		if name == "" {
			name = "index.html"
		}
		b, err := fs.ReadFile(root, name)
		if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(name, "assets/") {
			http.NotFound(w, r) // an old page asks for a chunk of its own build: it must not get HTML for it
			return
		}
		if err != nil {
			if b, err = fs.ReadFile(root, "index.html"); err != nil {
				http.Error(w, "This build has no page. Run make build.", http.StatusServiceUnavailable)
				return
			}
			name = "index.html"
		}
		h := w.Header()
		h.Set("Content-Type", contentType(name))
		if strings.HasPrefix(name, "assets/") {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && compressible(name) {
			h.Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(b) // the client is gone when this fails
			_ = z.Close()
			return
		}
		_, _ = w.Write(b)
	}
}

func compressible(name string) bool {
	switch path.Ext(name) {
	case ".js", ".css", ".html", ".svg", ".json", ".webmanifest":
		return true
	}
	return false
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}
