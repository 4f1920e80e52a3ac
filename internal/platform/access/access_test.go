package access_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/problem"
)

var system = actor.TheSystem("test")

func define(kind, name, spec string) *definition.Definition {
	return &definition.Definition{Kind: kind, Name: name, Title: definition.Text{ZH: name}, Spec: json.RawMessage(spec)}
}

func publish(t *testing.T, k *kerneltest.Kernel, defs ...*definition.Definition) {
	t.Helper()
	_, err := k.Defs.Publish(t.Context(), system, "test", defs, nil)
	require.NoError(t, err)
}

func with(roles ...string) *actor.Actor {
	return &actor.Actor{Kind: actor.Person, ID: "ann", Unit: "east", Roles: roles}
}

func canCreate(r access.Rule) bool { return r.Create }

func TestRolesAddUp(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t))
	publish(t, k,
		define("role", "maker", `{"rights":[],"objects":{"ticket":{"read":"own","create":true,"hide":["secret","amount"]}}}`),
		define("role", "seer", `{"rights":["all.see"],"configure":["role"],"objects":{"ticket":{"read":"all","hide":["amount"]}}}`),
		define("role", "blind", `{"rights":[],"objects":{"ticket":{"read":"none"}}}`),
		define("role", "nothing", `{"rights":[],"objects":{}}`),
		define("role", "rest", `{"rights":[],"configure":["*"],"objects":{"*":{"read":"pool"},"person":{"read":"none"}}}`))
	s, c := k.Defs.Current(), k.Access
	for _, x := range []struct {
		a                     *actor.Actor
		right, create, all    bool
		hidden                map[string]bool
		configure, configure2 bool
	}{
		{with(), false, false, false, nil, false, false},
		{with("maker"), false, true, false, map[string]bool{"secret": true, "amount": true}, false, false},
		{with("seer"), true, false, true, map[string]bool{"amount": true}, true, false},
		{with("maker", "seer"), true, true, true, map[string]bool{"amount": true}, true, false}, // hidden is what every reading role hides
		{with("maker", "blind"), false, true, false, map[string]bool{"secret": true, "amount": true}, false, false},
		{with("nothing", "unheard_of"), false, false, false, nil, false, false},
		{with("maker", "rest"), false, true, false, map[string]bool{}, true, true},
		{system, true, true, true, nil, true, true},
		{&actor.Actor{Kind: actor.Channel, ID: "web"}, false, true, true, nil, false, false},
	} {
		say := x.a.Roles
		assert.Equal(t, x.right, c.Right(s, x.a, "all.see"), "%v: right", say)
		assert.Equal(t, x.create, c.May(s, x.a, "ticket", canCreate), "%v: create", say)
		assert.Equal(t, x.all, c.Scope(s, x.a, "ticket", access.Read).All, "%v: all", say)
		assert.Equal(t, len(x.hidden), len(c.Hidden(s, x.a, "ticket")), "%v: hidden", say)
		for f := range x.hidden {
			assert.True(t, c.Hidden(s, x.a, "ticket")[f], "%v hides %s", say, f)
		}
		assert.Equal(t, x.configure, c.MayConfigure(s, x.a, "role"), "%v: configure roles", say)
		assert.Equal(t, x.configure2, c.MayConfigure(s, x.a, "object"), "%v: configure objects", say)
	}
	assert.Equal(t, []string{"all.see"}, c.Rights(s, with("maker", "seer")))
	assert.Empty(t, c.Rights(s, &actor.Actor{Kind: actor.Key, Roles: []string{"seer"}, Scopes: []string{"records.read"}}))
	assert.Equal(t, []string{"org_unit", "ticket"}, c.Readable(s, with("rest")), "* is all that is not named")
	assert.Equal(t, []string{"ticket"}, c.Readable(s, with("maker")))
	assert.True(t, c.Scope(s, with("maker"), "nothing_like_it", access.Read).Nothing())
}

// TestAnObjectsOldNameIsNoWayRound: whoever asks by a former name meets the rule of the present one, and a rule that names the former one holds.
func TestAnObjectsOldNameIsNoWayRound(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t))
	note := define("object", "memo", `{"title_field":"text","fields":[{"name":"text","title":{"zh-CN":"内容"},"type":"text"},{"name":"price","id":"cost","aliases":["cost"],"title":{"zh-CN":"价"},"type":"text"}]}`)
	note.Aliases = []string{"note"}
	publish(t, k, note,
		define("role", "by_old", `{"rights":[],"objects":{"note":{"read":"own","hide":["cost"]},"*":{"read":"all"}}}`),
		define("role", "by_new", `{"rights":[],"objects":{"memo":{"read":"own","hide":["price"]},"*":{"read":"all"}}}`))
	s := k.Defs.Current()
	for _, role := range []string{"by_old", "by_new"} {
		for _, name := range []string{"memo", "note"} {
			scope := k.Access.Scope(s, with(role), name, access.Read)
			assert.True(t, scope.Own && !scope.All, "%s asks for %s", role, name)
			assert.Equal(t, map[string]bool{"price": true}, k.Access.Hidden(s, with(role), name), "%s asks for %s", role, name)
		}
	}
	key := &actor.Actor{Kind: actor.Key, Roles: []string{"by_new"}, Scopes: []string{"note.read"}, For: "ann"}
	assert.True(t, k.Access.Scope(s, key, "memo", access.Read).Own)
	assert.True(t, k.Access.Scope(s, key, "ticket", access.Read).Nothing())
}

// TestWhatWritesAskForBesides: an object with write_right is written by who holds that right, whatever the rule says.
func TestWhatWritesAskForBesides(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t))
	publish(t, k, define("object", "salary", `{"title_field":"text","write_right":"all.see","fields":[{"name":"text","title":{"zh-CN":"内容"},"type":"text"}]}`),
		define("role", "clerk", `{"rights":[],"objects":{"*":{"read":"all","create":true,"update":"all","delete":"all"}}}`), define("role", "head", `{"rights":["all.see"],"objects":{}}`))
	s, c := k.Defs.Current(), k.Access
	key := func(scopes ...string) *actor.Actor {
		return &actor.Actor{Kind: actor.Key, Roles: []string{"clerk", "head"}, Scopes: scopes, For: "ann"}
	}
	for _, x := range []struct {
		a  *actor.Actor
		ok bool
	}{
		{with("clerk"), false}, {with("head"), false}, {with("clerk", "head"), true}, {system, true}, {&actor.Actor{Kind: actor.Channel, ID: "web"}, false},
		{key("*"), true}, {key("records.write"), false}, {key("salary.write"), false}, {key("salary.write", "all.see"), true},
	} {
		assert.Equal(t, x.ok, c.May(s, x.a, "salary", canCreate), "%+v", x.a)
		assert.Equal(t, x.ok, !c.Scope(s, x.a, "salary", access.Update).Nothing(), "%+v", x.a)
		assert.Equal(t, x.ok, !c.Scope(s, x.a, "salary", access.Delete).Nothing(), "%+v", x.a)
	}
	assert.True(t, c.Scope(s, with("clerk"), "salary", access.Read).All, "reading is the rule's matter")
}

func TestWhatIsWrongWithARole(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t))
	for spec, want := range map[string]problem.Item{
		`{"rights":["all.sea"],"objects":{}}`:                                                                                        {Pointer: "/spec/rights/0", Code: "unknown_right", Hint: "是否指“all.see”？"},
		`{"rights":[],"objects":{"tickte":{"read":"all"}}}`:                                                                          {Pointer: "/spec/objects/tickte", Code: "unknown_object", Hint: "是否指“ticket”？"},
		`{"rights":[],"objects":{"ticket":{"read":"al"}}}`:                                                                           {Pointer: "/spec/objects/ticket", Code: "unknown_scope", Hint: "可用：none、own、pool、team、below、region、all"},
		`{"rights":[],"objects":{"ticket":{"read":"own+poool"}}}`:                                                                    {Pointer: "/spec/objects/ticket", Code: "unknown_scope", Hint: "可用：none、own、pool、team、below、region、all"},
		`{"rights":[],"objects":{"ticket":{"read":"all","hide":["secrte"]}}}`:                                                        {Pointer: "/spec/objects/ticket/hide/0", Code: "unknown_field", Hint: "是否指“secret”？"},
		`{"rights":[],"objects":{"ticket":{"raed":"all"}}}`:                                                                          {Pointer: "/spec/objects/ticket/raed", Code: "unknown_field", Hint: "是否指“read”？"},
		`{"rights":[],"objects":{"ticket":{"read":"all","mask":["secrte"]}}}`:                                                        {Pointer: "/spec/objects/ticket/mask/0", Code: "unknown_field", Hint: "是否指“secret”？"},
		`{"rights":[],"objects":{"ticket":{"read":"all","read_only":["secrte"]}}}`:                                                   {Pointer: "/spec/objects/ticket/read_only/0", Code: "unknown_field", Hint: "是否指“secret”？"},
		`{"rights":[],"classes":{"privat":"mask"},"objects":{}}`:                                                                     {Pointer: "/spec/classes/privat", Code: "unknown_class", Hint: "可用：plain、personal、secret"},
		`{"rights":[],"objects":{"ticket":{"read":"all","classes":{"secret":"blur"}}}}`:                                              {Pointer: "/spec/objects/ticket/classes/secret", Code: "unknown_manner", Hint: "可用：show、mask、hide"},
		`{"rights":[],"objects":{"*":{"read":"own","read_where":{"field":"kind","op":"eq","value":"故障"}}}}`:                          {Pointer: "/spec/objects/*/read_where", Code: "needs_object"},
		`{"rights":[],"objects":{"ticket":{"read":"own","update_where":{"field":"secrte","op":"eq","value":"x"}}}}`:                  {Pointer: "/spec/objects/ticket/update_where/field", Code: "unknown_field", Hint: "是否指“secret”？"},
		`{"rights":[],"objects":{"ticket":{"read":"own","read_where":{"field":"owner.unit","op":"eq","value":{"ref":"you.unit"}}}}}`: {Pointer: "/spec/objects/ticket/read_where/value", Code: "unknown_ref", Hint: "可用：me"},
		`{"rights":"all.see","objects":{}}`:                                                                                          {Pointer: "/spec/rights", Code: "wrong_type"},
		`{"rights":[],"objects":{"ticket":{"read":"all","create":"yes"}}}`:                                                           {Pointer: "/spec/objects/ticket/create", Code: "wrong_type"},
	} {
		_, items := k.Defs.Try([]*definition.Definition{define("role", "wrong", spec)})
		if assert.Len(t, items, 1, spec) {
			assert.Equal(t, []string{"role", "wrong", want.Code, want.Hint}, []string{items[0].Kind, items[0].Name, items[0].Code, items[0].Hint}, spec)
			assert.Equal(t, want.Pointer, items[0].Pointer, spec)
		}
	}
	_, items := k.Defs.Try([]*definition.Definition{define("role", "right", `{"rights":["all.see"],"objects":{"*":{"read":"own+pool","hide":["of some objects only"]}}}`)})
	assert.Empty(t, items)
}

func TestKnownScopesOfKeys(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t))
	for scope, known := range map[string]bool{"*": true, "records.read": true, "records.write": true, "ticket.read": true, "ticket.write": true, "all.see": true,
		"": false, "ticket": false, "ticket.delete": false, "tickets.read": false, "records": false, "all": false, "**": false} {
		assert.Equal(t, known, access.KnownScope(k.Defs.Current(), scope, []string{"all.see"}), scope)
	}
}
