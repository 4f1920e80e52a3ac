// Package object turns object definitions into typed objects: fields, their types, and the table that holds the rows. It knows nothing of
// any particular object; lead and ticket are the same to it.
package object

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"baton/internal/platform/definition"
	"baton/internal/platform/formula"
	"baton/internal/platform/region"
)

// Kind is the definition kind of objects.
const Kind = "object"

// Spec is an object as written.
type Spec struct {
	Icon       string      `json:"icon,omitempty"`
	TitleField string      `json:"title_field"`
	Fields     []FieldSpec `json:"fields"`
	// Pool makes rows without an owner visible to all who may read the object (公海).
	Pool bool `json:"pool,omitempty"`
	// System objects ship with the platform and cannot be removed.
	System bool `json:"system,omitempty"`
	// Lists are index column lists beyond single fields, for sorting and filtering big lists.
	Indexes [][]string `json:"indexes,omitempty"`
	// Unique are sets of fields whose values no two records share. Where one of them is empty, or the record is deleted, the rule does not hold.
	Unique []UniqueSpec `json:"unique,omitempty"`
	// OwnerFrom names the relation whose record's owner this object's rows have as well: they are seen by who sees that record.
	OwnerFrom string `json:"owner_from,omitempty"`
	// WriteRight is a named right that writing needs besides a role's rule.
	WriteRight string `json:"write_right,omitempty"`
	// Checks are what a record of the object may not be; they are compiled by package rule.
	Checks []CheckSpec `json:"checks,omitempty"`
	// HideFromMenu keeps auxiliary objects (touch, task …) out of the navigation.
	HideFromMenu bool `json:"hide_from_menu,omitempty"`
}

// FieldSpec is a field as written. ID is stable over renames and names the column; it defaults to the first name.
type FieldSpec struct {
	Name    string          `json:"name"`
	ID      string          `json:"id,omitempty"`
	Title   definition.Text `json:"title"`
	Type    string          `json:"type"`
	Aliases []string        `json:"aliases,omitempty"` // other names, also matched by imports
	Options []Option        `json:"options,omitempty"`
	// Open choice fields keep values outside the list (with a hint); closed ones refuse them.
	Open   bool   `json:"open,omitempty"`
	Target string `json:"target,omitempty"` // relation: the other object
	// OtherTitle is what the records with this relation are called on the page of the record it points to; the object's title when empty.
	OtherTitle definition.Text `json:"other_title,omitzero"`
	Scale      int             `json:"scale,omitempty"` // decimal: digits after the point
	Required   bool            `json:"required,omitempty"`
	Default    any             `json:"default,omitempty"`
	Track      bool            `json:"track,omitempty"` // keep typed history (stage, owner, amount)
	Index      bool            `json:"index,omitempty"`
	Unique     bool            `json:"unique,omitempty"`
	ReadOnly   bool            `json:"readonly,omitempty"` // set by engines only
	Class      string          `json:"class,omitempty"`    // plain (default), personal, secret
	Help       definition.Text `json:"help,omitzero"`
	Group      string          `json:"group,omitempty"`
	// KeepUnread keeps unreadable text with a hint instead of refusing the row.
	KeepUnread bool `json:"keep_unread,omitempty"`
	Max        int  `json:"max,omitempty"` // longest text in characters
	// TagDimension names the tag dimension whose column this is.
	TagDimension string `json:"tag_dimension,omitempty"`
	Hidden       bool   `json:"hidden,omitempty"`
	// Gen counts the columns that the field has had: a change of type makes a new one. Kept by the platform.
	Gen int `json:"gen,omitempty"`
	// Retype is a change of type under way. Kept by the platform.
	Retype *Retype `json:"retype,omitempty"`
	// Formula computes the field from others of its record; Result is the type of its values (also of a roll-up's, where it is not its
	// source's).
	Formula string      `json:"formula,omitempty"`
	Result  string      `json:"result,omitempty"`
	Rollup  *RollupSpec `json:"rollup,omitempty"`
	// Files bounds a file or image field.
	Files *FileRules `json:"files,omitempty"`
	// Pattern of an auto number: HT-{YYYY}{MM}-{0000}; the counter starts anew with each date.
	Pattern string `json:"pattern,omitempty"`
	// RequiredWhen and VisibleWhen are conditions on the same record, compiled by package rule.
	RequiredWhen json.RawMessage `json:"required_when,omitempty"`
	VisibleWhen  json.RawMessage `json:"visible_when,omitempty"`
}

// CheckSpec refuses records that meet a condition.
type CheckSpec struct {
	Name    string          `json:"name"`
	Title   definition.Text `json:"title,omitzero"`
	When    json.RawMessage `json:"when"`
	Message string          `json:"message"`
	At      string          `json:"at,omitempty"` // the field that the message is shown at
}

// UniqueSpec is a rule that no two records share the values of some fields.
type UniqueSpec struct {
	Fields []string        `json:"fields"`
	Title  definition.Text `json:"title,omitzero"`
}

// Retype is a field as it will be, while its values are carried over into a column of their own. Every write writes both.
type Retype struct {
	Type    string   `json:"type"`
	Scale   int      `json:"scale,omitempty"`
	Options []Option `json:"options,omitempty"`
	Open    bool     `json:"open,omitempty"`
	Target  string   `json:"target,omitempty"`
	Max     int      `json:"max,omitempty"`
	Gen     int      `json:"gen"`
	// Unread says what becomes of values that cannot be read: keep (with a hint) or refuse (the change ends).
	Unread string `json:"unread"`
	Job    string `json:"job"`
}

// The bounds of an object. PostgreSQL keeps a row within a page of 8 kB: more columns would not hold short texts in all of them.
const (
	MaxFields  = 400
	MaxOptions = 2000
	maxTitle   = 200
)

// Option is a value of a choice field. Value is what is stored and shown in Chinese.
type Option struct {
	Value   string   `json:"value"`
	Title   string   `json:"title,omitempty"` // Chinese label when the value is a code
	EN      string   `json:"en,omitempty"`
	Color   string   `json:"color,omitempty"`
	Aliases []string `json:"aliases,omitempty"`
}

// Label is the Chinese label.
func (o Option) Label() string {
	if o.Title != "" {
		return o.Title
	}
	return o.Value
}

// The system fields, at fixed positions of every Row.
const (
	ID = iota
	Version
	CreatedAt
	CreatedBy
	UpdatedAt
	UpdatedBy
	Owner
	OrgUnit
	DeletedAt
	Hints
	systemFields
)

// Env is what reading and showing values depends on. Immutable.
type Env struct {
	Zone    *time.Location
	Regions *region.Tree
	// Name gives the display name of a referenced record, "" when unknown; nil is allowed.
	Name func(object, id string) string
}

// Field is a field of a compiled object.
type Field struct {
	FieldSpec
	Index  int    // position in a Row
	Column string // column in the table
	Type   Type
	System bool
	Object string
	// Next is the field as it will be while its type changes, with its new column; nil otherwise. Position and name are the same.
	Next   *Field
	byFold map[string]string // choice: folded value, label and alias → value
	// Number is the compiled pattern of an auto number; nil for all other fields.
	Number  *NumberPattern
	program *formula.Program
}

// Object is a compiled object. Immutable.
type Object struct {
	Name   string
	Title  definition.Text
	Spec   Spec
	Table  string
	Fields []*Field
	// Unique are the rules over several fields.
	Unique []*Unique
	// Rules are the object's compiled checks (package rule); nil when it has none.
	Rules    any
	byName   map[string]*Field
	computed []*Field // formulas, each after those it reads
	files    []*Field
}

// Unique is a compiled rule over several fields.
type Unique struct {
	Title  definition.Text
	Fields []*Field
}

// Field finds a field by name or alias. `tags.x` names the column of tag dimension x.
func (o *Object) Field(name string) (*Field, bool) {
	f, ok := o.byName[name]
	return f, ok
}

// FileFields lists the fields whose values are files.
func (o *Object) FileFields() []*Field { return o.files }

// Names lists all field names, for suggestions.
func (o *Object) Names() []string {
	out := make([]string, 0, len(o.Fields))
	for _, f := range o.Fields {
		out = append(out, f.Name)
	}
	return out
}

// TitleOf gives the text by which a row is known: its title field, else its id.
func (o *Object) TitleOf(r *Row) string {
	if f := o.TitleFieldOf(r, nil); f != nil {
		return r.textAt(f.Index)
	}
	return r.ID()
}

// TitleFieldOf is the field by which a row is known, leaving out those without; nil when it is known by its id only.
func (o *Object) TitleFieldOf(r *Row, without map[string]bool) *Field {
	for _, n := range []string{o.Spec.TitleField, "name", "company", "title"} {
		if f, ok := o.byName[n]; ok && !without[f.Name] && r.textAt(f.Index) != "" {
			return f
		}
	}
	return nil
}

// Of finds an object in a snapshot.
func Of(s *definition.Snapshot, name string) (*Object, bool) {
	return definition.Get[*Object](s, Kind, name)
}

// Named finds the object that a definition names while it is compiled; an unknown one is a problem at the place, with the nearest name.
func Named(b *definition.Builder, pointer, name string) (*Object, bool) {
	o, ok := Of(b.Snapshot, name)
	if !ok {
		b.Problem(pointer, "unknown_object", "没有对象“"+name+"”", definition.Suggest(name, b.Names(Kind)))
	}
	return o, ok
}

// All lists the objects of a snapshot by name.
func All(s *definition.Snapshot) []*Object { return definition.All[*Object](s, Kind) }

// maxName keeps table names (o_…) within what PostgreSQL tells apart.
const maxName = 50

var fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,50}$`)

func system() []*Field {
	mk := func(i int, name, zh, en string, t Type) *Field {
		return &Field{FieldSpec: FieldSpec{Name: name, ID: name, Title: definition.Text{ZH: zh, EN: en}, Type: t.Name(), ReadOnly: name != "owner"}, Index: i, Column: name, Type: t, System: true}
	}
	fs := []*Field{
		mk(ID, "id", "编号", "ID", Text{}), mk(Version, "version", "版本", "Version", Integer{}),
		mk(CreatedAt, "created_at", "创建时间", "Created", DateTime{}), mk(CreatedBy, "created_by", "创建人", "Created by", Person{}),
		mk(UpdatedAt, "updated_at", "更新时间", "Updated", DateTime{}), mk(UpdatedBy, "updated_by", "更新人", "Updated by", Person{}),
		mk(Owner, "owner", "负责人", "Owner", Person{}), mk(OrgUnit, "org_unit", "所属组织", "Org unit", OrgUnitType{}),
		mk(DeletedAt, "deleted_at", "删除时间", "Deleted", DateTime{}), mk(Hints, "hints", "提示", "Hints", JSON{}),
	}
	fs[Owner].Track, fs[Owner].FieldSpec.Index = true, true
	fs[Hints].Hidden, fs[DeletedAt].Hidden = true, true
	return fs
}

// NewKind is the definition kind that compiles objects.
func NewKind() definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "对象", EN: "Object"}, Compile: compile, Schema: Spec{}}
}

func compile(d *definition.Definition, b *definition.Builder) any {
	o := &Object{Name: d.Name, Title: d.Title, Table: "o_" + d.Name, byName: map[string]*Field{}}
	if !b.Decode(&o.Spec) {
		return nil
	}
	if len(d.Name) > maxName {
		b.Problem("/name", "bad_name", fmt.Sprintf("对象名不超过 %d 个字符", maxName), "")
	}
	o.Fields = system()
	for _, f := range o.Fields {
		f.Object = d.Name
		o.byName[f.Name] = f
	}
	if n := len(o.Spec.Fields); n > MaxFields && b.Fresh() {
		b.Problem("/spec/fields", "too_many_fields", fmt.Sprintf("一个对象最多 %d 个字段，这里有 %d 个", MaxFields, n), "把一部分字段分到有关联的另一个对象")
		return nil
	}
	ids, columns := map[string]bool{}, map[string]bool{}
	for i, fs := range o.Spec.Fields {
		at := fmt.Sprintf("/spec/fields/%d", i)
		t, ok := typeByName[fs.Type]
		switch {
		case !fieldName.MatchString(fs.Name):
			b.Problem(at+"/name", "bad_name", "字段名只能用小写字母、数字和下划线，以字母开头，不超过 51 个字符", "")
			continue
		case o.byName[fs.Name] != nil:
			b.Problem(at+"/name", "duplicate", "字段“"+fs.Name+"”已经有了", "")
			continue
		case !ok:
			b.Problem(at+"/type", "unknown_type", "没有“"+fs.Type+"”这种字段类型", definition.Suggest(fs.Type, TypeNames()))
			continue
		}
		if fs.ID == "" {
			fs.ID = fs.Name
		}
		if ids[fs.ID] {
			b.Problem(at+"/id", "duplicate", "字段编号“"+fs.ID+"”重复", "")
			continue
		}
		ids[fs.ID] = true
		if !fieldName.MatchString(fs.ID) {
			b.Problem(at+"/id", "bad_name", "字段编号只能用小写字母、数字和下划线，以字母开头，不超过 51 个字符", "")
			continue
		}
		if fs.Title.ZH == "" {
			b.Problem(at+"/title/zh-CN", "no_title", "字段“"+fs.Name+"”缺少中文名称", "")
		}
		if b.Fresh() && len([]rune(fs.Title.ZH)) > maxTitle {
			b.Problem(at+"/title/zh-CN", "too_long", fmt.Sprintf("字段的中文名称不超过 %d 个字符", maxTitle), "")
		}
		if n := len(fs.Options); n > MaxOptions && b.Fresh() {
			b.Problem(at+"/options", "too_many_options", fmt.Sprintf("一个字段最多 %d 个选项，这里有 %d 个", MaxOptions, n), "改为关联到另一个对象，选项作为它的记录")
			fs.Options = fs.Options[:MaxOptions]
		}
		if t = fs.settle(b, t, at); t == nil {
			continue
		}
		if fs.Scale < 0 || fs.Scale > 8 {
			b.Problem(at+"/scale", "out_of_range", "小数位数为 0 到 8", "")
		}
		f := &Field{FieldSpec: fs, Index: len(o.Fields), Column: column(fs.ID, fs.Gen), Type: t, Object: d.Name}
		if columns[f.Column] {
			b.Problem(at+"/id", "duplicate", "字段编号“"+fs.ID+"”与另一个字段的数据列重名", "换一个编号")
			continue
		}
		columns[f.Column] = true
		f.index()
		f.check(b, at)
		f.retype(b, at)
		if fs.Pattern != "" {
			var err error
			if f.Number, err = ParsePattern(fs.Pattern); err != nil {
				b.Problem(at+"/pattern", "bad_pattern", err.Error(), "例如 HT-{YYYY}{MM}-{0000}")
			}
			f.Unique = true
		}
		o.Fields = append(o.Fields, f)
		o.byName[fs.Name] = f
		switch t.(type) {
		case File, Image:
			o.files = append(o.files, f)
		}
	}
	for i, f := range o.Fields {
		for _, a := range f.Aliases {
			if other := o.byName[a]; other != nil && other != f && other.Name == a && !other.System && b.Fresh() {
				b.Problem(fmt.Sprintf("/spec/fields/%d/name", other.Index-systemFields), "alias_taken", "“"+a+"”是字段“"+f.Title.ZH+"”的别名或以前的名称，别处还在用它指这个字段", fmt.Sprintf("换一个名称；确实不再需要时，先从第 %d 个字段的别名中去掉它", i-systemFields+1))
			}
			if o.byName[a] == nil {
				o.byName[a] = f
			}
		}
		if f.TagDimension != "" {
			o.byName["tags."+f.TagDimension] = f
		}
	}
	o.formulas(b)
	if o.Spec.TitleField != "" && o.byName[o.Spec.TitleField] == nil {
		b.Problem("/spec/title_field", "unknown_field", "没有字段“"+o.Spec.TitleField+"”", definition.Suggest(o.Spec.TitleField, o.Names()))
	}
	if from := o.Spec.OwnerFrom; from != "" {
		if f := o.byName[from]; f == nil || f.TargetOf() == "" || f.System {
			b.Problem("/spec/owner_from", "unknown_field", "“"+from+"”不是指向别的记录的字段", definition.Suggest(from, o.Names()))
		}
	}
	if b.Fresh() {
		o.ownedInACircle(b)
	}
	for i, u := range o.Spec.Unique {
		o.compileUnique(b, fmt.Sprintf("/spec/unique/%d", i), u)
	}
	for i, ix := range o.Spec.Indexes {
		for _, n := range ix {
			if o.byName[n] == nil {
				b.Problem(fmt.Sprintf("/spec/indexes/%d", i), "unknown_field", "没有字段“"+n+"”", definition.Suggest(n, o.Names()))
			}
		}
	}
	return o
}

// Fold is the form in which choice values are compared: width, case and spaces do not count.
func Fold(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(narrow(s)), ""))
}

func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0x3000:
			return ' '
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		}
		return r
	}, s)
}

// check reports what makes a field useless: a relation to nowhere, a default its own type refuses.
func (f *Field) check(b *definition.Builder, at string) {
	f.checkFiles(b, at)
	if _, is := f.Type.(Relation); is {
		if _, ok := b.Definition(Kind, f.Target); !ok {
			b.Problem(at+"/target", "unknown_object", "没有对象“"+f.Target+"”", definition.Suggest(f.Target, b.Names(Kind)))
		}
	}
	if _, place := f.Type.(Region); f.Default == nil || place {
		return // places are read by the workspace's tree, which a definition does not know
	}
	if ref, is := f.Default.(map[string]any); is {
		if code, message, hint := f.checkDefault(ref); code != "" {
			b.Problem(at+"/default", code, message, hint)
		}
		return
	}
	if _, _, err := f.Type.Parse(f, &Env{Zone: time.UTC}, f.Default); err != nil {
		b.Problem(at+"/default", "bad_default", "默认值不能用："+err.Error(), "")
	}
}

func (f *Field) index() {
	if len(f.Options) == 0 {
		return
	}
	f.byFold = make(map[string]string, 2*len(f.Options))
	for _, o := range f.Options {
		for _, n := range append([]string{o.Value, o.Title, o.EN}, o.Aliases...) {
			if n != "" {
				if _, taken := f.byFold[Fold(n)]; !taken {
					f.byFold[Fold(n)] = o.Value
				}
			}
		}
	}
}

// Option finds the option a text means.
func (f *Field) Option(text string) (value string, ok bool) {
	value, ok = f.byFold[Fold(text)]
	return value, ok
}

// OptionLabel is the Chinese label of a stored value, the value itself when it is not on the list.
func (f *Field) OptionLabel(value string) string {
	for i := range f.Options {
		if f.Options[i].Value == value {
			return f.Options[i].Label()
		}
	}
	return value
}

// OptionValues lists the stored values in order.
func (f *Field) OptionValues() []string {
	out := make([]string, len(f.Options))
	for i, o := range f.Options {
		out[i] = o.Value
	}
	return out
}
