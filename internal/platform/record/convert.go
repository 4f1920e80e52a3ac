package record

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"baton/internal/platform/object"
)

// Converted is a value carried over into another type.
type Converted struct {
	Value any // canonical; nil when there was none, or when it could not be read
	// Hint tells what could not be read, or was taken with a reservation.
	Hint *object.Hint
	// Err says why there is no value where there was one.
	Err *object.ValueError
	// Text is the value as it was, for people.
	Text string
}

// Convert reads a standing value by the type of next, as if it came from a file: text as it is, numbers and dates as people write them. The
// same value gives the same answer wherever it is asked.
func Convert(f, next *object.Field, e *object.Env, v any) Converted {
	if v == nil {
		return Converted{}
	}
	raw := plain(f, next, e, v)
	out := Converted{Text: fmt.Sprint(raw)}
	var err error
	if out.Value, out.Hint, err = next.Type.Parse(next, e, raw); err == nil {
		return out
	}
	out.Value = nil
	if !errors.As(err, &out.Err) {
		out.Err = &object.ValueError{Code: "unreadable", Message: err.Error()}
	}
	out.Hint = &object.Hint{Raw: cut(out.Text), Code: out.Err.Code, Message: out.Err.Message}
	return out
}

func cut(s string) string {
	if len(s) <= maxUnread {
		return s
	}
	r := []rune(s)
	for len(string(r)) > maxUnread {
		r = r[:len(r)*maxUnread/len(string(r))]
	}
	return string(r)
}

// plain is a canonical value as a file for the next type would hold it.
func plain(f, next *object.Field, e *object.Env, v any) any {
	n, isInt := v.(int64)
	toText := next.Type.Shape() == object.TextShape
	switch f.Type.Shape() {
	case object.NumberShape:
		if isInt && !(toText && f.Type.Name() == "duration") {
			return json.Number(object.FormatScaled(n, f.Type.Scale(f))) // a duration reads it as milliseconds
		}
	case object.ChoiceShape, object.SetShape:
		if toText {
			break
		}
		if list, ok := f.Type.JSON(f, e, v).([]string); ok {
			return strings.Join(list, "、")
		}
		return v
	case object.TextShape:
		return v
	}
	return f.Type.Words(f, e, v)
}
