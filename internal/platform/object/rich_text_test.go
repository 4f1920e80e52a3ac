package object_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"baton/internal/platform/object"
)

// vectors are ways in which markup gets to run, to load or to look like the page itself.
var vectors = []string{
	`<script>alert(1)</script>`, `<scr<script>ipt>alert(1)</scr</script>ipt>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg><script href="data:,alert(1)"/></svg>`, `<svg><style><img src=x onerror=alert(1)></style></svg>`,
	`<a href="javascript:alert(1)">x</a>`, `<a href=" java&#x0A;script:alert(1)">x</a>`, `<a href="&#106;avascript:alert(1)">x</a>`, `<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<a href="vbscript:x">x</a>`, `<a href="//evil.example">x</a>`, `<a href="https://a.cn" onclick="alert(1)" style="x">x</a>`,
	`<p style="background:url(javascript:alert(1))">x</p>`, `<p class="ant-modal" id="root">x</p>`, `<style>*{display:none}</style>`, `<link rel=stylesheet href=//evil.example>`, `<meta http-equiv=refresh content="0;url=//evil.example">`, `<base href=//evil.example>`,
	`<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<object data="data:text/html,x"></object>`, `<embed src=x>`, `<form action=//evil.example><input name=a></form>`, `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<!--><img src=x onerror=alert(1)>-->`, `<![CDATA[<img src=x onerror=alert(1)>]]>`, `<template><script>alert(1)</script></template>`, `<p onmouseover=alert(1)>x</p>`, `<details open ontoggle=alert(1)>`, `<xml><o:p>x</o:p></xml>`, `<body onload=alert(1)>`, `"><script>alert(1)</script>`, `<a href="https://a.cn/?q=&quot;onclick=alert(1)">x</a>`, `<button formaction=javascript:alert(1)>x</button>`,
}

// harmless fails where some HTML holds anything but the few elements and attributes there may be.
func harmless(t interface{ Fatalf(string, ...any) }, in, out string) {
	z := html.NewTokenizer(strings.NewReader(out))
	for {
		tt := z.Next()
		switch tt {
		case html.ErrorToken:
			return
		case html.CommentToken, html.DoctypeToken:
			t.Fatalf("%q leaves %q in %q", in, z.Token(), out)
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			if !strings.Contains(" p br strong b em i u s ul ol li h1 h2 h3 blockquote code pre hr a ", " "+tok.Data+" ") {
				t.Fatalf("%q leaves <%s> in %q", in, tok.Data, out)
			}
			for _, a := range tok.Attr {
				link := tok.Data == "a" && (a.Key == "rel" || a.Key == "target" || a.Key == "href" && (strings.HasPrefix(a.Val, "https:") || strings.HasPrefix(a.Val, "http:") || strings.HasPrefix(a.Val, "mailto:") || strings.HasPrefix(a.Val, "tel:")))
				if !link && !(tok.Data == "ol" && a.Key == "start") {
					t.Fatalf("%q leaves %s=%q in %q", in, a.Key, a.Val, out)
				}
			}
		}
	}
}

// TestRichTextRunsNothing: no vector, alone or inside others, leaves anything that runs, loads or styles; cleaning again changes nothing.
func TestRichTextRunsNothing(t *testing.T) {
	t.Parallel()
	for _, v := range vectors {
		out := object.CleanHTML("<p>前" + v + "后</p>")
		harmless(t, v, out)
		harmless(t, v, object.CleanHTML(v))
	}
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.SampledFrom(vectors), rapid.SampledFrom([]string{"<p>", "</p>", "<", ">", "\"", "'", "<!--", "-->", "<svg>", "</style>", "&lt;script&gt;", "&#60;img", " onerror=", "\x00", "<b>", "一", "<a href=", "]]>", "/"}), rapid.String())
		in := strings.Join(rapid.SliceOfN(part, 1, 8).Draw(t, "parts"), "")
		out := object.CleanHTML(in)
		harmless(t, in, out)
		if again := object.CleanHTML(out); again != out {
			t.Fatalf("%q is cleaned to %q and then to %q", in, out, again)
		}
	})
}

func TestRichTextKeepsFormatting(t *testing.T) {
	t.Parallel()
	in := `<h2>方案</h2><p>报价 <strong>20 万</strong>，<em>含税</em><br>见<a href="https://example.com/a?b=1&amp;c=2">官网</a></p><ol start="3"><li><p>一</p></li></ol><ul><li>二</li></ul><hr>`
	out := object.CleanHTML(in)
	assert.Equal(t, in, strings.NewReplacer(` rel="nofollow noreferrer noopener"`, "", ` target="_blank"`, "").Replace(out))
	assert.Equal(t, "方案\n报价 20 万，含税\n见官网\n一\n二", object.PlainText(out))
	assert.Equal(t, "<p>a &amp; b</p><p>1 &lt; 2</p>", object.CleanHTML("a & b\r\n1 &lt; 2"))
}
