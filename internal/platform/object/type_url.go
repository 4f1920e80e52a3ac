package object

import (
	"net/url"
	"strings"
)

// URL is a web address: http or https, so that a click on it runs nothing.
type URL struct{ Text }

// Name of the type.
func (URL) Name() string { return "url" }

// Parse reads an address; one without a scheme is taken for https.
func (URL) Parse(f *Field, e *Env, raw any) (any, *Hint, error) {
	v, hint, err := Text{}.Parse(f, e, raw)
	s, ok := v.(string)
	if err != nil || !ok {
		return v, hint, err
	}
	if !strings.Contains(s, "://") && !strings.Contains(strings.SplitN(s, "/", 2)[0], ":") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || !strings.EqualFold(u.Scheme, "http") && !strings.EqualFold(u.Scheme, "https") || !strings.Contains(u.Hostname(), ".") && u.Hostname() != "localhost" {
		return nil, nil, &ValueError{Code: "bad_url", Message: "“" + v.(string) + "”不是网址", Hint: "例如 https://www.example.com"}
	}
	return s, nil, nil
}
