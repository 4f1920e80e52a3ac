package file

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
)

// Step is the files' part in every write: a field may name a content only when whoever writes has sent it, or when it is or was in that
// field of that record; its bounds hold; and which record holds which content is kept.
type Step struct{}

// Name of the step.
func (Step) Name() string { return "files" }

// Apply checks and fills the values of file fields that have changed.
func (Step) Apply(ctx context.Context, c *record.Change) error {
	var items []problem.Item
	for _, f := range c.Object.FileFields() {
		if !c.Changed(f.Name) {
			continue
		}
		var old []object.FileRef
		if c.Old != nil {
			old = object.SplitFiles(c.Old.V[f.Index])
		}
		now := object.SplitFiles(c.New.V[f.Index])
		standing := map[string]object.FileRef{}
		for _, r := range old {
			standing[r.ID] = r
		}
		for i := range now {
			if was, ok := standing[now[i].ID]; ok {
				now[i].Size, now[i].Mime = was.Size, was.Mime
				delete(standing, now[i].ID)
				continue
			}
			item, err := take(ctx, c, f, &now[i])
			if err != nil {
				return err
			}
			if item != nil {
				items = append(items, *item)
			}
		}
		c.New.V[f.Index] = object.JoinFiles(now)
		for id := range standing {
			if _, err := c.Tx.Exec(ctx, "UPDATE file_use SET gone_at = ? WHERE file = ? AND object = ? AND record_id = ? AND field = ?", c.Now, id, c.Object.Name, c.New.ID(), f.ID); err != nil {
				return err
			}
		}
	}
	if len(items) > 0 {
		return problem.New(problem.Invalid, "invalid_record", fmt.Sprintf("有 %d 个文件不能用，没有保存", len(items)), items...)
	}
	return nil
}

// take lets a record hold a content that it did not hold.
func take(ctx context.Context, c *record.Change, f *object.Field, r *object.FileRef) (*problem.Item, error) {
	wrong := func(code, message, hint string) *problem.Item {
		return &problem.Item{Pointer: "/" + f.Name, Code: code, Message: "“" + f.Title.ZH + "”" + message, Hint: hint}
	}
	// The row is held until the end: the collector does not take the content away meanwhile.
	err := c.Tx.QueryRow(ctx, "UPDATE file SET used_at = ? WHERE id = ? RETURNING mime, size", c.Now, r.ID).Scan(&r.Mime, &r.Size)
	if errors.Is(err, sql.ErrNoRows) {
		return wrong("unknown_file", "里的文件“"+r.Name+"”不在了", "请重新上传"), nil
	}
	if err != nil {
		return nil, err
	}
	if !c.Origin.Engine {
		var n int
		if err := c.Tx.QueryRow(ctx, "SELECT (SELECT COUNT(*) FROM file_upload WHERE file = ? AND person = ?) + (SELECT COUNT(*) FROM file_use WHERE file = ? AND object = ? AND record_id = ? AND field = ?)",
			r.ID, self(c.Actor), r.ID, c.Object.Name, c.New.ID(), f.ID).Scan(&n); err != nil {
			return nil, err
		}
		if n == 0 {
			return wrong("unknown_file", "里的文件“"+r.Name+"”不是你上传的", "请上传这个文件"), nil
		}
		if code, message, hint := Fits(f.FileRules(), r.Mime, r.Size); code != "" {
			return wrong(code, "里的“"+r.Name+"”"+message, hint), nil
		}
	}
	_, err = c.Tx.Exec(ctx, "INSERT INTO file_use (file, object, record_id, field, gone_at) VALUES (?, ?, ?, ?, NULL) ON CONFLICT (file, object, record_id, field) DO UPDATE SET gone_at = NULL", r.ID, c.Object.Name, c.New.ID(), f.ID)
	return nil, err
}

// Fits tells in words why a file does not fit the bounds of a field; code is empty when it does.
func Fits(r object.FileRules, mime string, size int64) (code, message, hint string) {
	switch {
	case size > int64(r.MaxMB)<<20:
		return "too_large", fmt.Sprintf("有 %s，超过 %d MB", SizeWords(size), r.MaxMB), "请压缩后再上传"
	case !r.Takes(SortOf(mime)):
		return "bad_type", "的内容不是这里收的文件类型", "这里收：" + r.AcceptWords()
	}
	return "", "", ""
}
