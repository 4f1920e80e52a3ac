package main

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// scrolls is how often a page is read; the median counts.
const scrolls = 100

// lists: a page at the beginning and one deep inside of a long list, and the whole of it as a file, beside the same by hand in SQL on the
// same database.
func (b *bench) lists(r *report) error {
	if b.binary == "" {
		return nil
	}
	rows := max(b.size.rows, b.size.bulk)
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	b.progress("import of %d rows", rows)
	if _, err := s.importRows(rows); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.last, "baton.db")+"?mode=ro&_pragma=query_only(1)&_pragma=cache_size(-65536)")
	if err != nil {
		return err
	}
	defer db.Close()

	b.progress("pages of %d rows", rows)
	var at struct {
		Next string `json:"next_cursor"`
	}
	middle := fmt.Sprintf("bench-%09d", rows/2)
	const sorted = "/objects/lead/records?sort=external_id&limit=50"
	// A cursor holds the place of the row it stands behind; the same order without the filter goes on from there.
	if err := s.send("GET", sorted+"&filter="+url.QueryEscape(`{"field":"external_id","op":"starts_with","value":"`+middle[:len(middle)-3]+`"}`), nil, &at); err != nil {
		return err
	}
	if at.Next == "" {
		return fmt.Errorf("no page deep inside: is %s there?", middle)
	}
	for _, page := range []struct {
		name, path, after string
	}{{"list_scroll_first", sorted, ""}, {"list_scroll_deep", sorted + "&cursor=" + url.QueryEscape(at.Next), middle}} {
		ours, err := medianOf(func() error { return s.send("GET", page.path, nil, &struct{}{}) })
		if err != nil {
			return err
		}
		theirs, err := medianOf(func() error {
			found, err := db.Query(`SELECT * FROM "o_lead" WHERE "deleted_at" IS NULL AND "f_external_id" > ? ORDER BY "f_external_id", "id" LIMIT 50`, page.after)
			if err != nil {
				return err
			}
			return read(found, func([]any) error { return nil })
		})
		if err != nil {
			return err
		}
		r.add(figure{page.name, "ms", fmt.Sprintf("50 of %d by key, over HTTP", rows), "SQL by hand", ours, theirs, true})
	}
	return b.export(r, s, db, rows)
}

func (b *bench) export(r *report, s *baton, db *sql.DB, rows int) error {
	columns := []string{"company", "name", "phone", "email", "source", "industry", "budget", "region", "note", "external_id"}
	b.progress("SQL of %d rows into CSV", rows)
	begin := time.Now()
	list := ""
	for i, c := range columns {
		if i > 0 {
			list += ", "
		}
		list += `"f_` + c + `"`
	}
	found, err := db.QueryContext(context.Background(), "SELECT "+list+` FROM "o_lead" WHERE "deleted_at" IS NULL ORDER BY "id"`)
	if err != nil {
		return err
	}
	out := csv.NewWriter(io.Discard)
	line := make([]string, len(columns))
	if err := read(found, func(v []any) error {
		for i := range v {
			line[i] = fmt.Sprint(v[i])
		}
		return out.Write(line)
	}); err != nil {
		return err
	}
	bare := float64(rows) / time.Since(begin).Seconds()
	for _, format := range []string{"csv", "xlsx"} {
		b.progress("export of %d rows to %s", rows, format)
		if err := os.WriteFile("/proc/"+strconv.Itoa(s.cmd.Process.Pid)+"/clear_refs", []byte("5"), 0); err != nil { // the peak from here on
			return err
		}
		begin := time.Now()
		var sent struct {
			Job struct{ ID string } `json:"job"`
		}
		if err := s.send("POST", "/objects/lead/export", map[string]any{"format": format, "columns": columns, "sort": "id"}, &sent); err != nil {
			return err
		}
		for {
			var now struct {
				Job struct {
					State, Error string
					Result       struct{ Rows int }
				} `json:"job"`
			}
			if err := s.send("GET", "/jobs/"+sent.Job.ID, nil, &now); err != nil {
				return err
			}
			if now.Job.State == "failed" {
				return fmt.Errorf("export failed: %s", now.Job.Error)
			}
			if now.Job.State == "done" {
				if now.Job.Result.Rows < rows {
					return fmt.Errorf("%d of %d rows were exported", now.Job.Result.Rows, rows)
				}
				break
			}
			time.Sleep(50 * time.Millisecond)
		}
		rate := float64(rows) / time.Since(begin).Seconds()
		peak, err := s.peakRSS()
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%d rows to %s as a job, as the administrator sees them", rows, format)
		r.add(figure{"export_" + format, "rows_per_s", what, "SQL by hand to CSV", rate, bare, false})
		r.add(figure{"export_" + format + "_memory", "MB", what + ", peak RSS", "-", float64(peak) / 1e6, math.NaN(), true})
	}
	return nil
}

// medianOf gives the median of a few runs in milliseconds.
func medianOf(do func() error) (float64, error) {
	var took []float64
	for range scrolls {
		begin := time.Now()
		if err := do(); err != nil {
			return 0, err
		}
		took = append(took, float64(time.Since(begin).Microseconds())/1000)
	}
	slices.Sort(took)
	return took[len(took)/2], nil
}

// read goes over all rows and all their columns.
func read(rows *sql.Rows, each func([]any) error) error {
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	v, dest := make([]any, len(names)), make([]any, len(names))
	for i := range v {
		dest[i] = &v[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return rows.Err()
}
