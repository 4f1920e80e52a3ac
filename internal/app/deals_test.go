package app

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/region"
	"baton/internal/platform/template"
	"baton/internal/sales/intake"
	"baton/internal/sales/pipeline"
	"baton/templates"
)

// TestWhatIsWrongInADealsDefinitionIsNamed changes one place of each shipped definition and expects it to be named.
func TestWhatIsWrongInADealsDefinitionIsNamed(t *testing.T) {
	env := &object.Env{Zone: time.UTC, Regions: region.Load()}
	shipped := func() []*definition.Definition {
		var all []*definition.Definition
		for _, folder := range []string{"platform", "sales"} {
			defs, err := template.Read(templates.FS, folder)
			require.NoError(t, err)
			all = append(all, defs...)
		}
		return all
	}
	_, problems := definition.Build(kinds(env), shipped(), 1)
	require.Empty(t, problems)
	for _, x := range []struct{ kind, name, from, to, pointer, code string }{
		{"pipeline", "opportunity", `"field":"stage","follow"`, `"field":"amount","follow"`, "/spec/field", "not_tracked"},
		{"pipeline", "opportunity", `"value":"赢单"`, `"value":"赢了"`, "/spec/stages/3/value", "unknown_value"},
		{"pipeline", "opportunity", `"value":"商务谈判"`, `"value":"方案报价"`, "/spec/stages/2/value", "duplicate"},
		{"pipeline", "opportunity", `"lost_reason"`, `"closed_at"`, "/spec/stages/4/required/0", "readonly"},
		{"pipeline", "opportunity", `"lost_reason"`, `"lost_reasons"`, "/spec/stages/4/required/0", "unknown_field"},
		{"pipeline", "opportunity", `"follow":"signed"`, `"follow":"won"`, "/spec/stages/3/follow", "unknown_value"},
		{"pipeline", "opportunity", `"probability":60`, `"probability":160`, "/spec/stages/2/probability", "out_of_range"},
		{"pipeline", "opportunity", `"outcome":"lost"`, `"outcome":"gone"`, "/spec/stages/4/outcome", "unknown_value"},
		{"pipeline", "opportunity", `"back":"opportunity"`, `"back":"customer"`, "/spec/follow/back", "not_a_relation"},
		{"conversion", "lead", `"link":"converted_contact"`, `"link":"company"`, "/spec/makes/1/link", "wrong_type"},
		{"conversion", "lead", `"{company} {product_line}"`, `"{company} {product}s {line}"`, "/spec/makes/2/values/name", "unknown_field"},
		{"conversion", "lead", `"customer":"customer"`, `"customer":"contact"`, "/spec/makes/1/links/customer", "unknown_link"},
		{"conversion", "lead", `"back":"lead"`, `"back":"customer"`, "/spec/makes/2/back", "not_a_relation"},
		{"validation", "second_new_signing", `"months":12`, `"months":0`, "/spec/months", "out_of_range"},
		{"validation", "second_new_signing", `"same":"customer"`, `"same":"amount"`, "/spec/same", "wrong_type"},
		{"validation", "second_new_signing", `"kind":"增购"`, `"kind":"加购"`, "/spec/offer/kind", "bad_value"},
		{"validation", "second_new_signing", `"right":"contracts.pass"`, `"right":"contract.pass"`, "/spec/pass/right", "unknown_right"},
		{"validation", "second_new_signing", `"field":"kind"`, `"field":"kinds"`, "/spec/when/all/0/field", "unknown_field"},
		{"rollup", "contract_received", `"field":"received"`, `"field":"amount"`, "/spec/field", "not_readonly"},
		{"rollup", "contract_received", `"relation":"contract"`, `"relation":"customer"`, "/spec/relation", "not_a_relation"},
		{"rollup", "contract_received", `{"field":"status","op":"eq","value":"已审核"}`, `{"all":[{"field":"created_at","op":"within","value":{"last":30,"unit":"day"}}]}`, "/spec/where", "reads_time"},
		{"rollup", "contract_received", `{"field":"status","op":"eq","value":"已审核"}`, `{"field":"created_at","op":"lt","value":{"ref":"now"}}`, "/spec/where", "reads_time"},
		{"rollup", "contract_received", `"sum":"amount"`, `"sum":"number"`, "/spec/sum", "not_a_number"},
	} {
		defs, changed := shipped(), false
		for _, d := range defs {
			if d.Kind != x.kind || d.Name != x.name {
				continue
			}
			var v any
			require.NoError(t, json.Unmarshal(d.Spec, &v))
			raw, err := json.Marshal(v) // keys in order, without spaces
			require.NoError(t, err)
			changed = strings.Contains(string(raw), x.from)
			d.Spec = json.RawMessage(strings.Replace(string(raw), x.from, x.to, 1))
		}
		require.True(t, changed, "%s has no %s", x.name, x.from)
		_, problems := definition.Build(kinds(env), defs, 1)
		found := false
		for _, it := range problems {
			found = found || it.Kind == x.kind && it.Pointer == x.pointer && it.Code == x.code
		}
		assert.True(t, found, "%s → %s: %+v", x.from, x.to, problems)
	}
}

// TestOneOfManyNewSigningsIsSaved lets many sign one customer at once, under two rows of one name: exactly one contract comes of it.
func TestOneOfManyNewSigningsIsSaved(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		rows := []string{c.made(t, "customer", "rita", map[string]any{"name": "苏州启明有限公司"}), c.made(t, "customer", "rita", map[string]any{"name": "苏州启明有限责任公司"})}
		v := c.person(t, "rita")
		codes := make([]int, 12)
		var all sync.WaitGroup
		for i := range codes {
			all.Go(func() {
				res, _ := v.send(t, "POST", "/api/v1/objects/contract/records", map[string]any{"number": fmt.Sprint("HT", i), "customer": rows[i%2], "amount": 1})
				codes[i] = res.StatusCode
			})
		}
		all.Wait()
		saved := 0
		for _, code := range codes {
			if code == http.StatusCreated {
				saved++
			} else {
				assert.Equal(t, http.StatusConflict, code)
			}
		}
		assert.Equal(t, 1, saved)
	})
}

// TestReceiptsAtOnceAddUp lets many receipts of one contract come at once: the sum is exact.
func TestReceiptsAtOnceAddUp(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		contract := c.made(t, "contract", "rita", map[string]any{"number": "HT1", "amount": 10})
		v := c.person(t, "boss")
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				res, body := v.send(t, "POST", "/api/v1/objects/receipt/records", map[string]any{"contract": contract, "amount": "0.07", "status": "已审核", "owner": "rita"})
				assert.Equal(t, http.StatusCreated, res.StatusCode, "%s", body)
			})
		}
		all.Wait()
		_, body := v.send(t, "GET", "/api/v1/objects/contract/records/"+contract, nil)
		row := decoded(t, body)["record"].(map[string]any)
		assert.Equal(t, []any{0.7, 9.3}, []any{row["received"], row["outstanding"]})
	})
}

// TestKindredKnowsTheSameCompany: by code, by name, by branch, and nothing else.
func TestKindredKnowsTheSameCompany(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		ids := map[string]string{}
		for name, values := range map[string]map[string]any{
			"head": {"name": "上海晨光科技有限公司"}, "same": {"name": "上海晨光科技 有限责任公司"}, "suzhou": {"name": "上海晨光科技有限公司苏州分公司"}, "wuxi": {"name": "上海晨光科技有限公司无锡分公司"},
			"other": {"name": "上海晨光科技咨询有限公司"}, "longer": {"name": "上海晨光科技有限公司工会"}, "coded": {"name": "晨光", "credit_code": "91310000MA1FL4G856"}, "coded too": {"name": "CG", "credit_code": "91310000MA1FL4G856"},
		} {
			ids[c.made(t, "customer", "rita", values)] = name
		}
		o, _ := object.Of(c.app.Defs.Current(), "customer")
		kin := map[string]map[string]string{}
		for id, name := range ids {
			row, err := record.ReadRow(t.Context(), c.app.DB, o, id)
			require.NoError(t, err)
			found, err := intake.Kindred(t.Context(), c.app.DB, row)
			require.NoError(t, err)
			kin[name] = map[string]string{}
			for _, k := range found {
				kin[name][ids[k.Row.ID()]] = k.By
			}
		}
		assert.Equal(t, map[string]map[string]string{
			"head": {"same": "company", "suzhou": "branch", "wuxi": "branch"}, "same": {"head": "company", "suzhou": "branch", "wuxi": "branch"},
			"suzhou": {"head": "branch", "same": "branch", "wuxi": "branch"}, "wuxi": {"head": "branch", "same": "branch", "suzhou": "branch"},
			"other": {}, "longer": {}, "coded": {"coded too": "credit_code"}, "coded too": {"coded": "credit_code"},
		}, kin)
	})
}

// TestASupervisorConvertsForTheOwner: what is made is the owner's, whoever converts; a stale preview is refused; marketing and other teams may not.
func TestASupervisorConvertsForTheOwner(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		lead := c.made(t, "lead", "rita", map[string]any{"company": "启明学校", "name": "王老师"})
		one := "/api/v1/objects/lead/records/" + lead
		for person, want := range map[string]int{"rob": 404, "max": 404, "mia": 404} {
			res, _ := c.person(t, person).send(t, "POST", one+":convert", map[string]any{})
			assert.Equal(t, want, res.StatusCode, person)
		}
		lena := c.person(t, "lena")
		_, body := lena.send(t, "GET", one+"/conversion", nil)
		version := decoded(t, body)["version"]
		res, _ := lena.send(t, "PATCH", one, map[string]any{"note": "改过"})
		require.Equal(t, 200, res.StatusCode)
		res, body = lena.send(t, "POST", one+":convert", map[string]any{"version": version})
		assert.Equal(t, 409, res.StatusCode, "%s", body)
		for body, want := range map[string]string{`{"makes":{"deal":{}}}`: "unknown_part", `{"makes":{"opportunity":{"values":{"owner":"rob"}}}}`: "unknown_field", `{"makes":{"opportunity":{"skip":true}}}`: "not_optional", `{"makes":{"opportunity":{"attach":"x"}}}`: "unknown_reference"} {
			var in any
			require.NoError(t, json.Unmarshal([]byte(body), &in))
			res, answer := lena.send(t, "POST", one+":convert", in)
			assert.Equal(t, 422, res.StatusCode, body)
			assert.Contains(t, string(answer), want)
		}
		res, body = lena.send(t, "POST", one+":convert", map[string]any{})
		require.Equal(t, 200, res.StatusCode, "%s", body)
		rec := decoded(t, body)["record"].(map[string]any)
		assert.Equal(t, "lena", rec["converted_by"])
		_, body = lena.send(t, "GET", "/api/v1/objects/opportunity/records/"+rec["opportunity"].(string), nil)
		assert.Equal(t, "rita", decoded(t, body)["record"].(map[string]any)["owner"])
		pool := c.made(t, "lead", "", map[string]any{"company": "公海学校"})
		res, body = c.person(t, "boss").send(t, "POST", "/api/v1/objects/lead/records/"+pool+":convert", map[string]any{})
		assert.Equal(t, 409, res.StatusCode)
		assert.Equal(t, "no_owner", decoded(t, body)["code"])
	})
}

// republish publishes a shipped definition with a part of its spec, as JSON with sorted keys, in other words.
func (c *company) republish(t *testing.T, kind, name, from, to string) {
	t.Helper()
	d, ok := c.app.Defs.Current().Definition(kind, name)
	require.True(t, ok)
	var v any
	require.NoError(t, json.Unmarshal(d.Spec, &v))
	raw, err := json.Marshal(v)
	require.NoError(t, err)
	require.Contains(t, string(raw), from)
	next := *d
	next.Spec = json.RawMessage(strings.Replace(string(raw), from, to, 1))
	_, err = c.app.Defs.Publish(t.Context(), actor.TheSystem("test"), "test", []*definition.Definition{&next}, nil)
	require.NoError(t, err)
}

// TestAConversionTakesOnlyWhatItsMakerMayGive: what is given is neither hidden from who converts, nor the system's, nor leads to a record that
// is not there for them; the preview offers nothing else.
func TestAConversionTakesOnlyWhatItsMakerMayGive(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		c.republish(t, "conversion", "lead", `"ask":["stage","expected_at"]`, `"ask":["stage","expected_at","lead"]`)
		c.republish(t, "conversion", "lead", `"values":{"amount":"budget",`, `"values":{"amount":"budget","closed_at":"created_at",`)
		c.republish(t, "role", "rep", `"opportunity":{`, `"opportunity":{"hide":["amount"],`)
		lead := c.made(t, "lead", "rita", map[string]any{"company": "启明学校", "name": "王老师", "budget": 9000})
		mine, theirs := c.lead(t, "rita"), c.lead(t, "sam")
		one := "/api/v1/objects/lead/records/" + lead
		rita := c.person(t, "rita")
		parts := rita.get(t, one+"/conversion", 200)["makes"].([]any)
		part := parts[len(parts)-1].(map[string]any)
		assert.ElementsMatch(t, []any{"name", "product_line", "stage", "expected_at", "lead"}, part["fields"])
		assert.NotContains(t, part["values"], "amount")
		for _, x := range []struct {
			field string
			value any
			code  string
		}{
			{"amount", 1, "unknown_field"}, {"closed_at", "2026-01-01T00:00:00Z", "unknown_field"}, {"lead", theirs, "unknown_reference"}, {"lead", "nobody", "unknown_reference"},
		} {
			res, body := rita.send(t, "POST", one+":convert", map[string]any{"makes": map[string]any{"opportunity": map[string]any{"values": map[string]any{x.field: x.value}}}})
			assert.Equal(t, 422, res.StatusCode, "%s: %s", x.field, body)
			item := decoded(t, body)["errors"].([]any)[0].(map[string]any)
			assert.Equal(t, []any{"/opportunity/" + x.field, x.code}, []any{item["pointer"], item["code"]})
			assert.NotContains(t, fmt.Sprint(item["hint"]), "amount")
		}
		made := rita.post(t, one+":convert", map[string]any{"makes": map[string]any{"opportunity": map[string]any{"values": map[string]any{"lead": mine, "expected_at": "2026-12-01"}}}}, 200)["record"].(map[string]any)
		deal := c.row(t, "opportunity", made["opportunity"].(string))
		assert.Equal(t, int64(900000), deal.Get("amount"), "what is hidden is carried all the same")
	})
}

// TestWhatIsMadeStartsAtAnOpenStage: where no stage follows the other record's, at the first that is still open, wherever it stands.
func TestWhatIsMadeStartsAtAnOpenStage(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		d, _ := c.app.Defs.Current().Definition("pipeline", "opportunity")
		var spec map[string]any
		require.NoError(t, json.Unmarshal(d.Spec, &spec))
		stages := spec["stages"].([]any)
		require.Contains(t, fmt.Sprint(stages[len(stages)-1]), "lost")
		spec["stages"] = append([]any{stages[len(stages)-1]}, stages[:len(stages)-1]...)
		next := *d
		var err error
		next.Spec, err = json.Marshal(spec)
		require.NoError(t, err)
		_, err = c.app.Defs.Publish(t.Context(), actor.TheSystem("test"), "test", []*definition.Definition{&next}, nil)
		require.NoError(t, err)
		o, _ := object.Of(c.app.Defs.Current(), "lead")
		field, value, ok := pipeline.Start(c.app.Defs.Current(), object.NewRow(o), "opportunity")
		assert.Equal(t, []any{"stage", "需求确认", true}, []any{field, value, ok})
	})
}

// TestAChangedRollUpAddsUpAnew: what stands is as the roll-up says now, without a write of anybody's, and what counts no more leaves no event
// where it changes nothing.
func TestAChangedRollUpAddsUpAnew(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		var contracts []string
		for i := range 120 { // more than a slice
			contracts = append(contracts, c.made(t, "contract", "rita", map[string]any{"number": fmt.Sprint("HT-", i), "amount": 10}))
		}
		first, last := contracts[0], contracts[119]
		for _, id := range []string{first, last} {
			c.made(t, "receipt", "rita", map[string]any{"contract": id, "amount": 3, "status": "已审核"})
			c.made(t, "receipt", "rita", map[string]any{"contract": id, "amount": 4, "status": "待审核"})
		}
		assert.Equal(t, int64(300), c.row(t, "contract", first).Get("received"))
		untouched := c.row(t, "contract", contracts[50]).V[object.Version]
		c.republish(t, "rollup", "contract_received", `"value":"已审核"`, `"value":"待审核"`)
		require.Eventually(t, func() bool {
			return c.row(t, "contract", first).Get("received") == any(int64(400)) && c.row(t, "contract", last).Get("outstanding") == any(int64(600))
		}, 20*time.Second, 20*time.Millisecond)
		assert.Equal(t, untouched, c.row(t, "contract", contracts[50]).V[object.Version])
	})
}
