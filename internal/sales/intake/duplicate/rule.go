// Package duplicate finds records that may be one and the same, tells why, and makes them one or lets them stand as two. Nouns: a rule says
// what counts for how much; a pair is two records with a score and its reasons; a merge is one record taken into another, and can be taken
// back. Exact keys are the dedupe step's; here are those of names that are only written alike.
package duplicate

import (
	"fmt"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/sales/intake"
)

// Kind is the definition kind of duplicate rules.
const Kind = "duplicate_rule"

// Spec is a rule as written. Scores are points up to 100.
type Spec struct {
	Object  string `json:"object"`
	Enabled bool   `json:"enabled"`
	// Contact is the field with the contact's name, Region the one with the place; either may be empty.
	Contact string `json:"contact,omitempty"`
	Region  string `json:"region,omitempty"`
	// SimilarFrom is from which likeness on (0 to 1) names of companies count as alike.
	SimilarFrom float64 `json:"similar_from"`
	// SuggestFrom is the score from which two records are put before people, SureFrom the one from which they are most likely one.
	SuggestFrom int     `json:"suggest_from"`
	SureFrom    int     `json:"sure_from"`
	Weights     Weights `json:"weights"`
}

// Weights are the points of each reason. The last two are taken off.
type Weights struct {
	Phone         int `json:"phone"`
	Email         int `json:"email"`
	CreditCode    int `json:"credit_code"`
	Company       int `json:"company"` // the same normalised name
	Branch        int `json:"branch"`  // a branch and its head office, or two branches
	Similar       int `json:"similar"` // a name written alike, times the likeness
	ContactRegion int `json:"contact_region"`
	OtherCode     int `json:"other_credit_code"`
	OtherPeople   int `json:"other_people"` // other contact with another phone
}

// Rule is a compiled rule. Immutable.
type Rule struct {
	Name   string
	Title  definition.Text
	Spec   Spec
	Object *object.Object
	// Company is the field with the company's name.
	Company string
}

// Of finds an object's rule that is switched on, nil for none.
func Of(s *definition.Snapshot, objectName string) *Rule {
	for _, r := range definition.All[*Rule](s, Kind) {
		if r.Spec.Enabled && r.Object.Name == objectName {
			return r
		}
	}
	return nil
}

// NewKind is the definition kind of duplicate rules; objects compile before it.
func NewKind() definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "查重规则", EN: "Duplicate rule"}, Schema: Spec{}, Sentence: sentence,
		Compile: func(d *definition.Definition, b *definition.Builder) any {
			if r := compile(d, b); r != nil {
				return r
			}
			return nil
		}}
}

func compile(d *definition.Definition, b *definition.Builder) *Rule {
	r := &Rule{Name: d.Name, Title: d.Title}
	if !b.Decode(&r.Spec) {
		return nil
	}
	before := len(b.Problems)
	o, ok := object.Of(b.Snapshot, r.Spec.Object)
	if !ok {
		b.Problem("/spec/object", "unknown_object", "没有对象“"+r.Spec.Object+"”", definition.Suggest(r.Spec.Object, b.Names(object.Kind)))
		return nil
	}
	r.Object = o
	if r.Company, ok = intake.Deduped(o.Name); !ok {
		b.Problem("/spec/object", "not_deduped", o.Title.ZH+"不查重", "可以查重的是线索和客户")
	}
	for _, f := range [][2]string{{"contact", r.Spec.Contact}, {"region", r.Spec.Region}} {
		if _, has := o.Field(f[1]); f[1] != "" && !has {
			b.Problem("/spec/"+f[0], "unknown_field", o.Title.ZH+"没有字段“"+f[1]+"”", definition.Suggest(f[1], o.Names()))
		}
	}
	r.check(b)
	if len(b.Problems) > before {
		return nil
	}
	return r
}

func (r *Rule) check(b *definition.Builder) {
	s, w := r.Spec, r.Spec.Weights
	if s.SimilarFrom < 0.5 || s.SimilarFrom > 1 {
		b.Problem("/spec/similar_from", "out_of_range", "名称相似的下限为 0.5 到 1", "例如 0.7")
	}
	if s.SuggestFrom < 1 || s.SuggestFrom > 100 {
		b.Problem("/spec/suggest_from", "out_of_range", "提示的分数为 1 到 100", "例如 50")
	}
	if s.SureFrom < s.SuggestFrom || s.SureFrom > 100 {
		b.Problem("/spec/sure_from", "out_of_range", fmt.Sprintf("“很可能重复”的分数为 %d 到 100", s.SuggestFrom), "例如 85")
	}
	for _, x := range []struct {
		at string
		n  int
	}{{"phone", w.Phone}, {"email", w.Email}, {"credit_code", w.CreditCode}, {"company", w.Company}, {"branch", w.Branch}, {"similar", w.Similar}, {"contact_region", w.ContactRegion}, {"other_credit_code", w.OtherCode}, {"other_people", w.OtherPeople}} {
		if x.n < 0 || x.n > 100 {
			b.Problem("/spec/weights/"+x.at, "out_of_range", "分值为 0 到 100", "")
		}
	}
	if w.ContactRegion >= s.SuggestFrom && s.SuggestFrom > 0 {
		b.Problem("/spec/weights/contact_region", "out_of_range", "同名同地区的人很多，单凭这一条不能算重复", fmt.Sprintf("请低于 %d 分", s.SuggestFrom))
	}
}

func sentence(compiled any, _ *definition.Snapshot) string {
	r, ok := compiled.(*Rule)
	if !ok {
		return ""
	}
	w := r.Spec.Weights
	var parts []string
	for _, x := range []struct {
		words string
		n     int
	}{{"手机相同", w.Phone}, {"邮箱相同", w.Email}, {"信用代码相同", w.CreditCode}, {"公司同名", w.Company}, {"总分公司", w.Branch}, {"公司名相似最多", w.Similar}, {"联系人同名同地区", w.ContactRegion}, {"信用代码不同", -w.OtherCode}, {"联系人和手机都不同", -w.OtherPeople}} {
		if x.n != 0 {
			parts = append(parts, fmt.Sprintf("%s %+d", x.words, x.n))
		}
	}
	out := fmt.Sprintf("%s：%s；满 %d 分提示可能重复，满 %d 分为很可能重复", r.Object.Title.ZH, strings.Join(parts, "，"), r.Spec.SuggestFrom, r.Spec.SureFrom)
	if !r.Spec.Enabled {
		out += "（未启用）"
	}
	return out
}
