package app

import (
	"context"
	"fmt"
	"path/filepath"

	"baton/internal/platform/file"
	"baton/internal/sales/hosted"
)

// files opens the store of files. What materials kept in a folder of their own before there was one is taken over.
func (a *App) files(ctx context.Context) (*file.Store, error) {
	blobs, err := file.OpenBlobs(a.Config.FilesURL, filepath.Join(a.Config.Data, "files"))
	if err != nil {
		return nil, err
	}
	if err := blobs.Ready(ctx); err != nil {
		return nil, fmt.Errorf("BATON_FILES_URL: %w", err)
	}
	s := file.New(file.Store{DB: a.DB, Reader: a.Reader, Clock: a.Clock, Blobs: blobs, Folder: filepath.Join(a.Config.Data, "files", "coming"), Quota: a.Config.FilesQuotaMB << 20})
	return s, s.Adopt(ctx, filepath.Join(a.Config.Data, "materials"), hosted.MaterialKind)
}
