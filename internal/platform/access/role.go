// Package access says what an actor may do: roles as definitions, compiled with the actor into one condition on rows that stands in every
// path, and the rights that routes ask for. It knows roles and scopes, not sessions.
package access

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
)

// Kind is the definition kind of roles.
const Kind = "role"

// Scope words, in the order of how much they open.
const (
	None   = "none"
	Own    = "own"    // rows whose owner is the actor
	Pool   = "pool"   // rows without an owner
	Team   = "team"   // rows owned by anyone of the actor's own unit
	Below  = "below"  // rows owned by anyone of the actor's unit or a unit under it
	Region = "region" // rows owned by anyone of the sales region above the actor's unit, or of a unit under that region
	All    = "all"
)

var scopeWords = []string{None, Own, Pool, Team, Below, Region, All}

// Rule says what a role may do with the rows of an object. Scopes are joined by +: "own+pool". Rows that meet the verb's condition are open
// besides; it may name the actor's own facts as {"ref": "me.unit"}.
type Rule struct {
	Read   string `json:"read"`
	Create bool   `json:"create,omitempty"`
	Update string `json:"update,omitempty"`
	Delete string `json:"delete,omitempty"`
	Export bool   `json:"export,omitempty"`
	// Claim lets the role take rows from the pool; Assign lets it set the owner of rows it may update.
	Claim       bool            `json:"claim,omitempty"`
	Assign      bool            `json:"assign,omitempty"`
	ReadWhere   *condition.Node `json:"read_where,omitempty"`
	UpdateWhere *condition.Node `json:"update_where,omitempty"`
	DeleteWhere *condition.Node `json:"delete_where,omitempty"`
	// Hide lists fields the role never sees, Mask those it sees in part (138****8000), Show those it sees whatever their class, ReadOnly
	// those it sees but does not write.
	Hide     []string `json:"hide,omitempty"`
	Mask     []string `json:"mask,omitempty"`
	Show     []string `json:"show,omitempty"`
	ReadOnly []string `json:"read_only,omitempty"`
	// Classes says by a field's sensitivity class (plain, personal, secret) what the role sees: show, mask or hide. It stands before the role's.
	Classes map[string]string `json:"classes,omitempty"`
}

func (r Rule) words(v Verb) string {
	return [...]string{Read: r.Read, Update: r.Update, Delete: r.Delete}[v]
}

func (r Rule) where(v Verb) *condition.Node {
	return [...]*condition.Node{Read: r.ReadWhere, Update: r.UpdateWhere, Delete: r.DeleteWhere}[v]
}

// opens tells whether the rule opens any row to the verb.
func (r Rule) opens(v Verb) bool {
	w := r.words(v)
	return w != "" && w != None || r.where(v) != nil
}

// Spec is a role as written. Objects are named, "*" stands for the rest.
type Spec struct {
	Rights  []string        `json:"rights"`
	Objects map[string]Rule `json:"objects"`
	// Configure lists the definition kinds the role may draft and publish; "*" is all.
	Configure []string `json:"configure,omitempty"`
	// Classes says by a field's sensitivity class what the role sees on every object: show (the default), mask or hide.
	Classes map[string]string `json:"classes,omitempty"`
}

// Role is a compiled role.
type Role struct {
	Name  string
	Title definition.Text
	Spec  Spec
	rules map[string]Rule                     // by the objects' present names
	conds map[string]map[Verb]*condition.Cond // by the objects' present names
	seen  sync.Map                            // *object.Object → *Sight
}

// me is the name under which a rule's condition finds the actor's own record.
const me = "me"

// NewKind is the definition kind of roles. rights lists the rights that exist (from the route tables). env reads the literals of conditions;
// none means UTC and no regions.
func NewKind(rights []string, env ...*object.Env) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "角色", EN: "Role"}, Schema: Spec{}, Sentence: sentence, Compile: func(d *definition.Definition, b *definition.Builder) any {
		r := &Role{Name: d.Name, Title: d.Title, rules: map[string]Rule{}, conds: map[string]map[Verb]*condition.Cond{}}
		if !b.Decode(&r.Spec) {
			return nil
		}
		for i, right := range r.Spec.Rights {
			if !slices.Contains(rights, right) {
				b.Problem(fmt.Sprintf("/spec/rights/%d", i), "unknown_right", "没有“"+right+"”这项权限", definition.Suggest(right, rights))
			}
		}
		checkClasses(b, "/spec/classes", r.Spec.Classes)
		for _, name := range slices.Sorted(maps.Keys(r.Spec.Objects)) {
			rule, at := r.Spec.Objects[name], "/spec/objects/"+name
			o, ok := object.Of(b.Snapshot, name)
			if !ok && name != "*" {
				b.Problem(at, "unknown_object", "没有对象“"+name+"”", definition.Suggest(name, b.Names(object.Kind)))
			}
			if r.rules[name] = rule; ok && o.Name != name { // named as it was called before
				delete(r.rules, name)
				r.rules[o.Name] = rule
			}
			for list, names := range map[string][]string{"hide": rule.Hide, "mask": rule.Mask, "show": rule.Show, "read_only": rule.ReadOnly} {
				for i, f := range names {
					if o == nil {
						break // under * a name may be a field of some objects only
					}
					if _, known := o.Field(f); !known {
						b.Problem(fmt.Sprintf("%s/%s/%d", at, list, i), "unknown_field", "没有字段“"+f+"”", definition.Suggest(f, o.Names()))
					}
				}
			}
			checkClasses(b, at+"/classes", rule.Classes)
			for _, v := range []Verb{Read, Update, Delete} {
				r.compileWhere(b, o, at, rule, v, env)
			}
			for _, s := range []string{rule.Read, rule.Update, rule.Delete} {
				for _, w := range strings.Split(s, "+") {
					if w != "" && !slices.Contains(scopeWords, w) {
						b.Problem(at, "unknown_scope", "没有“"+w+"”这种范围", "可用："+strings.Join(scopeWords, "、"))
					}
				}
			}
		}
		return r
	}}
}

func checkClasses(b *definition.Builder, at string, classes map[string]string) {
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		if !slices.Contains(sensitivities, class) {
			b.Problem(at+"/"+class, "unknown_class", "没有“"+class+"”这种敏感级别", "可用："+strings.Join(sensitivities, "、"))
		}
		if how := classes[class]; !slices.Contains(manners, how) {
			b.Problem(at+"/"+class, "unknown_manner", "没有“"+how+"”这种显示方式", "可用："+strings.Join(manners, "、"))
		}
	}
}

var whereNames = [...]string{Read: "read_where", Update: "update_where", Delete: "delete_where"}

func (r *Role) compileWhere(b *definition.Builder, o *object.Object, at string, rule Rule, v Verb, env []*object.Env) {
	n := rule.where(v)
	if n == nil {
		return
	}
	if at += "/" + whereNames[v]; o == nil {
		b.Problem(at, "needs_object", "条件要写在具体的对象下，“*”下不能写", "")
		return
	}
	scope := condition.Scope{Snapshot: b.Snapshot, Object: o, RefTitles: map[string]string{me: "本人"}}
	if person, ok := object.Of(b.Snapshot, "person"); ok {
		scope.Refs = map[string]*object.Object{me: person}
	}
	if len(env) > 0 {
		scope.Env = env[0]
	}
	cond, items := condition.Compile(n, scope)
	for _, it := range condition.At(at, items) {
		if !condition.Warning(it) {
			b.Problem(it.Pointer, it.Code, it.Message, it.Hint)
		}
	}
	if cond != nil {
		if r.conds[o.Name] == nil {
			r.conds[o.Name] = map[Verb]*condition.Cond{}
		}
		r.conds[o.Name][v] = cond
	}
}

// Directory answers who belongs where, now.
type Directory interface {
	// UnitsBelow lists a unit and all under it.
	UnitsBelow(unit string) []string
	// UnitsAbove lists a unit and all above it, from below.
	UnitsAbove(unit string) []string
	// RegionOf is the nearest unit, from the given one upwards, that is marked as a sales region; empty when there is none.
	RegionOf(unit string) string
	// PersonRow is a person's own record, nil when unknown.
	PersonRow(person string) *object.Row
	// UnitOf is a person's present unit, empty when unknown.
	UnitOf(person string) string
}

// Verb is what is asked of a row.
type Verb int

// The verbs.
const (
	Read Verb = iota
	Update
	Delete
)

// Control decides. Safe for concurrent use. Where a function is missing, what would ask it opens nothing.
type Control struct {
	Dir Directory
	// DB holds the shares; nil where nothing is shared.
	DB *store.DB
	// Env reads and shows values; its zone says which day it is.
	Env *object.Env
	Now func() time.Time
	// Related and Children read the records that a rule's condition reaches (see condition.Env).
	Related  func(object, id string) (*object.Row, error)
	Children func(object, field, id string) ([]*object.Row, error)
}

func (c *Control) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Control) zone() *time.Location {
	if c.Env == nil || c.Env.Zone == nil {
		return time.UTC
	}
	return c.Env.Zone
}

func roles(s *definition.Snapshot, a *actor.Actor) []*Role { return rolesOf(s, a.Roles) }

func rolesOf(s *definition.Snapshot, names []string) []*Role {
	var out []*Role
	for _, n := range names {
		if r, ok := definition.Get[*Role](s, Kind, n); ok {
			out = append(out, r)
		}
	}
	return out
}

func (r *Role) rule(objectName string) (Rule, bool) {
	if rule, ok := r.rules[objectName]; ok {
		return rule, true
	}
	rule, ok := r.rules["*"]
	return rule, ok
}

// present is the name an object has now; rules are kept under it.
func present(s *definition.Snapshot, name string) string {
	if o, ok := object.Of(s, name); ok {
		return o.Name
	}
	return name
}

// Right reports whether the actor holds a named right. The system holds all.
func (c *Control) Right(s *definition.Snapshot, a *actor.Actor, right string) bool {
	switch a.Kind {
	case actor.System:
		return true
	case actor.Key:
		if !slices.Contains(a.Scopes, "*") && !slices.Contains(a.Scopes, right) {
			return false
		}
	}
	for _, r := range roles(s, a) {
		if slices.Contains(r.Spec.Rights, right) {
			return true
		}
	}
	return false
}

// Rights lists the rights the actor holds.
func (c *Control) Rights(s *definition.Snapshot, a *actor.Actor) []string {
	out := []string{}
	for _, r := range roles(s, a) {
		for _, x := range r.Spec.Rights {
			if !slices.Contains(out, x) && c.Right(s, a, x) {
				out = append(out, x)
			}
		}
	}
	slices.Sort(out)
	return out
}

// MayConfigure reports whether the actor may draft and publish definitions of a kind.
func (c *Control) MayConfigure(s *definition.Snapshot, a *actor.Actor, kind string) bool {
	if a.Kind == actor.System {
		return true
	}
	for _, r := range roles(s, a) {
		if slices.Contains(r.Spec.Configure, kind) || slices.Contains(r.Spec.Configure, "*") {
			return true
		}
	}
	return false
}

// May reports whether any of the actor's roles has the rule that pick asks for on an object (create, export, claim, assign).
func (c *Control) May(s *definition.Snapshot, a *actor.Actor, objectName string, pick func(Rule) bool) bool {
	objectName = present(s, objectName)
	if !c.writable(s, a, objectName) {
		return false
	}
	if a.Kind == actor.System || a.Kind == actor.Channel {
		return true
	}
	if !c.keyMay(s, a, objectName, false) {
		return false
	}
	for _, r := range roles(s, a) {
		if rule, ok := r.rule(objectName); ok && pick(rule) {
			return true
		}
	}
	return false
}

// writable asks for the right that an object wants of all who write it, whatever their rule says: who belongs where and in which role decides
// what everybody may do.
func (c *Control) writable(s *definition.Snapshot, a *actor.Actor, objectName string) bool {
	o, ok := object.Of(s, objectName)
	return !ok || o.Spec.WriteRight == "" || c.Right(s, a, o.Spec.WriteRight)
}

// Readable lists the objects of which the actor may read anything, by name.
func (c *Control) Readable(s *definition.Snapshot, a *actor.Actor) []string {
	var out []string
	for _, n := range s.Names(object.Kind) {
		if !c.Scope(s, a, n, Read).Nothing() {
			out = append(out, n)
		}
	}
	return out
}

// The scopes of keys that open records: of all objects, or of one as "lead.read", "lead.write". Writing includes reading. Named rights and
// "*" are scopes too.
const (
	RecordsRead  = "records.read"
	RecordsWrite = "records.write"
)

// keyMay reports whether an API key's scopes open the records of an object; true for all other actors.
func (c *Control) keyMay(s *definition.Snapshot, a *actor.Actor, objectName string, read bool) bool {
	if a.Kind != actor.Key {
		return true
	}
	for _, scope := range a.Scopes {
		switch scope {
		case "*", RecordsWrite:
			return true
		case RecordsRead:
			if read {
				return true
			}
			continue
		}
		if name, verb, ok := strings.Cut(scope, "."); ok && present(s, name) == objectName && (verb == "write" || verb == "read" && read) {
			return true
		}
	}
	return false
}

// KnownScope reports whether a key's scope means anything: a right, or records.
func KnownScope(s *definition.Snapshot, scope string, rights []string) bool {
	if scope == "*" || scope == RecordsRead || scope == RecordsWrite || slices.Contains(rights, scope) {
		return true
	}
	name, verb, _ := strings.Cut(scope, ".")
	_, ok := object.Of(s, name)
	return ok && (verb == "read" || verb == "write")
}
