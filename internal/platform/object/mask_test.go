package object_test

import (
	"testing"

	"baton/internal/platform/object"
)

// TestMaskedText: of each type what is shown in part; never so much that little is left to guess.
func TestMaskedText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ  object.Type
		v    any
		want string
	}{
		{object.Phone{}, "+8613800138000", "138****8000"}, {object.Phone{}, "+861081234567", "10****4567"}, {object.Phone{}, "+12025550123", "+120****0123"}, {object.Phone{}, "10086", "•••"}, {object.Phone{}, "座机 1234", "•••"},
		{object.Email{}, "zhang@example.com", "z***@example.com"}, {object.Email{}, "z@example.com", "•••"}, {object.Email{}, "不是邮箱", "•••"},
		{object.Text{}, "张小明", "张**"}, {object.Text{}, "张", "•••"}, {object.Text{}, "一段长得不像名字的话，后面还有很多很多很多字", "•••"}, {object.LongText{}, "张小明", "•••"},
		{object.Money{}, int64(17350000), "¥10万–¥20万"}, {object.Money{}, int64(700), "¥0–¥10"}, {object.Money{}, int64(-17350000), "-¥20万–-¥10万"}, {object.Integer{}, int64(173), "100–200"}, {object.Percent{}, int64(6550), "60%–70%"},
		{object.Date{}, int64(20000), "•••"}, {object.Choice{}, "医疗", "•••"}, {object.Phone{}, nil, ""},
	} {
		if got := object.MaskedText(&object.Field{Type: c.typ}, &object.Env{}, c.v); got != c.want {
			t.Errorf("%s %v is shown as %q, want %q", c.typ.Name(), c.v, got, c.want)
		}
	}
	if v := object.Masked(&object.Field{Type: object.Phone{}}, &object.Env{}, nil); v != nil {
		t.Errorf("an empty value is shown as %v", v)
	}
}
