package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
	"baton/internal/sales/importing"
)

// ImportOptions are what an import may run.
type ImportOptions struct {
	Assign     bool   `json:"assign"`
	Countdown  bool   `json:"countdown"`
	HappenedAt string `json:"happened_at,omitempty"`
}

// ImportResult is what came of an import.
type ImportResult = importing.Result

// Import imports a file. When a server runs on the data folder, the file is handed to it through its socket; otherwise this process does
// the work. Progress is written as lines a person reads.
func Import(ctx context.Context, cfg Config, log *slog.Logger, object, file string, mapping map[string]string, options ImportOptions, progress io.Writer) (*ImportResult, error) {
	a, err := Open(ctx, cfg, log)
	if errors.Is(err, ErrLocked) {
		return importThroughServer(ctx, cfg, object, file, mapping, options, progress)
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Close() }()
	if err := a.Run(); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	result, err := a.engines.importer.Run(ctx, importing.Request{Object: object, Name: filepath.Base(file), Mapping: mapping, Fill: true, Actor: actor.TheSystem("命令行"),
		Options: importing.Options{Assign: options.Assign, Countdown: options.Countdown, HappenedAt: options.HappenedAt}}, abs)
	return &result, err
}

func importThroughServer(ctx context.Context, cfg Config, object, file string, mapping map[string]string, options ImportOptions, progress io.Writer) (*ImportResult, error) {
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", cfg.Socket())
	}}}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, form := io.Pipe()
	m := multipart.NewWriter(form)
	go func() { form.CloseWithError(sendForm(m, f, mapping, options)) }()
	var started struct {
		Job struct{ ID string } `json:"job"`
	}
	if err := ask(ctx, client, "POST", "/api/v1/objects/"+object+"/import?fill=true", m.FormDataContentType(), body, &started); err != nil {
		return nil, err
	}
	tick := time.NewTicker(300 * time.Millisecond)
	defer tick.Stop()
	for shown := -1; ; {
		var at struct {
			Job struct {
				State    string        `json:"state"`
				Progress float64       `json:"progress"`
				Result   *ImportResult `json:"result"`
				Error    string        `json:"error"`
			} `json:"job"`
		}
		if err := ask(ctx, client, "GET", "/api/v1/jobs/"+started.Job.ID, "", nil, &at); err != nil {
			return nil, err
		}
		if p := int(at.Job.Progress * 10); p != shown {
			shown = p
			fmt.Fprintf(progress, "%d%%\n", p*10)
		}
		switch {
		case at.Job.State == "done" && at.Job.Result != nil:
			return at.Job.Result, nil
		case at.Job.State == "failed":
			return nil, fmt.Errorf("the import failed: %s", at.Job.Error)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

func sendForm(m *multipart.Writer, f *os.File, mapping map[string]string, options ImportOptions) error {
	for name, v := range map[string]any{"mapping": mapping, "options": options} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if err := m.WriteField(name, string(b)); err != nil {
			return err
		}
	}
	part, err := m.CreateFormFile("file", filepath.Base(f.Name()))
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, f); err != nil {
		return err
	}
	return m.Close()
}

func ask(ctx context.Context, client *http.Client, method, path, contentType string, body io.Reader, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://baton"+path, body)
	if err != nil {
		return err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the running server does not answer on its socket: %w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		var d web.Document
		if json.NewDecoder(bytes.NewReader(b)).Decode(&d) != nil {
			return fmt.Errorf("the server answered %s", res.Status)
		}
		return problem.New(problem.Invalid, d.Code, d.Detail, d.Errors...)
	}
	return json.Unmarshal(b, into)
}
