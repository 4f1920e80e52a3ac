package object

import (
	"html"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	nethtml "golang.org/x/net/html"
)

// RichText is HTML of a few harmless elements. What comes in is cleaned before it is kept, so that whatever shows it shows nothing that
// runs; it has no value for conditions, but its words are found.
type RichText struct{ textual }

// Name of the type.
func (RichText) Name() string { return "rich_text" }

// Shape of the type: it can be asked whether there is any.
func (RichText) Shape() Shape { return OpaqueShape }

// mostRich bounds the cleaned source in characters, mostRichRaw what is looked at.
const (
	mostRich    = 50_000
	mostRichRaw = 1 << 20
)

// richPolicy is what formatting there is: no images, no styles, no classes, links only to pages, mail and phones, opened apart.
var richPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "h1", "h2", "h3", "blockquote", "code", "pre", "hr")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,6}$`)).OnElements("ol")
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	p.SkipElementsContent("script", "style", "svg", "math", "template", "noscript", "iframe", "object", "title", "xml")
	return p
})

var element = regexp.MustCompile(`(?i)</?[a-z][^<>]*>|<!--`)

// Parse cleans HTML; text without any element becomes paragraphs by its lines.
func (RichText) Parse(f *Field, _ *Env, raw any) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	s, ok := scalarText(raw)
	if !ok {
		return nil, nil, wrongType("文字", raw)
	}
	v, err := cleanText(s, mostRichRaw)
	if v == nil || err != nil {
		return nil, nil, err
	}
	limit := f.Max
	if limit <= 0 {
		limit = mostRich
	}
	clean := CleanHTML(v.(string))
	if PlainText(clean) == "" && !strings.Contains(clean, "<hr") {
		return nil, nil, nil
	}
	v, err = cleanText(clean, limit)
	return v, nil, err
}

// CleanHTML gives the harmless part of some HTML; cleaning it again changes nothing.
func CleanHTML(s string) string {
	for range 5 { // taking something away may leave what looks like something else
		next := strings.TrimSpace(richPolicy().Sanitize(paragraphs(s)))
		if next = paragraphs(next); next == s {
			break
		}
		s = next
	}
	return s
}

// paragraphs makes the lines of a text without any element its paragraphs.
func paragraphs(s string) string {
	if element.MatchString(s) {
		return s
	}
	var b strings.Builder
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			b.WriteString("<p>" + html.EscapeString(html.UnescapeString(line)) + "</p>")
		}
	}
	return b.String()
}

// PlainText gives the words of some HTML, each block on a line of its own.
func PlainText(s string) string {
	var b strings.Builder
	z := nethtml.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case nethtml.ErrorToken:
			lines := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' })
			out := lines[:0]
			for _, l := range lines {
				if l = strings.TrimSpace(strings.ReplaceAll(l, "\u00a0", " ")); l != "" {
					out = append(out, l)
				}
			}
			return strings.Join(out, "\n")
		case nethtml.TextToken:
			b.Write(z.Text())
		case nethtml.StartTagToken, nethtml.EndTagToken, nethtml.SelfClosingTagToken:
			switch name, _ := z.TagName(); string(name) {
			case "p", "br", "li", "h1", "h2", "h3", "blockquote", "pre", "hr", "ul", "ol":
				b.WriteByte('\n')
			}
		}
	}
}

// Words are the text without its formatting.
func (RichText) Words(_ *Field, _ *Env, v any) string {
	if s, ok := v.(string); ok {
		return PlainText(s)
	}
	return Dash
}
