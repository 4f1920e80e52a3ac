package scenario

import (
	"encoding/json"
	"math"
	"testing"
)

type funnelStage struct {
	Stage     string   `json:"stage"`
	Count     int64    `json:"count"`
	MeanDays  *float64 `json:"mean_days"`
	Completed int64    `json:"completed"`
}

// The company's mean in 方案报价 reads 4.2 days, and so does each team's; the teams' quoted leads sum to the company's.
func TestFunnelOfTheDemoCompany(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db, Demo: true})
		director := s.Demo(t, "chenli")
		ask := Fields{"mode": "cohort", "period": Fields{"last": 200, "unit": "day"}, "by": "team"}
		var got struct {
			Stages []funnelStage `json:"stages"`
			Groups []struct {
				Key    string        `json:"key"`
				Stages []funnelStage `json:"stages"`
			} `json:"groups"`
		}
		var body json.RawMessage
		director.Do(t, "POST", "/api/v1/funnels/lead", ask).OK(t, &body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Fatal(err)
		}
		quoted := func(stages []funnelStage) funnelStage {
			for _, st := range stages {
				if st.Stage == "quoted" {
					return st
				}
			}
			t.Fatalf("no stage quoted in %+v", stages)
			return funnelStage{}
		}
		reads := func(st funnelStage, who string) {
			if st.MeanDays == nil || math.Abs(*st.MeanDays-4.2) > 0.05 || st.Completed == 0 {
				t.Errorf("%s: mean days in quoted %v of %d, want 4.2", who, st.MeanDays, st.Completed)
			}
		}
		company := quoted(got.Stages)
		reads(company, "company")
		teams, sum := 0, int64(0)
		for _, g := range got.Groups {
			st := quoted(g.Stages)
			sum += st.Count
			if st.Completed > 0 {
				teams++
				reads(st, g.Key)
			}
		}
		if teams != 7 || sum != company.Count {
			t.Errorf("%d teams with %d quoted in all, want 7 with %d", teams, sum, company.Count)
		}
	})
}
