package identity_test

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/identity"
	"baton/internal/platform/kerneltest"
	"baton/internal/platform/ledger"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

const password = "correct horse battery"

// office is a kernel with a sign-in service; ann's password is set.
type office struct {
	*kerneltest.Kernel
	s *identity.Service
}

func each(t *testing.T, f func(t *testing.T, o *office)) {
	t.Parallel()
	kerneltest.Each(t, func(t *testing.T, url string) {
		k := kerneltest.Open(t, url)
		o := &office{k, identity.NewService(k.DB, k.Dir, k.Clock, k.Ledger)}
		require.NoError(t, o.s.ChangePassword(t.Context(), k.As("chief1"), "ann", "Ann", password))
		f(t, o)
	})
}

func (o *office) signIn(t *testing.T, username, password, ip string) (string, *identity.Session, error) {
	t.Helper()
	token, sess, p, err := o.s.SignIn(t.Context(), username, password, ip, "req-1")
	if err == nil {
		assert.Equal(t, sess.Person, p.ID)
	}
	return token, sess, err
}

func (o *office) ops(t *testing.T, object string) []string {
	t.Helper()
	events, err := o.Ledger.Search(t.Context(), ledger.Filter{Object: object, Limit: 200})
	require.NoError(t, err)
	var out []string
	for i := len(events) - 1; i >= 0; i-- {
		switch events[i].Op {
		case "sign_in", "sign_in_refused", "sign_out", "password_change", "key_create", "key_revoke":
			out = append(out, events[i].Op)
		}
	}
	return out
}

func code(err error) string {
	if p := problem.As(err); p != nil {
		return p.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// everything is all text the database holds, to look for what must not be in it.
func (o *office) everything(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for table, cols := range map[string]string{"credential": "person, username, hash", "session": "token, data", "api_key": "id, kind, name, hash, scopes, created_by", "event": "actor_name, ip, payload, op"} {
		rows, err := o.DB.Query(t.Context(), "SELECT "+cols+" FROM "+table)
		require.NoError(t, err)
		n := strings.Count(cols, ",") + 1
		for rows.Next() {
			vs, dest := make([]*string, n), make([]any, n)
			for i := range vs {
				dest[i] = &vs[i]
			}
			require.NoError(t, rows.Scan(dest...))
			for _, v := range vs {
				if v != nil {
					b.WriteString(*v + "\n")
				}
			}
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return b.String()
}

func TestAPasswordIsKeptAsArgon2id(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var hash string
		require.NoError(t, o.DB.QueryRow(t.Context(), "SELECT hash FROM credential WHERE person = 'ann'").Scan(&hash))
		assert.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, hash)
		again, err := o.s.Hash(password)
		require.NoError(t, err)
		assert.NotEqual(t, hash, again, "each has its own salt")
		ok, err := argon2id.ComparePasswordAndHash(password, hash)
		assert.True(t, ok && err == nil)
		assert.NotContains(t, o.everything(t), password)
	})
}

func TestSigningInAndOut(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		token, sess, err := o.signIn(t, " ANN ", password, "192.0.2.1")
		require.NoError(t, err, "the name's case and spaces do not count")
		assert.Len(t, token, 43)
		assert.NotEqual(t, token, sess.CSRF)
		other, _, err := o.signIn(t, "ann", password, "192.0.2.2")
		require.NoError(t, err)
		assert.NotEqual(t, token, other)
		all := o.everything(t)
		assert.NotContains(t, all, token, "the database keeps a digest of the token")
		found, err := o.s.Session(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, sess, found)

		require.NoError(t, o.s.SignOut(t.Context(), token, o.As("ann")))
		found, err = o.s.Session(t.Context(), token)
		assert.True(t, found == nil && err == nil, "the session is over at once")
		found, err = o.s.Session(t.Context(), other)
		assert.True(t, found != nil && err == nil, "the other browser stays signed in")
		require.NoError(t, o.s.SignOut(t.Context(), token, o.As("ann")), "signing out twice is no error")
		found, err = o.s.Session(t.Context(), "made up")
		assert.True(t, found == nil && err == nil)
		assert.Equal(t, []string{"password_change", "sign_in", "sign_in", "sign_out", "sign_out"}, o.ops(t, "person"))
	})
}

func TestASessionEndsUnused(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		token, _, err := o.signIn(t, "ann", password, "192.0.2.1")
		require.NoError(t, err)
		alive := func() bool {
			// another node: nothing remembered from before
			s, err := identity.NewService(o.DB, o.Dir, o.Clock, o.Ledger).Session(t.Context(), token)
			require.NoError(t, err)
			return s != nil
		}
		o.Clock.Shift(identity.SessionLife - time.Minute)
		assert.True(t, alive(), "a minute before")
		o.Clock.Shift(identity.SessionLife + time.Hour)
		assert.True(t, alive(), "its use of before made it last")
		o.Clock.Shift(2*identity.SessionLife + time.Hour)
		assert.False(t, alive(), "unused for its whole life")
		s, err := o.s.Session(t.Context(), token)
		assert.True(t, s == nil && err == nil, "also where it was remembered")
		o.Clock.Shift(2*identity.SessionLife + 2*time.Hour)
		_, _, err = o.signIn(t, "ann", password, "192.0.2.1")
		require.NoError(t, err)
		var n int
		require.NoError(t, o.DB.QueryRow(t.Context(), "SELECT COUNT(*) FROM session").Scan(&n))
		assert.Equal(t, 1, n, "the dead one is swept away")
	})
}

func TestAChangedPasswordEndsTheSessions(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		require.NoError(t, o.s.ChangePassword(t.Context(), o.As("chief1"), "bob", "bob", password))
		mine, _, err := o.signIn(t, "ann", password, "192.0.2.1")
		require.NoError(t, err)
		theirs, _, err := o.signIn(t, "bob", password, "192.0.2.1")
		require.NoError(t, err)
		require.NoError(t, o.s.ChangePassword(t.Context(), o.As("chief1"), "ann", "ann.new", "another password"))
		s, err := o.s.Session(t.Context(), mine)
		assert.True(t, s == nil && err == nil)
		s, err = o.s.Session(t.Context(), theirs)
		assert.True(t, s != nil && err == nil, "nobody else's")
		_, _, err = o.signIn(t, "ann", "another password", "192.0.2.1")
		assert.Equal(t, "bad_credentials", code(err), "the old name")
		_, _, err = o.signIn(t, "ann.new", password, "192.0.2.1")
		assert.Equal(t, "bad_credentials", code(err), "the old password")
		_, _, err = o.signIn(t, "ann.new", "another password", "192.0.2.1")
		assert.NoError(t, err)

		for name, want := range map[string]string{"bob": "taken", "BOB ": "taken", "": "invalid_username", "  ": "invalid_username", "a\x00b": "invalid_username"} {
			assert.Equal(t, want, code(o.s.ChangePassword(t.Context(), o.As("chief1"), "ann", name, password)), "%q", name)
		}
		assert.Equal(t, "no_such_person", code(o.s.ChangePassword(t.Context(), o.As("chief1"), "nobody", "x", password)))
		_, _, err = o.signIn(t, "ann.new", "another password", "192.0.2.1")
		assert.NoError(t, err, "what was refused changed nothing")
	})
}

func TestWhoLeftSignsInNoMore(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		token, _, err := o.signIn(t, "ann", password, "192.0.2.1")
		require.NoError(t, err)
		_, secret, err := o.s.NewKey(t.Context(), o.As("ann"), "api", "erp", nil)
		require.NoError(t, err)
		leave := record.Request{Actor: actor.TheSystem("test"), Origin: record.Origin{Kind: "test", Engine: true}, Writes: []record.Write{{Op: record.Update, Object: "person", ID: "ann", Values: map[string]any{"active": false}}}}
		_, err = o.Writer.Do(t.Context(), store.Interactive, leave)
		require.NoError(t, err)
		require.NoError(t, o.Dir.Reload(t.Context()))
		_, _, err = o.signIn(t, "ann", password, "192.0.2.1")
		assert.Equal(t, "bad_credentials", code(err))
		s, err := o.s.Session(t.Context(), token)
		require.NoError(t, err)
		assert.Nil(t, o.s.ActorOf(s.Person), "the session opens nothing any more")
		k, err := o.s.KeyOf(t.Context(), secret)
		require.NoError(t, err)
		assert.Nil(t, o.s.ActorOfKey(k), "nor does the key")
	})
}

func TestRefusalsAreAlikeAndKept(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		_, _, known := o.signIn(t, "ann", "wrong", "192.0.2.1")
		_, _, unknown := o.signIn(t, "nobody", "wrong", "192.0.2.1")
		_, _, strange := o.signIn(t, "a\x00b", "wrong", "192.0.2.1")
		assert.Equal(t, known, unknown, "nobody learns who has an account")
		assert.Equal(t, known, strange)
		assert.Equal(t, problem.Unsigned, problem.As(known).Class)
		assert.Equal(t, []string{"password_change", "sign_in_refused", "sign_in_refused", "sign_in_refused"}, o.ops(t, "person"))
		events, err := o.Ledger.Search(t.Context(), ledger.Filter{Op: "sign_in_refused", Limit: 10})
		require.NoError(t, err)
		assert.Equal(t, "192.0.2.1", events[0].IP)
		assert.Equal(t, "req-1", events[0].Request)
		assert.NotContains(t, o.everything(t), "wrong")
	})
}

func TestTriesAreLimitedByNameAndAddress(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		miss := func(name, ip string) string {
			_, _, err := o.signIn(t, name, "wrong", ip)
			return code(err)
		}
		for range 5 {
			assert.Equal(t, "bad_credentials", miss("ann", "192.0.2.1"))
		}
		_, _, err := o.signIn(t, "ann", password, "192.0.2.99")
		p := problem.As(err)
		require.NotNil(t, p)
		assert.Equal(t, "too_many_attempts", p.Code, "the right password, and another address, come too late")
		assert.Equal(t, problem.TooMany, p.Class)
		assert.InDelta(t, 900, p.RetryAfter, 5)
		assert.Equal(t, "too_many_attempts", miss(" ANN", "192.0.2.1"), "however the name is written")
		assert.Equal(t, "bad_credentials", miss("bob", "192.0.2.1"), "others are not locked out")

		o.Clock.Shift(14 * time.Minute)
		assert.Equal(t, "too_many_attempts", miss("ann", "192.0.2.1"))
		o.Clock.Shift(15*time.Minute + time.Second)
		_, _, err = o.signIn(t, "ann", password, "192.0.2.1")
		require.NoError(t, err, "a quarter of an hour later")

		// A success wipes the name's misses out.
		for range 3 {
			for range 4 {
				assert.Equal(t, "bad_credentials", miss("ann", "192.0.2.7"))
			}
			_, _, err = o.signIn(t, "ann", password, "192.0.2.7")
			require.NoError(t, err)
		}
		// Names made up from one address.
		o.Clock.Shift(time.Hour)
		for i := range 30 {
			require.Equal(t, "bad_credentials", miss("guess"+string(rune('a'+i)), "198.51.100.1"))
		}
		assert.Equal(t, "too_many_attempts", miss("yet-another", "198.51.100.1"))
		assert.Equal(t, "bad_credentials", miss("yet-another", "198.51.100.2"))
	})
}

// TestTriesAtOnceDoNotSlipThrough: all of them are counted before the first has failed.
func TestTriesAtOnceDoNotSlipThrough(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		var mu sync.Mutex
		var all sync.WaitGroup
		got := map[string]int{}
		for range 20 {
			all.Go(func() {
				_, _, _, err := o.s.SignIn(context.Background(), "ann", "wrong", "192.0.2.1", "")
				mu.Lock()
				defer mu.Unlock()
				got[code(err)]++
			})
		}
		all.Wait()
		assert.Equal(t, map[string]int{"bad_credentials": 5, "too_many_attempts": 15}, got)
	})
}

func TestAKeyIsShownOnceAndKeptAsADigest(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		k, secret, err := o.s.NewKey(t.Context(), o.As("ann"), "api", "erp", []string{"ticket.read"})
		require.NoError(t, err)
		assert.Regexp(t, regexp.MustCompile(`^bk_[A-Za-z0-9_-]{43}$`), secret)
		assert.NotContains(t, o.everything(t), secret)
		assert.NotContains(t, o.everything(t), strings.TrimPrefix(secret, "bk_"))
		list, err := o.s.Keys(t.Context())
		require.NoError(t, err)
		shown, err := json.Marshal(list)
		require.NoError(t, err)
		assert.NotContains(t, string(shown), secret)
		require.Len(t, list, 1)
		assert.Equal(t, k.ID, list[0].ID)
		assert.Equal(t, []string{"ticket.read"}, list[0].Scopes)
		found, err := o.s.KeyOf(t.Context(), secret)
		require.NoError(t, err)
		assert.Equal(t, k.ID, found.ID)
		for _, wrong := range []string{"", "bk_", secret + "x", strings.ToLower(secret), k.ID} {
			found, err := o.s.KeyOf(t.Context(), wrong)
			assert.True(t, found == nil && err == nil, wrong)
		}
		assert.Equal(t, []string{"key_create"}, o.ops(t, "key"))
	})
}

func TestARevokedKeyIsOverEverywhere(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		k, secret, err := o.s.NewKey(t.Context(), o.As("ann"), "api", "erp", nil)
		require.NoError(t, err)
		node := identity.NewService(o.DB, o.Dir, o.Clock, o.Ledger) // another one, which has not seen the key yet
		_, err = o.s.KeyOf(t.Context(), secret)                     // and this one remembers it
		require.NoError(t, err)
		assert.Equal(t, "no_such_key", code(o.s.Revoke(t.Context(), o.As("bob"), k.ID, func(kind string) bool { return kind != "api" })), "who does not keep such keys")
		still, err := o.s.KeyAlive(t.Context(), o.s.ActorOfKey(k))
		assert.True(t, still != nil && err == nil)
		anyone := func(string) bool { return true }
		require.NoError(t, o.s.Revoke(t.Context(), o.As("ann"), k.ID, anyone))
		for _, s := range []*identity.Service{o.s, node} {
			found, err := s.KeyOf(t.Context(), secret)
			assert.True(t, found == nil && err == nil)
			a, err := s.KeyAlive(t.Context(), &actor.Actor{Kind: actor.Key, ID: k.ID})
			assert.True(t, a == nil && err == nil, "an open stream asks as well")
		}
		assert.Equal(t, "no_such_key", code(o.s.Revoke(t.Context(), o.As("ann"), k.ID, anyone)), "twice")
		assert.Equal(t, "no_such_key", code(o.s.Revoke(t.Context(), o.As("ann"), "nothing", anyone)))
		list, err := o.s.Keys(t.Context())
		assert.True(t, len(list) == 0 && err == nil)
		assert.Equal(t, []string{"key_create", "key_revoke"}, o.ops(t, "key"))
	})
}

func TestAKeyActsForItsMakerWithinItsScopes(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.s.KnownScope = func(scope string) bool { return access.KnownScope(o.Defs.Current(), scope, []string{"all.see"}) }
		for _, c := range []struct {
			scopes              []string
			reads, makes, right bool
		}{
			{nil, true, true, true}, {[]string{"*"}, true, true, true}, {[]string{"records.read"}, true, false, false}, {[]string{"records.write"}, true, true, false},
			{[]string{"ticket.read"}, true, false, false}, {[]string{"ticket.write"}, true, true, false}, {[]string{"person.read"}, false, false, false}, {[]string{"all.see"}, false, false, true},
			{[]string{"person.write", "all.see", "ticket.read"}, true, false, true},
		} {
			_, secret, err := o.s.NewKey(t.Context(), o.As("chief1"), "api", "erp", c.scopes)
			require.NoError(t, err)
			k, err := o.s.KeyOf(t.Context(), secret)
			require.NoError(t, err)
			a := o.s.ActorOfKey(k)
			require.NotNil(t, a)
			assert.Equal(t, actor.Key, a.Kind)
			assert.Equal(t, "chief1", a.Self())
			snap := o.Defs.Current()
			assert.Equal(t, c.reads, !o.Access.Scope(snap, a, "ticket", access.Read).Nothing(), "%v reads", c.scopes)
			assert.Equal(t, c.makes, o.Access.May(snap, a, "ticket", func(r access.Rule) bool { return r.Create }), "%v makes", c.scopes)
			assert.Equal(t, c.makes, !o.Access.Scope(snap, a, "ticket", access.Update).Nothing(), "%v changes", c.scopes)
			assert.Equal(t, c.right, o.Access.Right(snap, a, "all.see"), "%v has the right", c.scopes)
		}
		// Never more than its maker has, and less when the maker has less.
		_, secret, err := o.s.NewKey(t.Context(), o.As("ann"), "api", "erp", []string{"*"})
		require.NoError(t, err)
		k, err := o.s.KeyOf(t.Context(), secret)
		require.NoError(t, err)
		assert.False(t, o.Access.Right(o.Defs.Current(), o.s.ActorOfKey(k), "all.see"))

		for _, c := range []struct {
			by               *actor.Actor
			kind, name       string
			scopes           []string
			pointer, problem string
		}{
			{o.As("ann"), "master", "x", nil, "/kind", "off_list"}, {o.As("ann"), "api", " ", nil, "/name", "required"}, {o.As("ann"), "api", "a\x00", nil, "/name", "nul_byte"},
			{o.As("ann"), "api", "x", []string{"ticket.read", "tikcet.read"}, "/scopes/1", "unknown_scope"}, {o.As("ann"), "api", "x", []string{"a,*"}, "/scopes/0", "unknown_scope"},
			{o.s.ActorOfKey(k), "api", "x", nil, "/kind", "needs_person"}, {actor.TheSystem("cli"), "api", "x", nil, "/kind", "needs_person"},
		} {
			_, _, err := o.s.NewKey(t.Context(), c.by, c.kind, c.name, c.scopes)
			p := problem.As(err)
			if assert.NotNil(t, p, "%+v", c) {
				assert.Equal(t, c.pointer, p.Items[0].Pointer)
				assert.Equal(t, c.problem, p.Items[0].Code)
			}
		}
	})
}

func TestAChannelsKeyOpensThatChannel(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		_, secret, err := o.s.NewKey(t.Context(), o.As("ann"), "channel", "fair", nil)
		require.NoError(t, err)
		_, api, err := o.s.NewKey(t.Context(), o.As("ann"), "api", "fair", nil)
		require.NoError(t, err)
		a, err := o.s.ChannelKey(t.Context(), "fair", secret)
		require.NoError(t, err)
		assert.Equal(t, &actor.Actor{Kind: actor.Channel, ID: "fair", Name: "fair"}, a)
		for channel, s := range map[string]string{"web": secret, "fair": api, "fair ": secret, "": secret} {
			_, err := o.s.ChannelKey(t.Context(), channel, s)
			assert.Equal(t, "bad_channel_key", code(err), channel)
		}
		k, err := o.s.KeyOf(t.Context(), secret)
		require.NoError(t, err)
		assert.Nil(t, o.s.ActorOfKey(k), "it is no API key")
	})
}
