package hosted

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// FormKind is the definition kind of forms.
const FormKind = "form"

// FormSpec is a form as written. Its address is /f/<name>.
type FormSpec struct {
	// Channel takes in what is submitted.
	Channel string      `json:"channel"`
	Enabled bool        `json:"enabled"`
	Fields  []FormField `json:"fields"`
	Heading string      `json:"heading,omitempty"`
	Intro   string      `json:"intro,omitempty"`
	Button  string      `json:"button,omitempty"`
	Thanks  string      `json:"thanks,omitempty"`
	// Notice stands under the button: what happens with the data.
	Notice string `json:"notice,omitempty"`
	// Tone is one of the page's colours.
	Tone string `json:"tone,omitempty"`
	// Origins are the sites that may show the form inside their pages, "https://www.example.com"; none when empty.
	Origins []string `json:"origins,omitempty"`
	// MinSeconds is the least time a person needs; PerMinute how many submissions one address may send in a minute.
	MinSeconds int `json:"min_seconds"`
	PerMinute  int `json:"per_minute"`
	// Codes are printed QR codes, each with what it stands for.
	Codes []Code `json:"codes,omitempty"`
}

// FormField is one field of the channel's object as the form asks for it.
type FormField struct {
	Field    string `json:"field"`
	Label    string `json:"label,omitempty"`
	Hint     string `json:"hint,omitempty"`
	Required bool   `json:"required,omitempty"`
}

// Code is a QR code: where it hangs, and through which channel its leads come.
type Code struct {
	Name     string `json:"name"`
	Title    string `json:"title"`
	Campaign string `json:"campaign,omitempty"`
	// Channel overrides the form's.
	Channel string `json:"channel,omitempty"`
}

// Form is a compiled form. Immutable.
type Form struct {
	Name   string
	Title  definition.Text
	Spec   FormSpec
	fields []asked
}

// asked is a field with the object's idea of it.
type asked struct {
	FormField
	f *object.Field
}

func (a asked) label() string {
	if a.Label != "" {
		return a.Label
	}
	return a.f.Title.ZH
}

// The limits of a form.
const (
	mostFields = 30
	mostCodes  = 200
	mostText   = 2000
)

// Tones are the colours a page may have; the first is the default.
var Tones = []string{"brand", "blue", "green", "amber", "red"}

// inputs are the field types people outside can fill, with the input each gets.
var inputs = map[string]string{"text": "text", "phone": "tel", "email": "email", "url": "url", "long_text": "area", "choice": "select", "multi_choice": "checks",
	"integer": "number", "decimal": "number", "money": "number", "percent": "number", "date": "date", "boolean": "check", "region": "text"}

// NewFormKind is the definition kind of forms; objects and channels compile before it.
func NewFormKind() definition.Kind {
	return definition.Kind{Name: FormKind, Title: definition.Text{ZH: "表单", EN: "Form"}, Schema: FormSpec{}, Compile: compileForm,
		Sentence: func(v any, s *definition.Snapshot) string {
			f, ok := v.(*Form)
			if !ok {
				return ""
			}
			return f.sentence(s)
		}}
}

// channelOf reads what hosted pages need of a channel.
func channelOf(s *definition.Snapshot, name string) (title string, o *object.Object, enabled, ok bool) {
	d, found := s.Definition("channel", name)
	if !found {
		return "", nil, false, false
	}
	var spec struct {
		Object  string `json:"object"`
		Enabled bool   `json:"enabled"`
	}
	if json.Unmarshal(d.Spec, &spec) != nil {
		return "", nil, false, false
	}
	o, ok = object.Of(s, spec.Object)
	return d.Title.ZH, o, spec.Enabled, ok
}

func compileForm(d *definition.Definition, b *definition.Builder) any {
	f := &Form{Name: d.Name, Title: d.Title}
	if !b.Decode(&f.Spec) {
		return nil
	}
	before := len(b.Problems)
	_, o, _, ok := channelOf(b.Snapshot, f.Spec.Channel)
	if !ok {
		b.Problem("/spec/channel", "unknown_channel", "没有渠道“"+f.Spec.Channel+"”", definition.Suggest(f.Spec.Channel, b.Names("channel")))
		return nil
	}
	f.fields = readFields(b, o, f.Spec.Fields)
	checkLook(b, f.Spec.Tone, f.Spec.Heading, f.Spec.Intro, f.Spec.Button, f.Spec.Thanks, f.Spec.Notice)
	for i, origin := range f.Spec.Origins {
		if !siteOrigin(origin) {
			b.Problem(fmt.Sprintf("/spec/origins/%d", i), "bad_origin", "“"+origin+"”不是网站地址", "写成 https://www.example.com，不带路径")
		}
	}
	if f.Spec.MinSeconds < 0 || f.Spec.MinSeconds > 60 {
		b.Problem("/spec/min_seconds", "out_of_range", "最短填写时间应在 0 到 60 秒之间", "例如 2")
	}
	if f.Spec.PerMinute < 1 || f.Spec.PerMinute > 1000 {
		b.Problem("/spec/per_minute", "out_of_range", "每分钟提交次数应在 1 到 1000 之间", "例如 10")
	}
	f.checkCodes(b, o)
	if len(b.Problems) > before {
		return nil
	}
	return f
}

func readFields(b *definition.Builder, o *object.Object, specs []FormField) []asked {
	if len(specs) == 0 {
		b.Problem("/spec/fields", "no_fields", "表单至少要有一个字段", "加上手机、联系人、公司")
	}
	if len(specs) > mostFields {
		b.Problem("/spec/fields", "too_many", fmt.Sprintf("表单最多 %d 个字段", mostFields), "")
	}
	var out []asked
	seen := map[string]bool{}
	for i, ff := range specs {
		at := fmt.Sprintf("/spec/fields/%d/field", i)
		f, ok := o.Field(ff.Field)
		if !ok || !Fillable(f) {
			b.Problem(at, "unknown_field", o.Title.ZH+"没有可以让访客填写的字段“"+ff.Field+"”", definition.Suggest(ff.Field, fillable(o)))
			continue
		}
		if seen[f.Name] {
			b.Problem(at, "twice", "“"+f.Title.ZH+"”放了两次", "")
			continue
		}
		seen[f.Name] = true
		if len([]rune(ff.Label)) > 100 || len([]rune(ff.Hint)) > 200 {
			b.Problem(at, "too_long", "字段名称不超过 100 字，说明不超过 200 字", "")
		}
		out = append(out, asked{ff, f})
	}
	return out
}

// Fillable tells whether people outside may fill a field.
func Fillable(f *object.Field) bool {
	return !f.System && !f.ReadOnly && !f.Hidden && f.TagDimension == "" && f.Name != "stage" && f.Name != "converted" && inputs[f.Type.Name()] != ""
}

func fillable(o *object.Object) []string {
	var out []string
	for _, f := range o.Fields {
		if Fillable(f) {
			out = append(out, f.Name)
		}
	}
	return out
}

func checkLook(b *definition.Builder, tone string, texts ...string) {
	if tone != "" && !slices.Contains(Tones, tone) {
		b.Problem("/spec/tone", "off_list", "没有“"+tone+"”这个颜色", definition.Suggest(tone, Tones))
	}
	for _, t := range texts {
		if len([]rune(t)) > mostText {
			b.Problem("/spec", "too_long", fmt.Sprintf("文字不超过 %d 个字", mostText), "")
		}
	}
}

// siteOrigin tells a site's origin: scheme and host, nothing else that could end a policy header.
func siteOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && s == u.Scheme+"://"+u.Host && !strings.ContainsAny(s, " ;,'\"*\r\n")
}

func (f *Form) checkCodes(b *definition.Builder, o *object.Object) {
	if len(f.Spec.Codes) > mostCodes {
		b.Problem("/spec/codes", "too_many", fmt.Sprintf("最多 %d 个二维码", mostCodes), "")
	}
	seen := map[string]bool{}
	for i, c := range f.Spec.Codes {
		at := fmt.Sprintf("/spec/codes/%d", i)
		switch {
		case !codeName(c.Name):
			b.Problem(at+"/name", "bad_name", "二维码的编号只能用小写字母、数字和下划线", "")
		case seen[c.Name]:
			b.Problem(at+"/name", "twice", "二维码“"+c.Name+"”写了两次", "")
		}
		seen[c.Name] = true
		if strings.TrimSpace(c.Title) == "" || len([]rune(c.Title)) > 100 || len([]rune(c.Campaign)) > 200 {
			b.Problem(at+"/title", "required", "请写明这个二维码用在哪里（不超过 100 字）", "例如 深圳教育展 A12 展位")
		}
		if c.Channel == "" {
			continue
		}
		if _, other, _, ok := channelOf(b.Snapshot, c.Channel); !ok || other != o {
			b.Problem(at+"/channel", "unknown_channel", "没有接入"+o.Title.ZH+"的渠道“"+c.Channel+"”", definition.Suggest(c.Channel, b.Names("channel")))
		}
	}
}

func codeName(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// code finds a code by name; the zero code for none.
func (f *Form) code(name string) (Code, bool) {
	i := slices.IndexFunc(f.Spec.Codes, func(c Code) bool { return c.Name == name })
	if i < 0 {
		return Code{}, false
	}
	return f.Spec.Codes[i], true
}

func (f *Form) sentence(s *definition.Snapshot) string {
	var names []string
	for _, a := range f.fields {
		n := a.label()
		if a.Required {
			n += "（必填）"
		}
		names = append(names, n)
	}
	channel, o, _, _ := channelOf(s, f.Spec.Channel)
	text := "访客填写" + strings.Join(names, "、") + "，提交后经渠道“" + channel + "”成为" + o.Title.ZH
	if len(f.Spec.Origins) > 0 {
		text += "；可嵌入 " + strings.Join(f.Spec.Origins, "、")
	} else {
		text += "；不可嵌入别的网站"
	}
	if n := len(f.Spec.Codes); n > 0 {
		text += fmt.Sprintf("；有 %d 个二维码", n)
	}
	if !f.Spec.Enabled {
		text += "（未启用）"
	}
	return text
}
