// Package file keeps the contents of files under the digest of their content: in the data folder or in storage that speaks S3. It takes
// uploads in, tells their sort by content, checks as a step of every write that who names a file may, makes thumbnails, hands files out to
// who may see a record and field that hold them, and removes what nothing holds any more.
package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Blobs are contents by name; a name's content never changes.
type Blobs interface {
	// Put keeps a local file's content under a name.
	Put(ctx context.Context, name, path, mime string) error
	// Has tells whether there is a content of that name.
	Has(ctx context.Context, name string) (bool, error)
	// Open gives a content; fs.ErrNotExist where there is none.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Remove takes a content away; one that is not there is no error.
	Remove(ctx context.Context, name string) error
	// Ready tells whether contents can be kept.
	Ready(ctx context.Context) error
}

// OpenBlobs opens the place an address names: empty is the folder, else s3://key:secret@host/bucket/prefix?region=…&tls=0. Key and secret
// may stand in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead.
func OpenBlobs(address, folder string) (Blobs, error) {
	if address == "" {
		return Folder(folder), nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" {
		return nil, errors.New("BATON_FILES_URL is not s3://key:secret@host/bucket") // the address holds a secret: it is not repeated
	}
	bucket, prefix, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if bucket == "" {
		return nil, errors.New("BATON_FILES_URL names no bucket: s3://key:secret@host/bucket")
	}
	creds := credentials.NewEnvAWS()
	if u.User != nil {
		secret, _ := u.User.Password()
		creds = credentials.NewStaticV4(u.User.Username(), secret, "")
	}
	c, err := minio.New(u.Host, &minio.Options{Creds: creds, Secure: u.Query().Get("tls") != "0", Region: u.Query().Get("region")})
	if err != nil {
		return nil, fmt.Errorf("BATON_FILES_URL: %w", err)
	}
	if prefix != "" {
		prefix += "/"
	}
	return &bucketBlobs{c, bucket, prefix}, nil
}

// Folder keeps contents as files of a folder, spread over folders by the first two digits.
type Folder string

func (f Folder) path(name string) string { return filepath.Join(string(f), name[:2], name) }

// Put copies the file in and makes it durable before it gets its name.
func (f Folder) Put(_ context.Context, name, path, _ string) error {
	dir := filepath.Dir(f.path(name))
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "put-*")
	if err != nil {
		return err
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name()) // gone already when it was kept
	}()
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	if _, err := io.Copy(tmp, from); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), f.path(name))
}

// Has tells whether the file is there.
func (f Folder) Has(_ context.Context, name string) (bool, error) {
	_, err := os.Stat(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Open opens the file.
func (f Folder) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	return os.Open(f.path(name))
}

// Remove removes the file.
func (f Folder) Remove(_ context.Context, name string) error {
	if err := os.Remove(f.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Ready is always so: a folder that cannot be written says so at the upload.
func (f Folder) Ready(context.Context) error { return nil }

// bucketBlobs keeps contents as objects of a bucket.
type bucketBlobs struct {
	c              *minio.Client
	bucket, prefix string
}

func (b *bucketBlobs) Put(ctx context.Context, name, path, mime string) error {
	_, err := b.c.FPutObject(ctx, b.bucket, b.prefix+name, path, minio.PutObjectOptions{ContentType: mime})
	return err
}

func (b *bucketBlobs) Has(ctx context.Context, name string) (bool, error) {
	_, err := b.c.StatObject(ctx, b.bucket, b.prefix+name, minio.StatObjectOptions{})
	if absent(err) {
		return false, nil
	}
	return err == nil, err
}

func (b *bucketBlobs) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	o, err := b.c.GetObject(ctx, b.bucket, b.prefix+name, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	if _, err := o.Stat(); err != nil { // GetObject asks nothing yet
		_ = o.Close()
		if absent(err) {
			return nil, fs.ErrNotExist
		}
		return nil, err
	}
	return o, nil
}

func (b *bucketBlobs) Remove(ctx context.Context, name string) error {
	return b.c.RemoveObject(ctx, b.bucket, b.prefix+name, minio.RemoveObjectOptions{})
}

func (b *bucketBlobs) Ready(ctx context.Context) error {
	ok, err := b.c.BucketExists(ctx, b.bucket)
	if err == nil && !ok {
		err = fmt.Errorf("there is no bucket %s", b.bucket)
	}
	return err
}

func absent(err error) bool {
	code := minio.ToErrorResponse(err).Code
	return code == "NoSuchKey" || code == "NotFound"
}
