package table

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// texts are a workbook's shared texts by number: in memory while they are few, in a temporary file beyond.
type texts struct {
	ends []uint32 // of each text in data, all of it below maxText
	data []byte
	file *os.File
	size int64
}

func (t *texts) add(s, folder string) error {
	if len(t.ends) >= maxStrings || t.size+int64(len(s)) > maxText {
		return errBomb
	}
	t.data = append(t.data, s...)
	t.size += int64(len(s))
	t.ends = append(t.ends, uint32(t.size))
	if len(t.data) < memoryText {
		return nil
	}
	return t.spill(folder)
}

func (t *texts) spill(folder string) (err error) {
	if t.file == nil {
		if t.file, err = os.CreateTemp(folder, "texts-*.tmp"); err != nil {
			return fmt.Errorf("table: shared texts: %w", err)
		}
	}
	if _, err = t.file.Write(t.data); err != nil {
		return fmt.Errorf("table: shared texts: %w", err)
	}
	t.data = t.data[:0]
	return nil
}

// done is called behind the last text.
func (t *texts) done(folder string) error {
	if t.file == nil || len(t.data) == 0 {
		return nil
	}
	err := t.spill(folder)
	t.data = nil
	return err
}

func (t *texts) get(n int) (string, error) {
	if n < 0 || n >= len(t.ends) {
		return "", nil
	}
	from := uint32(0)
	if n > 0 {
		from = t.ends[n-1]
	}
	if t.file == nil {
		return string(t.data[from:t.ends[n]]), nil
	}
	b := make([]byte, t.ends[n]-from)
	if _, err := t.file.ReadAt(b, int64(from)); err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("table: shared texts: %w", err)
	}
	return string(b), nil
}

func (t *texts) close() error {
	if t.file == nil {
		return nil
	}
	return errors.Join(t.file.Close(), os.Remove(t.file.Name()))
}

const sharedTexts = "xl/sharedStrings.xml"

// readTexts reads the shared texts once, when the first sheet is read; step is told now and then.
func (w *Workbook) readTexts(step func() error) error {
	if w.texts != nil {
		return nil
	}
	w.texts = &texts{}
	part, err := w.open(sharedTexts, maxPart)
	if err != nil || part == nil {
		return err
	}
	defer part.Close()
	x := newScanner(part)
	var b strings.Builder
	in, phonetic := false, 0
	for {
		kind, err := x.next()
		if errors.Is(err, io.EOF) {
			return w.texts.done(w.folder)
		}
		if err != nil {
			return readError(err)
		}
		switch {
		case kind == xmlText:
			if in && b.Len() < MaxField {
				b.Write(x.text)
			}
		case kind == xmlStart && x.name == "si":
			b.Reset()
		case kind == xmlStart && x.name == "rPh": // how to say it, not what it says
			phonetic++
		case kind == xmlStart && x.name == "t":
			in = phonetic == 0
		case kind == xmlEnd && x.name == "t":
			in = false
		case kind == xmlEnd && x.name == "rPh":
			phonetic--
		case kind == xmlEnd && x.name == "si":
			if err := w.texts.add(escaped(b.String()), w.folder); err != nil {
				return err
			}
			if len(w.texts.ends)%stepEvery == 0 {
				if err := step(); err != nil {
					return err
				}
			}
		}
	}
}

// escaped reads _x000D_ and the like, with which workbooks write signs that XML has not.
func escaped(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '_' && i+6 < len(s) && s[i+1] == 'x' && s[i+6] == '_' {
			var n rune
			if _, err := fmt.Sscanf(s[i+2:i+6], "%04x", &n); err == nil && n != 0 {
				b.WriteRune(n)
				i += 6
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
