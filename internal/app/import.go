package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
)

// ImportOptions are what an import may run.
type ImportOptions struct {
	Assign     bool   `json:"assign"`
	Countdown  bool   `json:"countdown"`
	HappenedAt string `json:"happened_at,omitempty"`
}

// ImportResult is what came of an import.
type ImportResult struct {
	Rows     int64 `json:"rows"`
	Created  int64 `json:"created"`
	Merged   int64 `json:"merged"`
	Rejected int64 `json:"rejected"`
}

// Import imports a file, through the running server when there is one.
func Import(ctx context.Context, cfg Config, log *slog.Logger, object, file string, mapping map[string]string, options ImportOptions, progress io.Writer) (*ImportResult, error) {
	return nil, errors.New("not wired")
}
