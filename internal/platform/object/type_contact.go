package object

import "baton/internal/platform/reader"

// Phone is kept in international form (+8613800138000).
type Phone struct{ textual }

// Name of the type.
func (Phone) Name() string { return "phone" }

// Shape of the type.
func (Phone) Shape() Shape { return TextShape }

// Parse reads a number however written.
func (Phone) Parse(f *Field, _ *Env, raw any) (any, *Hint, error) {
	return parseContact(f, raw, "电话号码", func(s string) (string, error) {
		p, err := reader.Phone(s)
		if err != nil {
			return "", err
		}
		return p.E164, nil
	})
}

func parseContact(f *Field, raw any, want string, read func(string) (string, error)) (any, *Hint, error) {
	if raw == nil {
		return nil, nil, nil
	}
	s, ok := scalarText(raw)
	if !ok {
		return nil, nil, wrongType(want, raw)
	}
	v, err := cleanText(s, max(f.Max, 200))
	if v == nil || err != nil {
		return nil, nil, err
	}
	out, err := read(v.(string))
	if err != nil {
		return nil, nil, valueError(err)
	}
	return out, nil, nil
}

// Email is kept in lower case.
type Email struct{ textual }

// Name of the type.
func (Email) Name() string { return "email" }

// Shape of the type.
func (Email) Shape() Shape { return TextShape }

// Parse reads an address.
func (Email) Parse(f *Field, _ *Env, raw any) (any, *Hint, error) {
	return parseContact(f, raw, "邮箱", reader.Email)
}
