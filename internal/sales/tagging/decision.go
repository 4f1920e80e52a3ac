package tagging

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"baton/internal/platform/object"
)

// kept is a decision as stored: compact JSON of the outcomes and of the values they were derived from. Words are made when asked.
type kept struct {
	Tags []keptTag      `json:"t"`
	Seen map[string]any `json:"s"` // field → canonical value; absent = empty
}

type keptTag struct {
	Dimension string
	outcome
}

// UnmarshalJSON reads ["industry","教育","r",2].
func (k *keptTag) UnmarshalJSON(raw []byte) error {
	var by string
	if err := json.Unmarshal(raw, &[]any{&k.Dimension, &k.value, &by, &k.index}); err != nil {
		return err
	}
	k.by = byNothing
	if by != "" {
		k.by = source(by[0])
	}
	return nil
}

// longest is how much of a text value a decision keeps, in bytes: enough to show, and rules on longer texts are explained on the part.
const longest = 400

// encode writes the decision by hand: it is on the path of every lead.
func encode(p *plan, outcomes []outcome, row *object.Row) []byte {
	b := make([]byte, 0, 256)
	b = append(b, `{"t":[`...)
	for i, d := range p.dims {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		b = quote(b, d.Name)
		b = append(b, ',')
		b = quote(b, outcomes[i].value)
		b = append(b, ',', '"', byte(outcomes[i].by), '"', ',')
		b = strconv.AppendInt(b, int64(outcomes[i].index), 10)
		b = append(b, ']')
	}
	b = append(b, `],"s":{`...)
	first := true
	for _, f := range p.inputs {
		v := row.V[f.Index]
		if v == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = quote(b, f.Name)
		b = append(b, ':')
		switch v := v.(type) {
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case string:
			for len(v) > longest {
				_, size := utf8.DecodeLastRuneInString(v)
				v = v[:max(longest, len(v)-size)]
			}
			b = quote(b, v)
		}
	}
	return append(b, `}}`...)
}

// quote appends a JSON string; texts with controls or bad encoding take the slow way.
func quote(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c == 0x7f {
			slow, err := json.Marshal(s)
			if err != nil {
				return append(b, `""`...)
			}
			return append(b, slow...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// decode reads a stored decision.
func decode(raw []byte) (*kept, error) {
	k := &kept{}
	dec := json.NewDecoder(newReader(raw))
	dec.UseNumber()
	if err := dec.Decode(k); err != nil {
		return nil, err
	}
	for name, v := range k.Seen {
		if n, ok := v.(json.Number); ok {
			i, err := n.Int64()
			if err != nil {
				return nil, err
			}
			k.Seen[name] = i
		}
	}
	return k, nil
}
