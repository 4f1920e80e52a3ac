package condition

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/problem"
)

// operand is one value of a leaf: a literal, a ref, or (between only) an open end.
type operand struct {
	ref   *path
	open  bool
	value any      // canonical literal
	day   bool     // value is a civil day, compared with an instant
	codes []string // under: what the place stands for
	words string   // under: the place as written
}

func sorted(s []string) []string { slices.Sort(s); return s }

// refOf reads {"ref": path}.
func refOf(raw any) (string, bool) {
	m, ok := raw.(map[string]any)
	if !ok || len(m) != 1 {
		return "", false
	}
	s, ok := m["ref"].(string)
	return s, ok
}

// operands reads the value of a leaf by the type of its field.
func (c *compiler) operands(n *node, raw any, at string) {
	f, shape := n.path.field, n.path.field.Type.Shape()
	switch n.op.want {
	case wantNothing:
		if raw != nil && raw != true {
			c.wrong(at, "unexpected_value", "“"+n.src.Op+"”不带值", "删去 value")
		}
	case wantPeriod:
		p, err := periodOf(raw)
		switch {
		case err != nil:
			c.wrong(at, "bad_period", err.Error(), periodHint)
		case shape == object.DateShape && (p.rolling() || p.unit() == "hour" || p.unit() == "minute"):
			c.wrong(at, "bad_period", "“"+f.Title.ZH+"”只有日期，不能按小时或分钟比较", periodHint)
		default:
			n.period = p
		}
	case wantOne:
		if list, ok := raw.([]any); ok && shape == object.SetShape {
			c.each(n, list, at)
			return
		}
		c.operand(n, raw, at)
	case wantPair:
		list, ok := listOf(raw)
		if !ok || len(list) != 2 || list[0] == nil && list[1] == nil {
			c.wrong(at, "wrong_type", "between 要两个值 [从, 到]", "一端不限写 null")
			return
		}
		for i, v := range list {
			if v == nil {
				n.operands = append(n.operands, operand{open: true})
				continue
			}
			c.operand(n, v, fmt.Sprintf("%s/%d", at, i))
		}
	case wantList, wantOneOrList:
		list, ok := listOf(raw)
		if _, isRef := refOf(raw); !ok && (isRef || n.op.want == wantOneOrList) {
			c.operand(n, raw, at)
			return
		}
		if !ok {
			c.wrong(at, "wrong_type", "“"+n.src.Op+"”要一个数组", `例如 ["教育", "金融"]`)
			return
		}
		if n.op.core == coreContains && shape != object.SetShape || len(list) == 0 && n.op.want == wantOneOrList {
			c.wrong(at, "wrong_type", "“"+n.src.Op+"”这里要一个值", "")
			return
		}
		c.each(n, list, at)
	}
}

func (c *compiler) each(n *node, list []any, at string) {
	if len(list) > MaxValues {
		c.wrong(at, "too_many_values", fmt.Sprintf("一次最多比较 %d 个值，这里有 %d 个", MaxValues, len(list)), "")
		return
	}
	for i, v := range list {
		c.operand(n, v, fmt.Sprintf("%s/%d", at, i))
	}
}

func listOf(raw any) ([]any, bool) {
	switch l := raw.(type) {
	case []any:
		return l, true
	case []string:
		out := make([]any, len(l))
		for i, s := range l {
			out[i] = s
		}
		return out, true
	}
	return nil, false
}

func (c *compiler) operand(n *node, raw any, at string) {
	f := n.path.field
	if name, ok := refOf(raw); ok {
		p, w := c.scope.refPath(name)
		if w == nil {
			w = c.fits(n, p)
		}
		if w != nil {
			c.wrong(at, w.code, w.message, w.hint)
			return
		}
		n.operands, n.dynamic = append(n.operands, operand{ref: p}), true
		return
	}
	o, hint, err := c.literal(n, raw)
	if err != nil {
		item := problem.Item{Pointer: at, Code: "bad_value", Message: err.Error()}
		var ve *object.ValueError
		var w *wrong
		switch {
		case errors.As(err, &ve):
			item.Code, item.Hint = ve.Code, ve.Hint
		case errors.As(err, &w):
			item.Code, item.Hint = w.code, w.hint
		}
		item.Message = "“" + f.Title.ZH + "”：" + item.Message
		c.items = append(c.items, item)
		c.failed = true
		return
	}
	if hint != nil {
		c.warn(at, hint.Code, "“"+f.Title.ZH+"”："+hint.Message, hint.hint)
	}
	n.operands = append(n.operands, o)
}

// caution is a reservation about a literal.
type caution struct{ Code, Message, hint string }

func (c *compiler) literal(n *node, raw any) (operand, *caution, error) {
	f, shape := n.path.field, n.path.field.Type.Shape()
	if raw == nil {
		return operand{}, nil, &wrong{"empty_value", "缺少要比较的值", "要找空的，请改用“为空”（empty）"}
	}
	if n.op.core == coreUnder {
		return c.underLiteral(n, raw)
	}
	if (n.op.core == coreContains || n.op.core == corePrefix) && shape != object.SetShape {
		s, ok := raw.(string)
		if num, isNum := raw.(json.Number); isNum {
			s, ok = num.String(), true
		}
		if !ok || s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return operand{}, nil, &wrong{"wrong_type", "这里需要一段文字", ""}
		}
		if f.Type.Name() == "email" {
			s = strings.ToLower(s)
		}
		return operand{value: s}, nil, nil
	}
	env := c.scope.Env
	if shape == object.TreeShape && env.Regions == nil {
		return operand{}, nil, &wrong{"no_regions", "这里没有地区表", ""}
	}
	if s, ok := raw.(string); ok && shape == object.InstantShape && !strings.ContainsAny(s, ":：时点") {
		if v, _, err := (object.Date{}).Parse(f, env, s); err == nil && v != nil {
			return operand{value: v, day: true}, nil, nil
		}
	}
	if s, ok := raw.(string); ok && shape == object.SetShape {
		raw = []any{s} // one member, never split
	}
	v, hint, err := f.Type.Parse(f, env, raw)
	var ve *object.ValueError
	if errors.As(err, &ve) && ve.Code == "off_list" {
		return c.offList(f, raw)
	}
	if err != nil {
		return operand{}, nil, err
	}
	if v == nil {
		return operand{}, nil, &wrong{"empty_value", "值是空的", "要找空的，请改用“为空”（empty）"}
	}
	if hint != nil && hint.Code == "off_list" {
		return c.offList(f, raw)
	}
	var caveat *caution
	if hint != nil {
		caveat = &caution{Code: hint.Code, Message: hint.Message}
	}
	return operand{value: v}, caveat, nil
}

// offList takes a value that is on no list as it is, with the nearest option as advice.
func (c *compiler) offList(f *object.Field, raw any) (operand, *caution, error) {
	if l, ok := raw.([]any); ok && len(l) == 1 {
		raw = l[0]
	}
	s := strings.TrimSpace(fmt.Sprint(raw))
	var hint *caution
	if len(f.Options) > 0 {
		labels := make([]string, len(f.Options))
		for i, o := range f.Options {
			labels[i] = o.Label()
		}
		near := definition.Suggest(s, f.OptionNames())
		if near == "" {
			near = "可选：" + strings.Join(labels[:min(len(labels), 20)], "、")
		}
		hint = &caution{"off_list", "“" + s + "”不在选项里", near}
	}
	if s == "" || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return operand{}, nil, &wrong{"wrong_type", "这里需要一个选项", ""}
	}
	if f.Type.Shape() == object.SetShape {
		return operand{value: object.JoinSet([]string{strings.ReplaceAll(s, "|", "/")})}, hint, nil
	}
	return operand{value: s}, hint, nil
}

func (c *compiler) underLiteral(n *node, raw any) (operand, *caution, error) {
	s, ok := raw.(string)
	if !ok || strings.TrimSpace(s) == "" {
		return operand{}, nil, &wrong{"wrong_type", "under 后面是一个名称或编号", ""}
	}
	s = strings.TrimSpace(s)
	if n.path.field.Type.Shape() != object.TreeShape {
		v, _, err := n.path.field.Type.Parse(n.path.field, c.scope.Env, s)
		return operand{value: v}, nil, err
	}
	codes, ok := c.scope.places(s)
	if !ok {
		hint := ""
		if c.scope.Env.Regions != nil {
			_, _, hint = c.scope.Env.Regions.Find(s)
		}
		return operand{}, nil, &wrong{"unknown_region", "“" + s + "”不在地区表里", hint}
	}
	return operand{codes: codes, words: s}, nil, nil
}

// places gives the codes a name stands for: a group's members, and always the place or group itself.
func (s *Scope) places(text string) ([]string, bool) {
	if s.Places != nil {
		return s.Places(text)
	}
	if s.Env.Regions == nil {
		return nil, false
	}
	code, ok, _ := s.Env.Regions.Find(text)
	if !ok {
		return nil, false
	}
	codes := []string{string(code)}
	for _, c := range s.Env.Regions.Expand(code) {
		if c != code {
			codes = append(codes, string(c))
		}
	}
	return codes, true
}

// close turns operands, all literal by now, into a test.
func (n *node) close(vs []operand, zone *time.Location) test {
	c := n.op.core
	if c == coreFilled {
		return test{form: formFilled}
	}
	switch shape := n.path.field.Type.Shape(); {
	case c == coreUnder && shape == object.TreeShape:
		var codes []string
		for _, v := range vs {
			codes = append(codes, v.codes...)
		}
		return treeTest(codes)
	case shape == object.SetShape:
		var members []string
		for _, v := range vs {
			members = append(members, object.SplitSet(v.value)...)
		}
		return setTest(c, members)
	case n.path.field.Type.Class() == object.TextClass:
		texts := make([]string, len(vs))
		for i, v := range vs {
			texts[i], _ = v.value.(string)
		}
		return textTest(c, texts)
	}
	spans := make([]span, len(vs))
	for i, v := range vs {
		spans[i] = v.span(zone)
	}
	return spanTest(spanOf(c, spans))
}

func (o operand) span(zone *time.Location) span {
	v, _ := o.value.(int64)
	switch {
	case o.open:
		return span{-1 << 63, 1<<63 - 1}
	case o.day:
		return span{object.DayStart(v, zone).UnixMilli(), object.DayStart(v+1, zone).UnixMilli() - 1}
	}
	return span{v, v}
}
