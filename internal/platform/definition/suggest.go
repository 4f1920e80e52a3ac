package definition

import (
	"encoding/json"
	"errors"
	"strings"
)

// Suggest names the nearest known name ("是否指“industry”？"), empty when none is near. Look-alike characters count as half a difference,
// so that 教肓 finds 教育.
func Suggest(name string, known []string) string {
	if best := Nearest(name, known); best != "" {
		return "是否指“" + best + "”？"
	}
	return ""
}

// Nearest is the known name that Suggest would name, empty when none is near.
func Nearest(name string, known []string) string {
	best, bestD := "", 1e9
	for _, k := range known {
		if d := distance([]rune(strings.ToLower(name)), []rune(strings.ToLower(k))); d < bestD {
			best, bestD = k, d
		}
	}
	limit := max(1.0, float64(len([]rune(name)))*0.4)
	if best == "" || bestD > limit || bestD >= float64(len([]rune(best))) {
		return ""
	}
	return best
}

// alike holds pairs of characters that are taken for one another by eye or by OCR.
var alike = map[[2]rune]bool{{'肓', '育'}: true, {'己', '已'}: true, {'末', '未'}: true, {'扫', '扣'}: true, {'玛', '码'}: true, {'士', '土'}: true, {'人', '入'}: true, {'日', '曰'}: true, {'0', 'o'}: true, {'1', 'l'}: true}

func cost(a, b rune) float64 {
	switch {
	case a == b:
		return 0
	case alike[[2]rune{a, b}] || alike[[2]rune{b, a}]:
		return 0.5
	}
	return 1
}

// distance is the edit distance with neighbouring swaps (Damerau-Levenshtein, optimal string alignment).
func distance(a, b []rune) float64 {
	prev2, prev, cur := make([]float64, len(b)+1), make([]float64, len(b)+1), make([]float64, len(b)+1)
	for j := range prev {
		prev[j] = float64(j)
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = float64(i)
		for j := 1; j <= len(b); j++ {
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

func asType(err error, te **json.UnmarshalTypeError) bool { return errors.As(err, te) }
