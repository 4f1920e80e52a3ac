// Package access says what an actor may do: roles as definitions, compiled with the actor into one condition on rows that stands in every
// path, and the rights that routes ask for. It knows roles and scopes, not sessions.
package access

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// Kind is the definition kind of roles.
const Kind = "role"

// Scope words, in the order of how much they open.
const (
	None  = "none"
	Own   = "own"   // rows whose owner is the actor
	Pool  = "pool"  // rows without an owner
	Below = "below" // rows owned by anyone of the actor's unit or a unit under it
	All   = "all"
)

var scopeWords = []string{None, Own, Pool, Below, All}

// Rule says what a role may do with the rows of an object. Scopes are joined by +: "own+pool".
type Rule struct {
	Read   string `json:"read"`
	Create bool   `json:"create,omitempty"`
	Update string `json:"update,omitempty"`
	Delete string `json:"delete,omitempty"`
	Export bool   `json:"export,omitempty"`
	// Claim lets the role take rows from the pool; Assign lets it set the owner of rows it may update.
	Claim  bool `json:"claim,omitempty"`
	Assign bool `json:"assign,omitempty"`
	// Hide lists fields the role never sees; Masked fields are shown in part.
	Hide []string `json:"hide,omitempty"`
}

// Spec is a role as written. Objects are named, "*" stands for the rest.
type Spec struct {
	Rights  []string        `json:"rights"`
	Objects map[string]Rule `json:"objects"`
	// Configure lists the definition kinds the role may draft and publish; "*" is all.
	Configure []string `json:"configure,omitempty"`
}

// Role is a compiled role.
type Role struct {
	Name  string
	Title definition.Text
	Spec  Spec
	rules map[string]Rule // by the objects' present names
}

// NewKind is the definition kind of roles. rights lists the rights that exist (from the route tables).
func NewKind(rights []string) definition.Kind {
	return definition.Kind{Name: Kind, Title: definition.Text{ZH: "角色", EN: "Role"}, Schema: Spec{}, Compile: func(d *definition.Definition, b *definition.Builder) any {
		r := &Role{Name: d.Name, Title: d.Title, rules: map[string]Rule{}}
		if !b.Decode(&r.Spec) {
			return nil
		}
		for i, right := range r.Spec.Rights {
			if !slices.Contains(rights, right) {
				b.Problem(fmt.Sprintf("/spec/rights/%d", i), "unknown_right", "没有“"+right+"”这项权限", definition.Suggest(right, rights))
			}
		}
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
			for i, f := range rule.Hide {
				if o == nil {
					break // under * a name may be a field of some objects only
				}
				if _, known := o.Field(f); !known {
					b.Problem(fmt.Sprintf("%s/hide/%d", at, i), "unknown_field", "没有字段“"+f+"”", definition.Suggest(f, o.Names()))
				}
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

// Directory answers who belongs where, now.
type Directory interface {
	// UnitsBelow lists a unit and all under it.
	UnitsBelow(unit string) []string
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

// Control decides. Safe for concurrent use.
type Control struct {
	Dir Directory
}

func roles(s *definition.Snapshot, a *actor.Actor) []*Role {
	var out []*Role
	for _, n := range a.Roles {
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

// Hidden lists the fields, by their present names, that none of the actor's roles shows. Roles that do not read the object do not count.
func (c *Control) Hidden(s *definition.Snapshot, a *actor.Actor, objectName string) map[string]bool {
	if a.Kind == actor.System {
		return nil
	}
	o, ok := object.Of(s, objectName)
	if !ok {
		return nil
	}
	var out map[string]bool
	for _, r := range roles(s, a) {
		rule, ok := r.rule(o.Name)
		if !ok || rule.Read == "" || rule.Read == None {
			continue
		}
		h := map[string]bool{}
		for _, name := range rule.Hide {
			if f, ok := o.Field(name); ok && (out == nil || out[f.Name]) {
				h[f.Name] = true
			}
		}
		out = h
	}
	return o.HideComputed(out)
}
