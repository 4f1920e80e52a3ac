package identity_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"baton/internal/platform/clock"
	"baton/internal/platform/identity"
)

// A token opens only for its purpose, only as it was signed, and on every node of the workspace.
func TestSignerTokens(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		ctx := t.Context()
		a, b := identity.NewSigner(o.DB), identity.NewSigner(o.DB)
		token, err := a.Token(ctx, "material/paper", "lead|42")
		if err != nil {
			t.Fatal(err)
		}
		if payload, ok, err := b.Open(ctx, "material/paper", token); err != nil || !ok || payload != "lead|42" {
			t.Errorf("another node opens it as %q %v %v", payload, ok, err)
		}
		body, sig, _ := strings.Cut(token, ".")
		for _, wrong := range []string{"", ".", token + "x", body, body + ".", "." + sig, strings.ToUpper(body) + "." + sig, body + "." + strings.Repeat("A", len(sig)), strings.Repeat("x", 5000)} {
			if payload, ok, err := a.Open(ctx, "material/paper", wrong); ok || err != nil {
				t.Errorf("%q opens as %q %v", wrong, payload, err)
			}
		}
		for i := range token { // each single letter counts
			c := byte('A')
			if token[i] == c {
				c = 'B'
			}
			if payload, ok, err := a.Open(ctx, "material/paper", token[:i]+string(c)+token[i+1:]); ok || err != nil {
				t.Errorf("with letter %d changed it opens as %q %v", i, payload, err)
			}
		}
		if _, ok, _ := a.Open(ctx, "material/other", token); ok {
			t.Error("a token of one use opens another")
		}
		if secret, err := a.ChannelSecret(ctx, "calls"); err != nil || secret != "" {
			t.Errorf("before one was made the secret is %q %v", secret, err)
		}
		first, err := o.s.NewChannelSecret(ctx, a, o.As("chief1"), "calls")
		if err != nil {
			t.Fatal(err)
		}
		second, err := o.s.NewChannelSecret(ctx, b, o.As("chief1"), "calls")
		if err != nil || first == second || len(first) < 40 {
			t.Errorf("the secrets are %q and %q %v", first, second, err)
		}
		if now, err := a.ChannelSecret(ctx, "calls"); err != nil || now != second {
			t.Errorf("the secret is %q %v, want the newer one", now, err)
		}
		if strings.Contains(o.everything(t), second) {
			t.Error("the database keeps the secret itself")
		}
	})
}

// Whoever holds a token reads nothing in it, nor whether two are for the same.
func TestTokensAreSealed(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		s := identity.NewSigner(o.DB)
		var tokens [2]string
		for i := range tokens {
			var err error
			if tokens[i], err = s.Token(t.Context(), "material/paper", "lead|42"); err != nil {
				t.Fatal(err)
			}
			for part := range strings.SplitSeq(tokens[i], ".") {
				plain, err := base64.RawURLEncoding.DecodeString(part)
				if err != nil || strings.Contains(string(plain), "lead") {
					t.Errorf("a token reads %q %v", plain, err)
				}
			}
		}
		if tokens[0] == tokens[1] {
			t.Error("two tokens of one payload are the same")
		}
	})
}

func TestRateSlidesByKey(t *testing.T) {
	c := clock.New()
	r := identity.NewRate(c, time.Minute)
	for i := range 3 {
		if wait := r.Take("a", 3); wait != 0 {
			t.Fatalf("take %d waits %v", i, wait)
		}
	}
	if wait := r.Take("a", 3); wait <= 0 || wait > time.Minute {
		t.Errorf("the fourth waits %v", wait)
	}
	if wait := r.Take("b", 3); wait != 0 {
		t.Errorf("another key waits %v", wait)
	}
	c.Shift(61 * time.Second)
	if wait := r.Take("a", 3); wait != 0 {
		t.Errorf("a minute later it waits %v", wait)
	}
}
