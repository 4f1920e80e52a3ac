package main

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const wideFields = 300

// fields: an object of 300 fields with many rows gets a field, has one renamed, one indexed and one retyped; and one record of 12 and of 300
// fields is written and read, over HTTP beside the bare driver with hand-written SQL. The long load has a million rows.
func (b *bench) fields(r *report) error {
	if b.binary == "" {
		return nil
	}
	s, err := b.startBaton()
	if err != nil {
		return err
	}
	defer s.stop()
	rows := b.size.rows
	if b.size.bulk > 0 {
		rows = b.size.bulk
	}
	for _, width := range []int{12, wideFields} {
		if err := s.publishObject(fmt.Sprintf("bench_%d", width), wide(width)); err != nil {
			return err
		}
		if err := b.records(r, s, width); err != nil {
			return err
		}
	}
	name := fmt.Sprintf("bench_%d", wideFields)
	b.progress("fields: %d rows of an object of %d fields", rows, wideFields)
	const batch = 1000
	for from := 0; from < rows; from += batch {
		records := make([]map[string]any, min(batch, rows-from))
		for i := range records {
			records[i] = map[string]any{"name": fmt.Sprint("行", from+i), "f1": fmt.Sprint(from + i), "f2": "值"}
		}
		if err := s.send("POST", "/objects/"+name+"/records", map[string]any{"records": records}, nil); err != nil {
			return err
		}
	}
	fields := wide(wideFields)
	const times = 5
	added, renamed := make([]time.Duration, times), make([]time.Duration, times)
	for i := range times {
		fields = append(fields, field(fmt.Sprintf("more%d", i)))
		if added[i], err = s.publishTimed(name, fields); err != nil {
			return err
		}
		fields[10+i]["id"] = fields[10+i]["name"]
		fields[10+i]["name"] = fmt.Sprintf("renamed%d", i)
		if renamed[i], err = s.publishTimed(name, fields); err != nil {
			return err
		}
	}
	ms := func(all []time.Duration) float64 {
		slices.Sort(all)
		return float64(all[len(all)/2].Microseconds()) / 1000
	}
	what := fmt.Sprintf("%d fields, %d rows: publish, over HTTP", wideFields, rows)
	r.add(figure{fmt.Sprintf("fields_add_%d", rows), "ms", "a field is added: " + what, "-", ms(added), math.NaN(), true})
	r.add(figure{fmt.Sprintf("fields_rename_%d", rows), "ms", "a field is renamed: " + what, "-", ms(renamed), math.NaN(), true})

	fields[2]["index"] = true
	if err := s.publishObject(name, fields); err != nil {
		return err
	}
	took, err := s.newestJob("index_build")
	if err != nil {
		return err
	}
	r.add(figure{fmt.Sprintf("fields_index_%d", rows), "s", "an index is built by its job", "-", took.Seconds(), math.NaN(), true})
	if err := s.send("POST", "/objects/"+name+"/fields/f1:retype", map[string]any{"type": "integer", "unread": "keep"}, nil); err != nil {
		return err
	}
	if took, err = s.newestJob("field_retype"); err != nil {
		return err
	}
	r.add(figure{fmt.Sprintf("fields_retype_%d", rows), "per_s", "rows carried over into another type", "-", float64(rows) / took.Seconds(), math.NaN(), false})
	return nil
}

func field(name string) map[string]any {
	return map[string]any{"name": name, "type": "text", "title": map[string]any{"zh-CN": "字段" + name}}
}

func wide(n int) []map[string]any {
	out := []map[string]any{field("name")}
	for i := 1; i < n; i++ {
		out = append(out, field(fmt.Sprintf("f%d", i)))
	}
	return out
}

func (s *baton) publishObject(name string, fields []map[string]any) error {
	_, err := s.publishTimed(name, fields)
	return err
}

// publishTimed saves a draft and tells how long its publish takes.
func (s *baton) publishTimed(name string, fields []map[string]any) (time.Duration, error) {
	spec := map[string]any{"title_field": "name", "hide_from_menu": true, "fields": fields}
	if err := s.send("PUT", "/definitions/object/"+name, map[string]any{"title": map[string]string{"zh-CN": name}, "spec": spec}, nil); err != nil {
		return 0, err
	}
	begin := time.Now()
	err := s.send("POST", "/revisions", map[string]any{"note": "bench", "only": []any{map[string]string{"kind": "object", "name": name}}}, nil)
	return time.Since(begin), err
}

// newestJob waits for the newest job of a kind and tells how long it ran.
func (s *baton) newestJob(kind string) (time.Duration, error) {
	for {
		var list struct {
			Jobs []struct {
				State, Error string
				StartedAt    time.Time `json:"started_at"`
				EndedAt      time.Time `json:"ended_at"`
			}
		}
		if err := s.send("GET", "/jobs?kind="+kind, nil, &list); err != nil {
			return 0, err
		}
		switch {
		case len(list.Jobs) == 0:
			return 0, errors.New("no job " + kind)
		case list.Jobs[0].State == "done":
			return max(list.Jobs[0].EndedAt.Sub(list.Jobs[0].StartedAt), time.Millisecond), nil
		case list.Jobs[0].State == "failed":
			return 0, errors.New(list.Jobs[0].Error)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// records writes and reads single records of so many fields, one after the other.
func (b *bench) records(r *report, s *baton, width int) error {
	const n = 300
	values := map[string]any{}
	for _, f := range wide(width) {
		values[f["name"].(string)] = "一段不长的文字"
	}
	name := fmt.Sprintf("bench_%d", width)
	writes, reads := make([]time.Duration, n), make([]time.Duration, n)
	for i := range n {
		var made struct{ Record struct{ ID string } }
		begin := time.Now()
		if err := s.send("POST", "/objects/"+name+"/records", values, &made); err != nil {
			return err
		}
		writes[i], begin = time.Since(begin), time.Now()
		if err := s.send("GET", "/objects/"+name+"/records/"+made.Record.ID, nil, nil); err != nil {
			return err
		}
		reads[i] = time.Since(begin)
	}
	bareWrites, bareReads, err := bareRecords(b.folder(), width, n)
	if err != nil {
		return err
	}
	ms := func(all []time.Duration) float64 {
		slices.Sort(all)
		return float64(all[len(all)/2].Microseconds()) / 1000
	}
	r.add(figure{fmt.Sprintf("fields_write_%d", width), "ms", fmt.Sprintf("a record of %d fields, with its rights and its event, over HTTP", width), "hand-written SQL", ms(writes), ms(bareWrites), true})
	r.add(figure{fmt.Sprintf("fields_read_%d", width), "ms", fmt.Sprintf("a record of %d fields by its id, over HTTP", width), "hand-written SQL", ms(reads), ms(bareReads), true})
	return nil
}

// bareRecords does the same with the bare driver: one prepared insert and its commit, one prepared select.
func bareRecords(dir string, width, n int) (writes, reads []time.Duration, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "wide.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		return nil, nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	columns, args, dest := make([]string, width), make([]any, width+1), make([]any, width)
	for i := range width {
		columns[i], args[i+1], dest[i] = fmt.Sprintf("f%d", i), "一段不长的文字", new(string)
	}
	if _, err := db.Exec("CREATE TABLE wide (id TEXT PRIMARY KEY, " + strings.Join(columns, " TEXT, ") + " TEXT) WITHOUT ROWID"); err != nil {
		return nil, nil, err
	}
	insert, err := db.Prepare("INSERT INTO wide VALUES (?" + strings.Repeat(", ?", width) + ")")
	if err != nil {
		return nil, nil, err
	}
	defer insert.Close()
	read, err := db.Prepare("SELECT " + strings.Join(columns, ", ") + " FROM wide WHERE id = ?")
	if err != nil {
		return nil, nil, err
	}
	defer read.Close()
	writes, reads = make([]time.Duration, n), make([]time.Duration, n)
	for i := range n {
		args[0] = fmt.Sprintf("%08d", i)
		begin := time.Now()
		if _, err := insert.Exec(args...); err != nil {
			return nil, nil, err
		}
		writes[i], begin = time.Since(begin), time.Now()
		if err := read.QueryRow(args[0]).Scan(dest...); err != nil {
			return nil, nil, err
		}
		reads[i] = time.Since(begin)
	}
	return writes, reads, nil
}
