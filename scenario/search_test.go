package scenario

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"
)

// finds are the titles that somebody finds, group by group.
func finds(t testing.TB, c *Client, words string) []string {
	t.Helper()
	var out struct {
		Filling bool
		Groups  []struct {
			Object string
			Title  any
			More   bool
			Hits   []struct {
				ID, Title, Owner string
				Marks, Fields    any
				Mine             bool
				CreatedAt        string `json:"created_at"`
			}
		}
	}
	c.Get(t, path("/search?limit=50&q=%s", url.QueryEscape(words)), &out)
	titles := []string{}
	for _, g := range out.Groups {
		for _, h := range g.Hits {
			titles = append(titles, g.Object+" "+h.Title)
		}
	}
	return titles
}

// One search over everything: by words, pinyin, initials and digits, within one's scope; it goes on behind a kill.
func TestSearchFindsWhatOneMaySee(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		wang, zhao := admin.Rep(t, "wang", nil), admin.Rep(t, "zhao", nil)
		mine := admin.Create(t, "lead", Fields{"company": "重庆长安测试设备有限公司", "name": "单总", "phone": "13800138001", "owner": wang.User.ID})
		admin.Create(t, "customer", Fields{"name": "长安设备集团", "owner": zhao.User.ID})
		for words, want := range map[string][]string{"长安": {"lead 重庆长安测试设备有限公司"}, "changan": {"lead 重庆长安测试设备有限公司"}, "cqca": {"lead 重庆长安测试设备有限公司"}, "shanzong": {"lead 重庆长安测试设备有限公司"}, "8001": {"lead 重庆长安测试设备有限公司"}, "集团": {}} {
			if got := finds(t, wang, words); !slices.Equal(got, want) {
				t.Errorf("wang finds %v by %q, want %v", got, words, want)
			}
		}
		if got := finds(t, zhao, "长安"); !slices.Equal(got, []string{"customer 长安设备集团"}) {
			t.Errorf("zhao finds %v", got)
		}
		if got := finds(t, admin, "长安"); len(got) != 2 {
			t.Errorf("the administrator finds %v, want both", got)
		}
		s.Anonymous(t).Do(t, http.MethodGet, path("/search?q=1"), nil).Problem(t, http.StatusUnauthorized, "not_signed_in")
		// The list's words are the same.
		var list map[string]any
		wang.Get(t, path("/objects/lead/records?q=%s", "cqca"), &list)
		if rows, _ := list["records"].([]any); len(rows) != 1 || rows[0].(map[string]any)["id"] != mine.ID() {
			t.Errorf("the list by initials: %v", list["records"])
		}
		s.Kill(t)
		s.Restart(t)
		admin = s.Admin(t)
		admin.Change(t, "lead", mine, Fields{"company": "成都转身有限公司"})
		deadline := time.Now().Add(20 * time.Second)
		for len(finds(t, admin, "cdzs")) != 1 || len(finds(t, admin, "cqca")) != 0 {
			if time.Now().After(deadline) {
				t.Fatalf("after a kill: %v by cdzs, %v by cqca", finds(t, admin, "cdzs"), finds(t, admin, "cqca"))
			}
		}
	})
}
