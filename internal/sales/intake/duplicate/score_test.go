package duplicate

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func of(name string) company { return read(name) }

func TestNamesWrittenAlike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64 // at least; 0: less than 0.7
	}{
		{"杭州云帆科技有限公司", "云帆科技", 1},
		{"杭州云帆科技有限公司", "杭州云帆科技股份公司", 1},
		{"云帆（杭州）科技有限公司", "云帆科技有限公司", 0.7},
		{"华为技术有限公司", "华为", 0.85},
		{"浙江大华云帆信息科技有限公司", "浙江大华云凡信息科技有限公司", 0.7},
		{"启明教育科技有限公司", "启明教育", 0.7},
		{"杭州云帆科技有限公司", "上海云帆科技有限公司", 0.7}, // then the region and the contact speak
		{"云帆科技有限公司", "远航科技有限公司", 0},
		{"杭州银泰商贸有限公司", "杭州金泰商贸有限公司", 0},
		{"", "云帆科技", 0},
		{"科技", "科技有限公司", 0.7},
	} {
		a, b := of(c.a), of(c.b)
		got, back := a.like(&b), b.like(&a)
		if got != back {
			t.Errorf("%s and %s: %v one way, %v the other", c.a, c.b, got, back)
		}
		if c.want == 0 && got >= 0.7 || c.want > 0 && got < c.want-0.001 {
			t.Errorf("%s and %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	head, branch, sister := of("杭州云帆科技有限公司"), of("杭州云帆科技有限公司上海分公司"), of("杭州云帆科技有限责任公司（北京）分公司")
	if !head.kin(&branch) || !branch.kin(&head) || !branch.kin(&sister) || head.kin(&head) {
		t.Error("a branch, its sister and their head office are kin, and only those")
	}
}

// What is alike enough shares a key: else it would never be compared.
func TestWhatIsAlikeSharesAKey(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 9))
	signs := []rune("云帆远航启明星辰大华宏图鼎盛博瑞恒通嘉禾天元盛世金桥华信中兴东方卓越信达")
	pick := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(signs[rnd.IntN(len(signs))])
		}
		return b.String()
	}
	alike, shared := 0, 0
	for range 4000 {
		trade := []rune(pick(2 + rnd.IntN(4)))
		other := append([]rune(nil), trade...)
		switch rnd.IntN(3) {
		case 0:
			other[rnd.IntN(len(other))] = signs[rnd.IntN(len(signs))]
		case 1:
			other = append(other, signs[rnd.IntN(len(signs))])
		}
		tail := trades[rnd.IntN(len(trades))]
		a, b := of("杭州"+string(trade)+tail+"有限公司"), of(string(other)+[]string{tail, tail + "科技", ""}[rnd.IntN(3)])
		if a.like(&b) < 0.7 {
			continue
		}
		alike++
		for _, k := range a.keys() {
			if strings.Contains("\n"+strings.Join(b.keys(), "\n")+"\n", "\n"+k+"\n") {
				shared++
				break
			}
		}
	}
	if alike < 500 || float64(shared) < 0.98*float64(alike) {
		t.Errorf("of %d alike, %d share a key", alike, shared)
	}
}

func TestGramsAndDice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want float64
	}{{"云帆科技", "云帆科技", 1}, {"云帆", "远航", 0}, {"云", "云", 0}, {"ab", "", 0}, {"night", "nacht", 0.25}} {
		if got := dice(grams(c.a), grams(c.b)); got != c.want {
			t.Errorf("%s, %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if fmt.Sprint(trade("云帆信息科技")) != "云帆" || trade("科技") != "科技" {
		t.Errorf("what people call it: %s, %s", trade("云帆信息科技"), trade("科技"))
	}
}
