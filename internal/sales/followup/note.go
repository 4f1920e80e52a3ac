package followup

import (
	"context"
	"strconv"
	"strings"

	"baton/internal/platform/access"
	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Try is what somebody writes down about a record without having reached its contact.
type Try struct {
	Note string
	// Way is how it was tried; empty for a mere note.
	Way string
	// Until marks the record 待回访 in the same write, RFC 3339; only the owner may.
	Until string
}

// Note keeps a note, or a try that failed, in the record's trail. It changes nothing else: what is awaited is still awaited, and a countdown
// runs on. The owner may, and whoever may change the record.
func (e *Engine) Note(ctx context.Context, a *actor.Actor, objectName, id string, try Try) (*object.Row, error) {
	try.Note = strings.TrimSpace(try.Note)
	return e.act(ctx, a, objectName, id, func(ctx context.Context, tx *store.Tx, s *definition.Snapshot, row *object.Row) (*object.Row, error) {
		if err := e.sees(s, a, row); err != nil {
			return nil, err
		}
		if !owns(a, row) && !e.Access.Scope(s, a, objectName, access.Update).Allows(row) {
			return nil, forbidden(row.Object, "记录")
		}
		w := record.Write{Op: record.Update, Object: objectName, ID: id, What: "note", Note: try.Note, At: e.Clock.Milli(), Version: version(row)}
		switch {
		case try.Way != "" && !oneOf(try.Way, ways):
			return nil, checkContact(try.Way, "-")
		case try.Way != "":
			w.What, w.Data = "missed", map[string]any{"way": try.Way}
		case try.Note == "":
			return nil, invalid("note", "/note", "required", "请写下内容")
		}
		if len([]rune(try.Note)) > noteMost {
			return nil, invalid("note", "/note", "too_long", "内容最多 2000 字")
		}
		if try.Until != "" {
			at, err := e.keepUntil(ctx, tx, s, a, row, try.Until)
			if err != nil {
				return nil, err
			}
			w.Values = map[string]any{protectedField: object.Instant(at)}
		}
		return e.write(ctx, tx, a, w)
	})
}

// noteMost bounds a note, in characters.
const noteMost = 2000

// Most of the quick notes of a rule, and of their length in characters.
const (
	quickMost   = 12
	quickLength = 40
)

func (r *Rule) checkQuickNotes(b *definition.Builder) {
	if n := len(r.Spec.QuickNotes); n > quickMost {
		b.Problem("/spec/quick_notes", "too_many", "常用语最多 12 条", "")
	}
	for i, q := range r.Spec.QuickNotes {
		if n := len([]rune(strings.TrimSpace(q))); n == 0 || n > quickLength {
			b.Problem("/spec/quick_notes/"+strconv.Itoa(i), "out_of_range", "常用语为 1 到 40 个字", "")
		}
	}
}

// QuickNotes are the words offered for a contact, by object: those of each object's first enabled rule that has any.
func (e *Engine) QuickNotes() map[string][]string {
	s, out := e.Defs.Current(), map[string][]string{}
	for _, r := range definition.All[*Rule](s, Kind) {
		if _, has := out[r.Spec.Object]; !has && r.Spec.Enabled && len(r.Spec.QuickNotes) > 0 {
			out[r.Spec.Object] = r.Spec.QuickNotes
		}
	}
	return out
}
