// Package problem is the one shape of domain errors: a stable code, a safe sentence, a remedy, and the places that are wrong. The HTTP
// frame turns it into an RFC 9457 document; nothing else knows HTTP.
package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Class tells what kind of failure it is; each maps to one HTTP status.
type Class int

// The classes.
const (
	Invalid   Class = iota // the input is wrong: 422
	Malformed              // the input cannot be read: 400
	NotFound               // 404
	Forbidden              // the actor lacks the right: 403
	Unsigned               // nobody is signed in: 401
	Conflict               // the state forbids it: 409
	TooLarge               // 413
	TooMany                // 429
	Internal               // 500
)

// Item is one wrong place.
type Item struct {
	Pointer string `json:"pointer,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	// Kind and Name say which definition, where definitions are checked.
	Kind   string `json:"kind,omitempty"`
	Name   string `json:"name,omitempty"`
	Yours  any    `json:"yours,omitempty"`
	Theirs any    `json:"theirs,omitempty"`
	// Position is the place inside a text that the pointer leads to (a formula).
	Position *Position `json:"position,omitempty"`
}

// Position is a place in a text, in characters; the first is line 1, column 1.
type Position struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Length int `json:"length"`
}

// Problem is a domain error.
type Problem struct {
	Class  Class
	Code   string
	Detail string
	Items  []Item
	// RetryAfter in seconds, for TooMany.
	RetryAfter int
}

// Error gives code, sentence and places.
func (p *Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", p.Code, p.Detail)
	for _, it := range p.Items {
		b.WriteString("; ")
		if it.Kind != "" {
			b.WriteString(it.Kind + "/" + it.Name)
		}
		b.WriteString(strings.TrimPrefix(it.Pointer+" ", " ") + it.Message)
	}
	return b.String()
}

// New makes a problem.
func New(c Class, code, detail string, items ...Item) *Problem {
	return &Problem{Class: c, Code: code, Detail: detail, Items: items}
}

// As finds a problem in err's chain, nil when there is none.
func As(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return nil
}
