package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"strings"
	"time"

	"baton/bench/lead"
)

const adminPassword = "Bench-administrator-1"

// baton is a running Baton with the demo company and its administrator signed in.
type baton struct {
	*process
	http   *http.Client
	csrf   string
	cookie string // for raw requests: a header line
}

func (b *bench) startBaton(env ...string) (*baton, error) {
	dir := b.folder()
	b.last = dir
	p, err := start("/readyz", func(addr string) *exec.Cmd {
		cmd := exec.Command(b.binary, "serve")
		for _, kv := range os.Environ() {
			if !strings.HasPrefix(kv, "BATON_") {
				cmd.Env = append(cmd.Env, kv)
			}
		}
		cmd.Env = append(cmd.Env, "BATON_ADDR="+addr, "BATON_DATA="+dir, "BATON_DEMO=1", "BATON_ADMIN_PASSWORD="+adminPassword)
		cmd.Env = append(cmd.Env, env...)
		return cmd
	})
	if err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	s := &baton{process: p, http: &http.Client{Jar: jar, Timeout: 5 * time.Minute}}
	var session struct {
		Token string `json:"csrf_token"`
	}
	if err := s.send("POST", "/session", map[string]string{"username": "admin", "password": adminPassword}, &session); err != nil {
		p.stop()
		return nil, err
	}
	s.csrf = session.Token
	req, err := http.NewRequest("GET", "http://"+p.addr+"/api/v1/session", nil)
	if err != nil {
		return nil, err
	}
	for _, c := range jar.Cookies(req.URL) {
		s.cookie += "Cookie: " + c.Name + "=" + c.Value + "\r\n"
	}
	return s, nil
}

// channel publishes an intake channel named bench, with assignment and countdowns, and returns the header line with its key.
func (s *baton) channel() (string, error) {
	spec := map[string]any{"object": "lead", "source": "官网表单", "enabled": true, "assign": true, "countdown": true, "defaults": map[string]any{}}
	title := map[string]string{"zh-CN": "压测", "en": "Bench"}
	if err := s.send("PUT", "/definitions/channel/bench", map[string]any{"title": title, "spec": spec}, nil); err != nil {
		return "", err
	}
	if err := s.send("POST", "/revisions", map[string]any{"note": "bench"}, nil); err != nil {
		return "", err
	}
	var made struct {
		Secret string `json:"secret"`
	}
	if err := s.send("POST", "/keys", map[string]any{"kind": "channel", "name": "bench", "scopes": []string{}}, &made); err != nil {
		return "", err
	}
	return "X-Channel-Key: " + made.Secret + "\r\n", nil
}

// importRows sends a file of rows leads and waits until all are in. It returns rows per second from the sending on.
func (s *baton) importRows(rows int) (float64, error) {
	file, form := io.Pipe()
	body := multipart.NewWriter(form)
	go func() {
		err := body.WriteField("options", `{"assign": true, "countdown": true, "happened_at": null}`)
		var part io.Writer
		if err == nil {
			part, err = body.CreateFormFile("file", "bench.csv")
		}
		if err == nil {
			_, err = io.WriteString(part, lead.CSVHeader)
		}
		var chunk []byte
		for n := 0; n < rows && err == nil; n++ {
			if chunk = lead.Make(n).AppendCSV(chunk); len(chunk) > 64<<10 || n == rows-1 {
				_, err = part.Write(chunk)
				chunk = chunk[:0]
			}
		}
		if err == nil {
			err = body.Close()
		}
		form.CloseWithError(err)
	}()
	begin := time.Now()
	var sent struct {
		Job struct{ ID string } `json:"job"`
	}
	if err := s.request("POST", "/objects/lead/import", body.FormDataContentType(), file, &sent); err != nil {
		return 0, err
	}
	for {
		var now struct {
			Job struct {
				State  string
				Result struct{ Rows, Created, Merged, Rejected int }
				Errors json.RawMessage
			} `json:"job"`
		}
		if err := s.send("GET", "/jobs/"+sent.Job.ID, nil, &now); err != nil {
			return 0, err
		}
		switch now.Job.State {
		case "done":
			if now.Job.Result.Created != rows {
				return 0, fmt.Errorf("import of %d rows: %+v %s", rows, now.Job.Result, now.Job.Errors)
			}
			return float64(rows) / time.Since(begin).Seconds(), nil
		case "failed":
			return 0, fmt.Errorf("import failed: %s", now.Job.Errors)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// ids returns those of the newest leads, up to 5,000 or want if that is less.
func (s *baton) ids(want int) ([]string, error) {
	var ids []string
	cursor := ""
	for len(ids) < min(want, 5000) {
		var page struct {
			Records []struct{ ID string } `json:"records"`
			Next    *string               `json:"next_cursor"`
		}
		if err := s.send("GET", "/objects/lead/records?fields=name&sort=-created_at&limit=200&cursor="+cursor, nil, &page); err != nil {
			return nil, err
		}
		for _, r := range page.Records {
			ids = append(ids, r.ID)
		}
		if page.Next == nil || *page.Next == "" || len(page.Records) == 0 {
			break
		}
		cursor = *page.Next
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("the list of leads is empty")
	}
	return ids, nil
}

// send calls the API with body as JSON and reads the answer into out, both optional.
func (s *baton) send(method, path string, body, out any) error {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(raw)
	}
	return s.request(method, path, "application/json", content, out)
}

func (s *baton) request(method, path, kind string, body io.Reader, out any) error {
	req, err := http.NewRequest(method, "http://"+s.addr+"/api/v1"+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("X-CSRF-Token", s.csrf)
	res, err := s.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode > 299 {
		return fmt.Errorf("%s %s: status %d: %s", method, path, res.StatusCode, raw)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(raw, out)
}
