package intake

import (
	"context"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/reader"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// How a record is kin to another.
const (
	ByCreditCode = byCreditCode // the same credit code: one and the same
	ByCompany    = byCompany    // the same normalised name
	ByBranch     = "branch"     // a branch of the other, its head office, or a sister branch
)

// Kin is a standing record that is, or may be, the same company as another.
type Kin struct {
	Row *object.Row
	By  string
}

// mostKin bounds what one company is compared with.
const mostKin = 50

// Kindred finds the records of a deduped object that stand for the same company as row, which need not be stored: by credit code, by
// normalised name, by what merged arrivals left behind; and its branches or head office. Each comes once, by the strongest tie; row itself does
// not. Objects without dedupe have none. No rights are asked.
func Kindred(ctx context.Context, q store.Querier, row *object.Row) ([]Kin, error) {
	r, ok := ruleOf(row.Object.Name)
	if !ok {
		return nil, nil
	}
	seen := map[string]bool{row.ID(): true}
	var out []Kin
	find := func(by, where string, args ...any) error {
		ids, err := keyed(ctx, q, row.Object.Name, where, args...)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if seen[id] {
				continue
			}
			standing, err := record.ReadRow(ctx, q, row.Object, id)
			if err != nil {
				return err
			}
			if standing == nil || standing.V[object.DeletedAt] != nil || by == ByBranch && !related(row.Text(r.company), standing.Text(r.company)) {
				continue
			}
			seen[id] = true
			out = append(out, Kin{standing, by})
		}
		return nil
	}
	name := reader.Company(row.Text(r.company))
	for _, k := range r.keys(row) {
		if k.kind == byCreditCode || k.kind == byCompany {
			if err := find(k.kind, "kind = ? AND value = ?", k.kind, k.value); err != nil {
				return nil, err
			}
		}
	}
	head := name.Head
	if head == "" {
		head = name.Key
	}
	if !strings.Contains(head, "公司") {
		return out, nil // only a name with its legal form tells of branches
	}
	return out, find(ByBranch, "kind = ? AND value >= ? AND value < ?", byCompany, head, head+"\U0010FFFF")
}

func keyed(ctx context.Context, q store.Querier, objectName, where string, args ...any) ([]string, error) {
	rows, err := q.Query(ctx, "SELECT DISTINCT record_id FROM dedupe_key WHERE object = ? AND "+where+" ORDER BY record_id LIMIT ?", append(append([]any{objectName}, args...), mostKin)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// related tells a branch and its head office, or two branches of one.
func related(a, b string) bool {
	x, y := reader.Company(a), reader.Company(b)
	if !x.Branch && !y.Branch {
		return false
	}
	headOf := func(n reader.CompanyName) string {
		if n.Head != "" {
			return n.Head
		}
		return n.Key
	}
	return headOf(x) == headOf(y)
}

// Identity gives texts that are equal for rows that stand for the same company, for making two writes about one company wait for each other.
func Identity(row *object.Row) []string {
	r, ok := ruleOf(row.Object.Name)
	if !ok {
		return nil
	}
	var out []string
	for _, k := range r.keys(row) {
		switch {
		case k.kind == byCreditCode:
			out = append(out, k.kind+"|"+k.value)
		case k.kind == byCompany:
			name := reader.Company(row.Text(r.company))
			if name.Head != "" {
				k.value = name.Head
			}
			out = append(out, k.kind+"|"+strings.TrimSpace(k.value))
		}
	}
	return out
}
