package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/web"
)

func page(t *testing.T, method, path string, headers ...string) *http.Response {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	web.Page()(rec, req)
	return rec.Result()
}

func read(t *testing.T, res *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return string(b)
}

// built skips a test of the embedded page where none was built; in CI it always is.
func built(t *testing.T) string {
	t.Helper()
	res := page(t, "GET", "/")
	html := read(t, res)
	if res.StatusCode == http.StatusServiceUnavailable {
		if os.Getenv("CI") == "true" {
			t.Fatal("the page is not built: make ui")
		}
		t.Skip("skipped, the page is not built: make ui")
	}
	require.Equal(t, 200, res.StatusCode)
	return html
}

var (
	scripts  = regexp.MustCompile(`(?is)<script\b([^>]*)>(.*?)</script>`)
	handlers = regexp.MustCompile(`(?i)\son[a-z]+\s*=`)
	linked   = regexp.MustCompile(`(?i)\b(?:src|href)="([^"]+)"`)
)

// TestThePageHasNoInlineScript: the policy forbids what is inline, so a page with any would stay white.
func TestThePageHasNoInlineScript(t *testing.T) {
	t.Parallel()
	html := built(t)
	found := scripts.FindAllStringSubmatch(html, -1)
	require.NotEmpty(t, found)
	for _, m := range found {
		assert.Contains(t, m[1], "src=", "an inline script: %s", m[0])
		assert.Empty(t, strings.TrimSpace(m[2]))
	}
	assert.NotRegexp(t, handlers, html, "a handler in an attribute is inline script as well")
	assert.NotContains(t, strings.ToLower(html), "javascript:")
	for _, m := range linked.FindAllStringSubmatch(html, -1) {
		assert.True(t, strings.HasPrefix(m[1], "/") && !strings.HasPrefix(m[1], "//") || strings.HasPrefix(m[1], "data:"), "%s is not our own", m[1])
		if strings.HasPrefix(m[1], "/assets/") {
			res := page(t, "GET", m[1])
			assert.Equal(t, 200, res.StatusCode, m[1])
			assert.Contains(t, res.Header.Get("Cache-Control"), "immutable", m[1])
			if strings.HasSuffix(m[1], ".js") {
				assert.Equal(t, "text/javascript; charset=utf-8", res.Header.Get("Content-Type"))
				assert.NotRegexp(t, `\beval\(|new Function\(`, read(t, res), "%s would be stopped by the policy", m[1])
			}
		}
	}
}

func TestThePageServesItsOwnAddresses(t *testing.T) {
	t.Parallel()
	index := built(t)
	for _, path := range []string{"/leads", "/objects/lead/1", "/../../etc/passwd", "/index.html"} {
		res := page(t, "GET", path)
		assert.Equal(t, 200, res.StatusCode, path)
		assert.Equal(t, index, read(t, res), path)
		assert.Equal(t, "no-cache", res.Header.Get("Cache-Control"), path)
		assert.Equal(t, "text/html; charset=utf-8", res.Header.Get("Content-Type"), path)
	}
	assert.Equal(t, 404, page(t, "GET", "/assets/of-an-older-build.js").StatusCode, "an old page must not get HTML for its script")
	res := page(t, "GET", "/api/v1/nothing")
	assert.Equal(t, 404, res.StatusCode)
	assert.Contains(t, read(t, res), `"not_found"`)
	res = page(t, "GET", "/", "Accept-Encoding: gzip")
	assert.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
	assert.Equal(t, "Accept-Encoding", res.Header.Get("Vary"))
	z, err := gzip.NewReader(res.Body)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, index, string(b))
}
