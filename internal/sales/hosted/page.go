package hosted

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"baton/internal/platform/object"
)

//go:embed assets
var assets embed.FS

var pages = template.Must(template.ParseFS(assets, "assets/*.html"))

// page is what a template shows.
type page struct {
	Title, Heading, Intro, Button, Notice, Tone string
	Action                                      string
	Fields                                      []input
	Hidden                                      []pair
	Token                                       string
	// Banner is what went wrong as a whole; Wrong counts the fields that are wrong.
	Banner string
	Wrong  int
	Thanks string
	// File, Size and Download are a material's.
	File, Size, Download string
	// Name, Booth and Code are the booth page's.
	Name, Booth, Code string
	// Still leaves the script out: a preview runs none.
	Still bool
}

type pair struct{ Name, Value string }

type option struct {
	Value, Label string
	On           bool
}

// input is a field as the page shows it.
type input struct {
	Name, Label, Hint, Kind, Value, Error, Auto string
	Required, On                                bool
	Options                                     []option
}

var autocomplete = map[string]string{"name": "name", "phone": "tel", "email": "email", "company": "organization"}

// show makes the inputs, with what was typed before and what is wrong with it.
func show(fields []asked, typed map[string][]string, wrong map[string]string) []input {
	out := make([]input, len(fields))
	for i, a := range fields {
		in := input{Name: a.f.Name, Label: a.label(), Hint: a.Hint, Kind: inputs[a.f.Type.Name()], Required: a.Required, Error: wrong[a.f.Name], Auto: autocomplete[a.f.Name]}
		if in.Auto == "" {
			in.Auto = "off"
		}
		was := typed[a.f.Name]
		if len(was) > 0 {
			in.Value, in.On = was[0], was[0] != ""
		}
		for _, o := range a.f.Options {
			in.Options = append(in.Options, option{o.Value, o.Label(), slices.Contains(was, o.Value)})
		}
		if len(in.Options) == 0 && (in.Kind == "select" || in.Kind == "checks") {
			in.Kind = "text"
		}
		if in.Hint == "" && a.f.Type.Shape() == object.TreeShape {
			in.Hint = "例如 浙江 杭州"
		}
		out[i] = in
	}
	return out
}

// longestField bounds what is kept of one input.
const longestField = 5000

// read reads what was typed by the fields' types: values for the channel, and what is wrong in words people read.
func (s *Service) read(fields []asked, typed map[string][]string) (values map[string]any, wrong map[string]string) {
	values, wrong = map[string]any{}, map[string]string{}
	for _, a := range fields {
		var given []string
		for _, t := range typed[a.f.Name] {
			if t = strings.TrimSpace(t); t != "" {
				given = append(given, t)
			}
		}
		if len(given) == 0 {
			if a.Required {
				verb := "请填写"
				if len(a.f.Options) > 0 {
					verb = "请选择"
				}
				wrong[a.f.Name] = verb + a.label()
			}
			continue
		}
		if len(given[0]) > longestField {
			wrong[a.f.Name] = a.label() + "太长了"
			continue
		}
		var raw any = given[0]
		switch inputs[a.f.Type.Name()] {
		case "check":
			raw = true
		case "checks":
			list := make([]any, len(given))
			for i, g := range given {
				list[i] = g
			}
			raw = list
		}
		if _, _, err := a.f.Type.Parse(a.f, s.Env, raw); err != nil {
			var ve *object.ValueError
			if !errors.As(err, &ve) {
				ve = &object.ValueError{Message: "看不懂"}
			}
			wrong[a.f.Name] = strings.TrimSuffix(a.label()+ve.Message+"。"+ve.Hint, "。")
			continue
		}
		values[a.f.Name] = raw
	}
	return values, wrong
}

// policy lets a hosted page load only itself, and be framed only by the sites that may.
func policy(h http.Header, origins []string) {
	frame := "'none'"
	if len(origins) > 0 {
		frame = "'self' " + strings.Join(origins, " ")
		h.Del("X-Frame-Options") // knows no list of sites; frame-ancestors rules
	}
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "+frame)
}

// write answers with a page.
func write(w http.ResponseWriter, status int, name string, p page) {
	var b bytes.Buffer
	if p.Tone == "" {
		p.Tone = Tones[0]
	}
	if err := pages.ExecuteTemplate(&b, name, p); err != nil {
		http.Error(w, "page", http.StatusInternalServerError) // our own templates; tests render each
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// gone answers where there is nothing to fill in or read.
func gone(w http.ResponseWriter, status int, heading, text string) {
	policy(w.Header(), nil)
	write(w, status, "gone", page{Title: heading, Heading: heading, Intro: text})
}

var assetTypes = map[string]string{"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "booth.js": "text/javascript; charset=utf-8", "embed.js": "text/javascript; charset=utf-8"}

func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	kind, ok := assetTypes[name]
	b, err := assets.ReadFile("assets/" + name)
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	if name == "embed.js" {
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin") // other sites load it
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(b)
}
