package duplicate

import (
	"math"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/reader"
	"baton/internal/sales/intake"
)

// Kinds of reasons besides those of the dedupe keys (phone, email, credit_code, company, branch).
const (
	bySimilar       = "similar"
	byContactRegion = "contact_region"
	byOtherCode     = "other_credit_code"
	byOtherPeople   = "other_people"
)

// Reason is why two records may be one, or why rather not: its points, and the likeness of the names where that counts, in per cent.
type Reason struct {
	Kind   string `json:"kind" enum:"phone,email,credit_code,company,branch,similar,contact_region,other_credit_code,other_people"`
	Points int    `json:"points"`
	Like   int    `json:"like,omitempty"`
}

// features are what of a row is compared.
type features struct {
	row     *object.Row
	keys    []intake.Key
	by      map[string]string // value by kind of key
	company company
	contact string
	region  string
}

func (r *Rule) features(row *object.Row) *features {
	f := &features{row: row, keys: intake.KeysOf(row), by: make(map[string]string, 4)}
	for _, k := range f.keys {
		f.by[k.Kind] = k.Value
	}
	f.company = read(row.Text(r.Company))
	if r.Spec.Contact != "" && r.Spec.Contact != r.Company {
		f.contact = strings.ToLower(strings.ReplaceAll(reader.Fold(row.Text(r.Spec.Contact)), " ", ""))
	}
	if r.Spec.Region != "" {
		f.region = row.Text(r.Spec.Region)
	}
	return f
}

// score compares two records; known says by which kinds of keys one was found for the other though its row does not show them (any more).
func (r *Rule) score(a, b *features, known map[string]bool) (int, []Reason) {
	var out []Reason
	sum := 0
	add := func(kind string, points, like int) {
		if points != 0 {
			out, sum = append(out, Reason{kind, points, like}), sum+points
		}
	}
	w := r.Spec.Weights
	same := func(kind string) bool { return known[kind] || a.by[kind] != "" && a.by[kind] == b.by[kind] }
	differ := func(kind string) bool { return a.by[kind] != "" && b.by[kind] != "" && a.by[kind] != b.by[kind] }
	if same(intake.ByCreditCode) {
		add(intake.ByCreditCode, w.CreditCode, 0)
	}
	if same(intake.ByPhone) {
		add(intake.ByPhone, w.Phone, 0)
	}
	if same(intake.ByEmail) {
		add(intake.ByEmail, w.Email, 0)
	}
	switch {
	case same(intake.ByCompany):
		add(intake.ByCompany, w.Company, 0)
	case a.company.kin(&b.company):
		add(intake.ByBranch, w.Branch, 0)
	default:
		if like := a.company.like(&b.company); like >= r.Spec.SimilarFrom {
			add(bySimilar, int(math.Round(float64(w.Similar)*like)), int(math.Round(100*like)))
		}
	}
	if a.contact != "" && a.contact == b.contact && near(a.region, b.region) {
		add(byContactRegion, w.ContactRegion, 0)
	}
	if differ(intake.ByCreditCode) && !known[intake.ByCreditCode] {
		add(byOtherCode, -w.OtherCode, 0)
	}
	if a.contact != "" && b.contact != "" && a.contact != b.contact && differ(intake.ByPhone) && !same(intake.ByPhone) && !same(intake.ByEmail) {
		add(byOtherPeople, -w.OtherPeople, 0)
	}
	return max(0, min(100, sum)), out
}

// near tells that one place is the other or lies in it; where one is not known nothing speaks against it.
func near(a, b string) bool {
	if a == "" || b == "" {
		return true
	}
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}
