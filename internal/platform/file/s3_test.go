package file_test

import (
	"crypto/md5"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/file"
)

func osDir(path string) fs.FS { return os.DirFS(path) }

func writeFile(dir, name, content string) error {
	return os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600)
}

// fakeS3 is a bucket as far as Baton needs one. It takes signed requests only, and does not check the signature.
type fakeS3 struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (f *fakeS3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=key/") {
		http.Error(w, "", http.StatusForbidden)
		return
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	body, there := f.objects[key]
	fail := func(code string) {
		w.Header().Set("Content-Type", "application/xml")
		w.WriteHeader(http.StatusNotFound)
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code></Error>")
		}
	}
	switch {
	case bucket != "baton":
		fail("NoSuchBucket")
	case key == "":
		w.WriteHeader(http.StatusOK)
	case r.Method == http.MethodPut:
		b, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") {
			b = unchunked(b)
		}
		f.objects[key] = b
		w.Header().Set("ETag", etag(b))
	case r.Method == http.MethodDelete:
		delete(f.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case !there:
		fail("NoSuchKey")
	default:
		w.Header().Set("ETag", etag(body))
		http.ServeContent(w, r, "", time.Unix(1_700_000_000, 0), strings.NewReader(string(body)))
	}
}

func etag(b []byte) string {
	sum := md5.Sum(b)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// unchunked takes the signed chunks of a streamed upload apart.
func unchunked(b []byte) []byte {
	var out []byte
	for rest := string(b); ; {
		head, more, ok := strings.Cut(rest, "\r\n")
		if !ok {
			return out
		}
		size, _, _ := strings.Cut(head, ";")
		n := 0
		for _, c := range size {
			n = n*16 + strings.IndexRune("0123456789abcdef", c)
		}
		if n == 0 || n > len(more) {
			return out
		}
		out = append(out, more[:n]...)
		rest = strings.TrimPrefix(more[n:], "\r\n")
	}
}

// bucket is storage that speaks S3, in this process.
func bucket(t testing.TB) file.Blobs {
	t.Helper()
	srv := httptest.NewServer(&fakeS3{objects: map[string][]byte{}})
	t.Cleanup(srv.Close)
	blobs, err := file.OpenBlobs("s3://key:secret@"+strings.TrimPrefix(srv.URL, "http://")+"/baton/crm?tls=0&region=cn-east-1", "")
	require.NoError(t, err)
	require.NoError(t, blobs.Ready(t.Context()))
	return blobs
}

// TestBlobs: a folder and a bucket behave alike.
func TestBlobs(t *testing.T) {
	t.Parallel()
	for name, blobs := range map[string]file.Blobs{"folder": file.Folder(t.TempDir()), "bucket": bucket(t)} {
		t.Run(name, func(t *testing.T) {
			ctx, id, dir := t.Context(), strings.Repeat("ab", 32), t.TempDir()
			_, err := blobs.Open(ctx, id)
			require.ErrorIs(t, err, fs.ErrNotExist)
			there, err := blobs.Has(ctx, id)
			require.NoError(t, err)
			assert.False(t, there)
			content := strings.Repeat("0123456789", 20_000)
			require.NoError(t, writeFile(dir, "x", content))
			for range 2 {
				require.NoError(t, blobs.Put(ctx, id, filepath.Join(dir, "x"), "text/plain"))
			}
			from, err := blobs.Open(ctx, id)
			require.NoError(t, err)
			_, err = from.Seek(-5, io.SeekEnd)
			require.NoError(t, err)
			end, err := io.ReadAll(from)
			require.NoError(t, err)
			assert.Equal(t, "56789", string(end))
			_, err = from.Seek(0, io.SeekStart)
			require.NoError(t, err)
			all, err := io.ReadAll(from)
			require.NoError(t, err)
			assert.True(t, content == string(all))
			require.NoError(t, from.Close())
			for range 2 {
				require.NoError(t, blobs.Remove(ctx, id))
			}
			there, err = blobs.Has(ctx, id)
			require.NoError(t, err)
			assert.False(t, there)
		})
	}
}

func TestBlobAddresses(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"http://x/y", "s3://", "s3://host", "s3://key:s3cret@host", "%"} {
		_, err := file.OpenBlobs(bad, "")
		if assert.Error(t, err, bad) {
			assert.NotContains(t, err.Error(), "s3cret")
		}
	}
}
