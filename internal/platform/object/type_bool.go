package object

import "baton/internal/platform/reader"

// Boolean is yes or no, kept as 1 or 0.
type Boolean struct{ numeric }

// Name of the type.
func (Boolean) Name() string { return "boolean" }

// Shape of the type.
func (Boolean) Shape() Shape { return BoolShape }

// Parse reads true/false and 是/否, yes/no, 1/0.
func (Boolean) Parse(_ *Field, _ *Env, raw any) (any, *Hint, error) {
	if b, ok := raw.(bool); ok {
		return boolInt(b), nil, nil
	}
	return parseNumber(raw, "是或否", func(s string) (int64, error) {
		b, err := reader.Bool(s)
		if err != nil {
			return 0, err
		}
		return boolInt(b), nil
	})
}

func boolInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// JSON is true, false or null.
func (Boolean) JSON(_ *Field, _ *Env, v any) any {
	if n, ok := v.(int64); ok {
		return n != 0
	}
	return nil
}

// Words is 是 or 否.
func (Boolean) Words(_ *Field, _ *Env, v any) string {
	if n, ok := v.(int64); ok {
		if n != 0 {
			return "是"
		}
		return "否"
	}
	return Dash
}
