package intake

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"baton/internal/platform/problem"
)

// A report counts when it is signed by the channel's secret, whole, and not long ago.
func TestSignatures(t *testing.T) {
	now := time.Unix(1_795_000_000, 0)
	body := []byte(`{"caller":"13800138000"}`)
	stamp := func(off time.Duration) string { return strconv.FormatInt(now.Add(off).Unix(), 10) }
	for _, c := range []struct {
		what, secret, stamp, signature string
		body                           []byte
		want                           string
	}{
		{"as it should be", "s", stamp(0), Sign("s", stamp(0), body), body, ""},
		{"with the scheme's name", "s", stamp(0), "sha256=" + Sign("s", stamp(0), body), body, ""},
		{"at the edge", "s", stamp(-5 * time.Minute), Sign("s", stamp(-5*time.Minute), body), body, ""},
		{"too late", "s", stamp(-5*time.Minute - time.Second), Sign("s", stamp(-5*time.Minute-time.Second), body), body, "stale_timestamp"},
		{"too early", "s", stamp(5*time.Minute + time.Second), Sign("s", stamp(5*time.Minute+time.Second), body), body, "stale_timestamp"},
		{"another secret", "s", stamp(0), Sign("x", stamp(0), body), body, "bad_signature"},
		{"another body", "s", stamp(0), Sign("s", stamp(0), body), []byte(`{"caller":"13800138001"}`), "bad_signature"},
		{"another time", "s", stamp(time.Second), Sign("s", stamp(0), body), body, "bad_signature"},
		{"no hex", "s", stamp(0), "zz", body, "bad_signature"},
		{"cut", "s", stamp(0), Sign("s", stamp(0), body)[:32], body, "bad_signature"},
		{"no number", "s", "yesterday", Sign("s", "yesterday", body), body, "bad_timestamp"},
		{"overflow", "s", "99999999999999999999", Sign("s", "99999999999999999999", body), body, "bad_timestamp"},
		{"unsigned", "s", "", "", body, "no_signature"},
		{"an empty secret opens nothing", "", stamp(0), Sign("", stamp(0), body), body, "no_secret"},
	} {
		err := verify(c.secret, c.stamp, c.signature, c.body, now)
		var p *problem.Problem
		got := ""
		if errors.As(err, &p) {
			got = p.Code
		}
		if got != c.want || err != nil && got == "" {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
}

func TestReadCall(t *testing.T) {
	c, values, err := readCall(map[string]any{"主叫": " 13800138000 ", "duration": "61.5", "坐席": "linxiao", "录音": "https://pbx/1.mp3", "call_id": "7", "备注": "想买"})
	if err != nil || c.agent != "linxiao" || c.seconds != 61 || c.recording != "https://pbx/1.mp3" || c.id != "7" || values["phone"] != "13800138000" || values["备注"] != "想买" || len(values) != 2 {
		t.Errorf("%+v %v %v", c, values, err)
	}
	if got := c.note("林晓"); got != "来电，通话 1 分 1 秒；林晓 接听；录音 https://pbx/1.mp3" {
		t.Error(got)
	}
	for _, bad := range []map[string]any{{}, {"caller": nil}, {"caller": "1", "duration": "-1"}, {"caller": "1", "duration": "NaN"}, {"caller": "1", "duration": 90000}, {"caller": "1", "recording_url": "javascript:alert(1)"}, {"caller": "1", "recording_url": "//x"}} {
		if _, _, err := readCall(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
