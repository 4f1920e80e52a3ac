package record

import (
	"errors"

	"baton/internal/platform/object"
)

// Parsed is an incoming value read before the transaction; it may stand in Write.Values for its raw form, and is read again only when the
// field's definition has changed meanwhile.
type Parsed struct {
	Value any // canonical: nil, string or int64
	Hint  *object.Hint
	field *object.Field
	raw   any
}

// Parse reads an incoming value as the Writer does: text that a keep_unread field cannot read stays with a hint. An *object.ValueError says
// why a value is refused.
func Parse(f *object.Field, e *object.Env, raw any) (Parsed, error) {
	v, hint, err := f.Type.Parse(f, e, raw)
	if err != nil {
		var ve *object.ValueError
		text, isText := raw.(string)
		if !errors.As(err, &ve) || !f.KeepUnread || !isText || len(text) > maxUnread || ve.Code == "nul_byte" || ve.Code == "bad_encoding" || ve.Code == "too_long" {
			return Parsed{}, err
		}
		v, hint = nil, &object.Hint{Raw: text, Code: ve.Code, Message: ve.Message}
		if f.Type.Class() == object.TextClass {
			v = text
		}
	}
	return Parsed{Value: v, Hint: hint, field: f, raw: raw}, nil
}

// Canonical gives a value back to a field as it was kept, for taking a change back.
func Canonical(f *object.Field, v any) Parsed { return Parsed{Value: v, field: f, raw: v} }
