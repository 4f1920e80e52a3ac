package script

import (
	"testing"

	"baton/internal/platform/object"
	"baton/internal/platform/pinyin"
)

func TestWhatIsTypedFindsAScript(t *testing.T) {
	t.Parallel()
	o := object.Virtual("script", object.Object{}.Title, []object.FieldSpec{{Name: "question", Type: "text"}, {Name: "answer", Type: "long_text"}, {Name: "industry", Type: "choice"}})
	row := object.NewRow(o)
	for name, v := range map[string]string{"question": "能否和教务系统打通？", "answer": "提供标准接口，也有常见教务系统的现成连接。", "industry": "教育"} {
		f, _ := o.Field(name)
		row.V[f.Index] = v
	}
	l := &Library{Speller: pinyin.New()}
	for typed, want := range map[string]bool{
		"": true, "教务": true, "标准接口": true, "jiaowu": true, "jwxt": true, "jiaoyu": true, "biaozhun": true, "bzjk": true, "教务 接口": true, "jwxt bzjk": true,
		"bz": false, "报价": false, "jiaowu 报价": false, "aowu": false, "zzz": false,
	} {
		if got := l.matcher(typed)(row, nil); got != want {
			t.Errorf("%q finds it: %v, want %v", typed, got, want)
		}
	}
	if l.matcher("biaozhun")(row, map[string]bool{"answer": true}) {
		t.Error("a hidden answer is found by its spelling")
	}
}
