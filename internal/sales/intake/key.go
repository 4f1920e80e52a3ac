package intake

import (
	"strings"
	"unicode/utf8"

	"baton/internal/platform/object"
	"baton/internal/platform/reader"
)

// Kinds of dedupe keys, in the order in which they decide when two of them point to different records.
const (
	byPhone      = "phone"
	byEmail      = "email"
	byCreditCode = "credit_code"
	byExternalID = "external_id"
	byCompany    = "company" // links only, never merges
)

// rule says how an object is deduped.
type rule struct {
	// company is the field with the company's name.
	company string
	// merge lets arrivals merge by their strong keys; without it keys are kept for linking only.
	merge bool
	// touch is the child object that keeps each arrival's trace, empty for none.
	touch string
}

// rules by object. Customers are not merged: they are what leads of one company link to.
func ruleOf(objectName string) (rule, bool) {
	switch objectName {
	case "lead":
		return rule{company: "company", merge: true, touch: "touch"}, true
	case customer:
		return rule{company: "name"}, true
	}
	return rule{}, false
}

const customer = "customer"

// key is one contact by which a record is known again.
type key struct{ kind, value string }

func (k key) strong() bool { return k.kind != byCompany }

// keys of a row, strong ones first and in order of weight. Text that did not read as a phone or code is no key: it would merge strangers.
func (r rule) keys(row *object.Row) []key {
	out := make([]key, 0, 5)
	if p := row.Text("phone"); strings.HasPrefix(p, "+") && len(p) > 7 {
		out = append(out, key{byPhone, p})
	}
	if e := row.Text("email"); strings.Contains(e, "@") {
		out = append(out, key{byEmail, strings.ToLower(e)})
	}
	if c := row.Text("credit_code"); c != "" {
		if code, err := reader.CreditCode(c); err == nil {
			out = append(out, key{byCreditCode, code})
		}
	}
	if id := row.Text("external_id"); id != "" {
		// Another channel may number its own leads alike.
		out = append(out, key{byExternalID, row.Text("channel") + "|" + id})
	}
	if name := row.Text(r.company); name != "" {
		if k := reader.Company(name).Key; utf8.RuneCountInString(k) > 1 {
			out = append(out, key{byCompany, k})
		}
	}
	return out
}

// StrongKeys gives what an arrival is known again by; none where arrivals of the object do not merge.
func StrongKeys(row *object.Row) []string {
	r, ok := ruleOf(row.Object.Name)
	if !ok || !r.merge {
		return nil
	}
	var out []string
	for _, k := range r.keys(row) {
		if k.strong() {
			out = append(out, k.kind+"|"+k.value)
		}
	}
	return out
}

// touched reports whether any field that keys are made of differs.
func (r rule) touched(old, now *object.Row) bool {
	for _, n := range [...]string{"phone", "email", "credit_code", "external_id", "channel", r.company} {
		if old.Get(n) != now.Get(n) {
			return true
		}
	}
	return false
}
