package file

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"syscall"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// MostBytes is the largest file there may be.
const MostBytes = object.MostFileMB << 20

// Store keeps files and hands them out. Make it with New. Safe for concurrent use.
type Store struct {
	DB     *store.DB
	Reader *record.Reader
	Clock  *clock.Clock
	Blobs  Blobs
	// Folder holds uploads while they come in.
	Folder string
	// Quota bounds what all files take, in bytes; 0 is no bound.
	Quota int64

	decoding chan struct{} // a picture decoded takes up to hundreds of megabytes: one at a time
}

// New completes a store.
func New(s Store) *Store {
	s.decoding = make(chan struct{}, 1)
	return &s
}

// temp makes a file of the upload folder; drop closes and removes it.
func (s *Store) temp() (tmp *os.File, drop func(), err error) {
	if err := os.MkdirAll(s.Folder, 0o750); err != nil {
		return nil, nil, full(err)
	}
	if tmp, err = os.CreateTemp(s.Folder, "upload-*"); err != nil {
		return nil, nil, full(err)
	}
	return tmp, func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
	}, nil
}

// Kept is a content that has been taken in.
type Kept struct {
	object.FileRef
	Width, Height int
}

func refuse(kind problem.Class, code, message, hint string) error {
	return problem.New(kind, code, message, problem.Item{Pointer: "/file", Code: code, Message: message, Hint: hint})
}

// Keep takes a file in for somebody: its content under its digest, pictures without what they tell besides themselves. Accept may refuse it
// by its media type and size before it is kept; nil takes everything.
func (s *Store) Keep(ctx context.Context, who *actor.Actor, name string, from io.Reader, accept func(mime string, size int64) error) (*Kept, error) {
	tmp, drop, err := s.temp()
	if err != nil {
		return nil, err
	}
	defer drop()
	n, err := io.Copy(tmp, io.LimitReader(from, MostBytes+1))
	var big *http.MaxBytesError
	var disk *os.PathError
	switch {
	case errors.As(err, &big) || n > MostBytes:
		return nil, refuse(problem.TooLarge, "too_large", fmt.Sprintf("文件超过 %d MB", object.MostFileMB), "请压缩或拆分后再上传")
	case errors.As(err, &disk):
		return nil, full(err)
	case err != nil:
		return nil, refuse(problem.Malformed, "no_file", "文件没有收完", "请重新上传")
	case n == 0:
		return nil, refuse(problem.Invalid, "empty_file", "文件是空的", "请重新选择")
	}
	k := &Kept{FileRef: object.FileRef{Name: object.FileName(name), Size: n}}
	if k.Mime, err = typeOf(tmp.Name()); err != nil {
		return nil, err
	}
	if picture(k.Mime) {
		if err := s.cleaned(k, tmp); err != nil {
			return nil, err
		}
	}
	if accept != nil {
		if err := accept(k.Mime, k.Size); err != nil {
			return nil, err
		}
	}
	if _, err := tmp.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, tmp); err != nil {
		return nil, err
	}
	k.ID = hex.EncodeToString(sum.Sum(nil))
	return k, s.put(ctx, who, k, tmp.Name())
}

// cleaned writes a picture anew without what it tells besides itself; what is no whole picture, or too large to be one, is refused.
func (s *Store) cleaned(k *Kept, tmp *os.File) error {
	b, err := os.ReadFile(tmp.Name())
	if err != nil {
		return err
	}
	if k.Width, k.Height, err = dots(b); err == nil && tooManyDots(k.Width, k.Height) {
		return refuse(problem.TooLarge, "too_many_dots", fmt.Sprintf("图片有 %d×%d 个像素，太大了", k.Width, k.Height), fmt.Sprintf("最多 %d 万像素，请缩小后再上传", mostDots/10000))
	}
	if err == nil {
		b, err = clean(k.Mime, b)
	}
	if err != nil {
		return refuse(problem.Invalid, "broken_image", "图片打不开，可能已损坏", "换一张，或用别的程序另存后再上传")
	}
	if _, err := tmp.WriteAt(b, 0); err != nil {
		return full(err)
	}
	k.Size = int64(len(b))
	return tmp.Truncate(k.Size)
}

// put writes down that the content is there and by whom, then keeps it: the row is first, so that it is not collected in between.
func (s *Store) put(ctx context.Context, who *actor.Actor, k *Kept, path string) error {
	err := s.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		now := s.Clock.Milli()
		if err := s.room(ctx, tx, k); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO file (id, mime, size, width, height, made_at, used_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at",
			k.ID, k.Mime, k.Size, k.Width, k.Height, now, now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "INSERT INTO file_upload (file, person, name, sent_at) VALUES (?, ?, ?, ?) ON CONFLICT (file, person) DO UPDATE SET name = excluded.name, sent_at = excluded.sent_at", k.ID, self(who), k.Name, now)
		return err
	})
	if err != nil {
		return err
	}
	there, err := s.Blobs.Has(ctx, k.ID)
	if err == nil && !there {
		err = s.Blobs.Put(ctx, k.ID, path, k.Mime)
	}
	return full(err)
}

// Hold keeps a content from being collected for something that is no record: a material, of which every revision may come back.
func (s *Store) Hold(ctx context.Context, id, holder string) error {
	return s.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "INSERT INTO file_use (file, object, record_id, field, gone_at) VALUES (?, ?, '-', '-', NULL) ON CONFLICT (file, object, record_id, field) DO NOTHING", id, "held:"+holder)
		return err
	})
}

// room refuses what would not fit in the quota.
func (s *Store) room(ctx context.Context, q store.Querier, k *Kept) error {
	if s.Quota <= 0 {
		return nil
	}
	var used sql.NullInt64
	if err := q.QueryRow(ctx, "SELECT SUM(size) FROM file WHERE id <> ?", k.ID).Scan(&used); err != nil {
		return err
	}
	if used.Int64+k.Size > s.Quota {
		return refuse(problem.TooLarge, "no_room", "公司的文件空间不够了", fmt.Sprintf("已用 %s，共 %s；请联系管理员", SizeWords(used.Int64), SizeWords(s.Quota)))
	}
	return nil
}

// full says of a disk without room that it is so.
func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return refuse(problem.TooLarge, "no_room", "服务器的磁盘满了，文件没有保存", "请联系管理员")
	}
	return err
}

// self names who sends: a person, a key, or the system.
func self(who *actor.Actor) string { return string(who.Kind) + ":" + who.ID }

// SizeWords is a size for people.
func SizeWords(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%d 字节", n)
}

// Adopt takes over for a holder the files of a folder that kept them by their digest before there was a store.
func (s *Store) Adopt(ctx context.Context, folder, holder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		id := e.Name()
		if b, err := hex.DecodeString(id); err != nil || len(b) != sha256.Size || !e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(folder, id)
		info, err := e.Info()
		if err != nil {
			return err
		}
		k := &Kept{FileRef: object.FileRef{ID: id, Name: id, Size: info.Size()}}
		if k.Mime, err = typeOf(path); err != nil {
			return err
		}
		if err := s.put(ctx, actor.TheSystem("files"), k, path); err != nil {
			return err
		}
		if err := s.Hold(ctx, id, holder); err != nil {
			return err
		}
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}
