package scenario

import "testing"

// FunnelStage is one stage's figures.
type FunnelStage struct {
	Stage     string   `json:"stage"`
	Title     string   `json:"title"`
	Count     int64    `json:"count"`
	RatePrev  *float64 `json:"rate_prev"`
	RateFirst *float64 `json:"rate_first"`
	MeanDays  *float64 `json:"mean_days"`
	Completed int64    `json:"completed"`
}

// FunnelGroup is the figures of one region, team, owner or source.
type FunnelGroup struct {
	Key    string        `json:"key"`
	Name   string        `json:"name"`
	Stages []FunnelStage `json:"stages"`
}

// Funnel is a funnel's figures.
type Funnel struct {
	Funnel     string            `json:"funnel"`
	Title      string            `json:"title"`
	Mode       string            `json:"mode"`
	Period     map[string]string `json:"period"`
	Stages     []FunnelStage     `json:"stages"`
	Groups     []FunnelGroup     `json:"groups"`
	Understood string            `json:"understood"`
}

// Funnel asks for the funnel of leads.
func (c *Client) Funnel(t testing.TB, ask Fields) Funnel {
	t.Helper()
	var f Funnel
	c.Post(t, path("/funnels/lead"), ask, &f)
	return f
}

// stageOf finds a stage; none fails the test.
func stageOf(t testing.TB, stages []FunnelStage, name string) FunnelStage {
	t.Helper()
	for _, s := range stages {
		if s.Stage == name {
			return s
		}
	}
	t.Fatalf("scenario: no stage %s in %+v", name, stages)
	return FunnelStage{}
}

// FunnelStay is a record's completed time in a stage.
type FunnelStay struct {
	EnteredAt string  `json:"entered_at"`
	LeftAt    string  `json:"left_at"`
	Days      float64 `json:"days"`
	Times     int64   `json:"times"`
}

// FunnelRecords opens one number of a funnel to all its records.
func (c *Client) FunnelRecords(t testing.TB, ask Fields) (records []Record, stays map[string]FunnelStay) {
	t.Helper()
	stays = map[string]FunnelStay{}
	body := Fields{"limit": 500}
	for k, v := range ask {
		body[k] = v
	}
	for {
		var out struct {
			Page
			Object string                `json:"object"`
			Stays  map[string]FunnelStay `json:"stays"`
		}
		c.Post(t, path("/funnels/lead:records"), body, &out)
		records = append(records, out.Records...)
		for id, s := range out.Stays {
			stays[id] = s
		}
		if out.NextCursor == nil {
			return records, stays
		}
		body["cursor"] = *out.NextCursor
	}
}
