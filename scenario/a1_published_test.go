package scenario

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// publishedLeads stands beside the clone's root, not in it: 9,240 leads of an education company.
const publishedLeads = "../../shared/data/leads/xeducation_leads.csv"

func published(t testing.TB) []byte {
	t.Helper()
	path, err := filepath.Abs(publishedLeads)
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("skipped, the published leads are not here: no %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Real leads without contact, budget or company: each row is a lead, what means nothing stays empty, and the figures are those of the file.
func TestPublishedLeads(t *testing.T) {
	t.Parallel()
	content := published(t)
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		id := admin.StartImport(t, "lead", "xeducation_leads.csv", content, ImportOptions{Assign: true})
		job := admin.WaitJob(t, id, 5*time.Minute)
		if job.State != "done" || job.Result.Rows != 9240 || job.Result.Created != 9240 || job.Result.Merged != 0 || job.Result.Rejected != 0 || len(job.Errors) != 0 {
			t.Fatalf("import ended as %+v, want 9240 rows created", job)
		}
		if n := admin.Figure(t, "lead", "lead_count", nil); n != 9240 {
			t.Errorf("%v leads, want 9240", n)
		}
		// 1,281 rows repeat another in all but their ids: not one of them was merged.
		if n := admin.Figure(t, "touch", "count", nil); n != 9240 {
			t.Errorf("%v touches, want 9240", n)
		}
		if n := admin.Figure(t, "lead", "conversion_rate", nil); math.Abs(n-0.385390) > 0.000001 {
			t.Errorf("conversion %v, want 38.54 %%", n)
		}

		bySource := admin.Query(t, Fields{"entity": "lead", "measures": []string{"lead_count", "conversion_rate"}, "dimensions": []string{"source"}}).By(1)
		for source, want := range map[string][2]float64{"Google": {2873, 0.3992}, "Reference": {534, 0.9176}, "Olark Chat": {1755, 0.2553}} {
			if got := bySource[source]; len(got) != 2 || got[0] != want[0] || math.Abs(got[1]-want[1]) > 0.00005 {
				t.Errorf("%s: %v, want %v", source, got, want)
			}
		}
		if _, apart := bySource["google"]; apart {
			t.Error("google stands beside Google")
		}

		tags := admin.Query(t, Fields{"entity": "lead", "measures": []string{"lead_count"}, "dimensions": []string{"tags.budget"}}).By(1)
		if len(tags) != 1 || len(tags["未知"]) != 1 || tags["未知"][0] != 9240 {
			t.Errorf("budget tags %v, want 未知 for all", tags)
		}
		// The remark column "Tags" is nobody's dimension, and "Select" is no value of anything.
		for _, remark := range []string{"Select", "Interested in other courses", "Ringing"} {
			for _, f := range []string{"company", "name", "phone", "email", "credit_code", "source", "industry", "region", "product_line", "note", "external_id", "channel", "pool_reason", "tag_source", "tag_industry", "tag_budget", "tag_grade"} {
				op := "contains"
				if f == "region" {
					op = "eq"
				}
				if n := admin.Figure(t, "lead", "count", Fields{"field": f, "op": op, "value": remark}); n != 0 {
					t.Errorf("%v leads hold %q in %s", n, remark, f)
				}
			}
		}
		// Indian cities are off the tree of regions and stay as they are written.
		if n := admin.Figure(t, "lead", "count", Fields{"field": "region", "op": "eq", "value": "Mumbai"}); n != 3222 {
			t.Errorf("%v leads in Mumbai, want 3222", n)
		}
		// No rep exists: each lead lies in the pool and says why.
		if n := admin.Figure(t, "lead", "count", Fields{"all": []any{Fields{"field": "owner", "op": "empty"}, Fields{"field": "pool_reason", "op": "not_empty"}}}); n != 9240 {
			t.Errorf("%v leads in the pool with a reason, want 9240", n)
		}

		// The same rows once more are known by their ids.
		head := content[:lineEnds(content, 51)]
		again := admin.Import(t, "lead", "again.csv", head, ImportOptions{Assign: true})
		if again.Result.Rows != 50 || again.Result.Merged != 50 || admin.Figure(t, "lead", "lead_count", nil) != 9240 {
			t.Errorf("50 rows again: %+v", again.Result)
		}
		if n := admin.Figure(t, "lead", "sum:touches", nil); n != 9290 {
			t.Errorf("%v touches counted on the leads, want 9290", n)
		}
	})
}

// lineEnds is the place behind the n-th line.
func lineEnds(b []byte, n int) int {
	at := 0
	for range n {
		at += bytes.IndexByte(b[at:], '\n') + 1
	}
	return at
}
