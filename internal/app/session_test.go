package app

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/web"
)

func sessionCookie(t *testing.T, res *http.Response) *http.Cookie {
	t.Helper()
	for _, k := range res.Cookies() {
		if k.Name == web.CookieName {
			return k
		}
	}
	require.Fail(t, "no session cookie")
	return nil
}

func TestTheSessionCookie(t *testing.T) {
	t.Parallel()
	c := newCompany(t, "")
	for _, secure := range []bool{false, true} {
		c.app.Config.SecureCookie = secure
		handler, _ := c.app.Handler()
		c.server.Config.Handler = handler
		res, body := c.nobody().send(t, "POST", "/api/v1/session", map[string]any{"username": "rita", "password": companyPassword})
		require.Equal(t, 200, res.StatusCode, "%s", body)
		k := sessionCookie(t, res)
		assert.True(t, k.HttpOnly, "no script reads it")
		assert.Equal(t, http.SameSiteLaxMode, k.SameSite)
		assert.Equal(t, "/", k.Path)
		assert.Equal(t, secure, k.Secure)
		assert.Empty(t, k.Domain)
		assert.NotContains(t, string(body), k.Value, "the token is in the cookie only")
		assert.Equal(t, secure, res.Header.Get("Strict-Transport-Security") != "")

		v := &visitor{c: c, cookie: k.Value, csrf: decoded(t, body)["csrf_token"].(string)}
		assert.NotEqual(t, k.Value, v.csrf)
		res, _ = v.send(t, "DELETE", "/api/v1/session", nil)
		assert.Equal(t, 204, res.StatusCode)
		assert.Negative(t, sessionCookie(t, res).MaxAge, "the browser forgets it")
		v.get(t, "/api/v1/session", 401)
	}
}

func TestSigningInOverHTTP(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		nobody := c.nobody()
		for _, b := range []map[string]any{{"username": "rita", "password": "wrong-guess"}, {"username": "unheard", "password": "wrong-guess"}} {
			p := nobody.post(t, "/api/v1/session", b, 401)
			assert.Equal(t, "bad_credentials", p["code"])
		}
		for range 4 {
			nobody.post(t, "/api/v1/session", map[string]any{"username": "rita", "password": "wrong-guess"}, 401)
		}
		res, body := nobody.send(t, "POST", "/api/v1/session", map[string]any{"username": "rita", "password": companyPassword})
		assert.Equal(t, 429, res.StatusCode, "%s", body)
		assert.NotEmpty(t, res.Header.Get("Retry-After"))
		nobody.post(t, "/api/v1/session", map[string]any{"username": "rita"}, 422)
		nobody.post(t, "/api/v1/session", map[string]any{"username": strings.Repeat("x", 201), "password": "x"}, 422)

		// A new password ends the sessions there are; a short one is refused.
		rob, admin := c.person(t, "rob"), c.person(t, "admin")
		rob.get(t, "/api/v1/session", 200)
		admin.post(t, "/api/v1/people/rob/password", map[string]any{"username": "rob", "password": "short"}, 422)
		rob.get(t, "/api/v1/session", 200)
		admin.post(t, "/api/v1/people/rob/password", map[string]any{"username": "rob", "password": "quite-another-one"}, 204)
		rob.get(t, "/api/v1/session", 401)
		nobody.post(t, "/api/v1/session", map[string]any{"username": "rob", "password": companyPassword}, 401)
		nobody.post(t, "/api/v1/session", map[string]any{"username": "rob", "password": "quite-another-one"}, 200)
	})
}

func TestKeysOverHTTP(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		admin, mia := c.person(t, "admin"), c.person(t, "mia")
		made := admin.post(t, "/api/v1/keys", map[string]any{"kind": "api", "name": "erp", "scopes": []string{"lead.read"}}, 201)
		id, secret := made["key"].(map[string]any)["id"].(string), made["secret"].(string)
		p := admin.post(t, "/api/v1/keys", map[string]any{"kind": "api", "name": "erp", "scopes": []string{"leed.read"}}, 422)
		assert.Equal(t, "/scopes/0", itemOf(p)["pointer"])
		mia.post(t, "/api/v1/keys", map[string]any{"kind": "channel", "name": "h5_form"}, 201)
		list := func(v *visitor) string { return mustJSON(t, v.get(t, "/api/v1/keys", 200)) }
		assert.Contains(t, list(admin), id)
		assert.NotContains(t, list(admin), secret, "shown once")
		assert.NotContains(t, list(mia), id, "市场部 keeps the channels' keys only")
		assert.Contains(t, list(mia), "h5_form")

		key := &visitor{c: c, headers: map[string]string{"Authorization": "Bearer " + secret}}
		shown := key.get(t, "/api/v1/session", 200)
		assert.Equal(t, "erp", shown["key"].(map[string]any)["name"])
		assert.Empty(t, shown["csrf_token"])
		key.get(t, "/api/v1/objects/lead/records", 200)
		mia.want(t, "DELETE", "/api/v1/keys/"+id, nil, 404)
		key.get(t, "/api/v1/objects/lead/records", 200)
		admin.want(t, "DELETE", "/api/v1/keys/"+id, nil, 204)
		key.get(t, "/api/v1/objects/lead/records", 401)
		admin.want(t, "DELETE", "/api/v1/keys/"+id, nil, 404)
	})
}

// TestNoSecretInTheLog makes everything that is secret, some of it wrong, and reads the whole log, which is set to its lowest level.
func TestNoSecretInTheLog(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		c := idleCompany(t, url)
		rita, admin := c.person(t, "rita"), c.person(t, "admin")
		secrets := []string{companyPassword, rita.cookie, rita.csrf, admin.cookie, admin.csrf, "a-wrong-password", "a-brand-new-password", "bk_made-up", "made-up-token"}
		made := admin.post(t, "/api/v1/keys", map[string]any{"kind": "api", "name": "erp", "scopes": []string{"*"}}, 201)["secret"].(string)
		channel := c.channelKey(t, "website_form")
		secrets = append(secrets, made, channel)
		c.nobody().post(t, "/api/v1/session", map[string]any{"username": "rita", "password": "a-wrong-password"}, 401)
		admin.post(t, "/api/v1/people/tom/password", map[string]any{"username": "tom", "password": "a-brand-new-password"}, 204)
		(&visitor{c: c, headers: map[string]string{"Authorization": "Bearer bk_made-up"}}).get(t, "/api/v1/meta", 401)
		(&visitor{c: c, headers: map[string]string{"Authorization": "Bearer " + made}}).get(t, "/api/v1/meta", 200)
		(&visitor{c: c, cookie: "made-up-token"}).get(t, "/api/v1/meta", 401)
		(&visitor{c: c, headers: map[string]string{"X-Channel-Key": channel}}).post(t, "/api/v1/intake/website_form", map[string]any{"company": "甲"}, 202)
		(&visitor{c: c, headers: map[string]string{"X-Channel-Key": channel}}).post(t, "/api/v1/intake/h5_form", map[string]any{"company": "甲"}, 401)
		admin.post(t, "/api/v1/keys", "{"+companyPassword, 400)
		require.NoError(t, c.app.DB.Close()) // everything fails from here on, and says so
		for _, v := range []*visitor{rita, admin, {c: c, headers: map[string]string{"Authorization": "Bearer " + made}}} {
			res, _ := v.send(t, "GET", "/api/v1/objects/lead/records", nil)
			assert.Equal(t, 500, res.StatusCode)
		}
		c.nobody().post(t, "/api/v1/session", map[string]any{"username": "rita", "password": companyPassword}, 500)
		log := c.logged() + processLog.String()
		assert.Contains(t, log, `"status":500`, "the log is written")
		assert.Contains(t, log, "request failed", "and the process's own")
		for _, s := range secrets {
			assert.NotContains(t, log, s)
		}
		assert.NotContains(t, log, "argon2id")
	})
}
