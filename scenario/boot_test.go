package scenario

import (
	"net/http"
	"strings"
	"testing"
)

func TestBoot(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		nobody := s.Anonymous(t)
		nobody.Do(t, http.MethodGet, "/healthz", nil).OK(t, nil)
		nobody.Do(t, http.MethodGet, "/readyz", nil).OK(t, nil)

		nobody.Do(t, http.MethodGet, "/api/v1/session", nil).Problem(t, http.StatusUnauthorized, "not_signed_in")
		nobody.Do(t, http.MethodGet, "/api/v1/objects/lead/records", nil).Problem(t, http.StatusUnauthorized, "not_signed_in")
		nobody.Do(t, http.MethodPost, "/api/v1/session", Fields{"username": "admin", "password": "not it"}).Problem(t, http.StatusUnauthorized, "bad_credentials")
		nobody.Do(t, http.MethodPost, "/api/v1/session", Fields{"username": "nobody-here", "password": "not it"}).Problem(t, http.StatusUnauthorized, "bad_credentials")

		admin := s.Admin(t)
		if admin.User.Username != "admin" {
			t.Errorf("signed in as %q, want admin", admin.User.Username)
		}
		admin.Get(t, "/api/v1/session", new(map[string]any))
		cookie := admin.Do(t, http.MethodPost, "/api/v1/session", Fields{"username": "admin", "password": AdminPassword}).Header.Get("Set-Cookie")
		if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=") {
			t.Errorf("session cookie %q lacks HttpOnly or SameSite", cookie)
		}
		if strings.Contains(s.Log(), AdminPassword) {
			t.Error("the log contains the administrator's password")
		}
	})
}

func TestSessionEndsAtSignOutAndOutlivesRestart(t *testing.T) {
	t.Parallel()
	EachDB(t, func(t *testing.T, db DB) {
		s := Start(t, Options{DB: db})
		admin := s.Admin(t)
		s.Kill(t)
		s.Restart(t)
		admin.Get(t, "/api/v1/session", new(map[string]any))
		admin.Delete(t, "/api/v1/session")
		admin.Do(t, http.MethodGet, "/api/v1/session", nil).Problem(t, http.StatusUnauthorized, "not_signed_in")
	})
}

func TestWriteWithoutCSRFTokenIsRefused(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	admin := s.Admin(t)
	admin.header.Del("X-CSRF-Token")
	admin.Do(t, http.MethodPost, "/api/v1/objects/lead/records", Fields{"name": "刘洋"}).Problem(t, http.StatusForbidden, "")
	admin.header.Set("X-CSRF-Token", "a guess")
	admin.Do(t, http.MethodPost, "/api/v1/objects/lead/records", Fields{"name": "刘洋"}).Problem(t, http.StatusForbidden, "")
}
