package importing

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/table"
)

// Preview is how a file would be understood.
type Preview struct {
	Format      string          `json:"format" enum:"csv,xlsx"`
	Encoding    string          `json:"encoding"`
	Delimiter   string          `json:"delimiter"`
	Sheets      []table.Sheet   `json:"sheets"`
	Sheet       string          `json:"sheet"`
	HeaderRow   int             `json:"header_row" doc:"line of the header"`
	HeadRows    []HeadRow       `json:"head_rows" doc:"the first lines, among which the header is"`
	Formulas    int64           `json:"formulas" doc:"cells with a formula, of which the last computed value is taken"`
	Unsolved    int64           `json:"unsolved" doc:"formulas without a computed value, read as empty"`
	Columns     []PreviewColumn `json:"columns"`
	Rows        [][]string      `json:"rows"`
	RowEstimate int64           `json:"row_estimate"`
	Fields      []PreviewField  `json:"fields"`
	MayAdd      bool            `json:"may_add_fields" doc:"whether a column without a field may become one"`
	Records     []PreviewRecord `json:"records" doc:"the first rows as they would stand"`
}

// HeadRow is one of a file's first lines.
type HeadRow struct {
	Line  int      `json:"line"`
	Cells []string `json:"cells"`
}

// PreviewColumn is a column and the field proposed for it.
type PreviewColumn struct {
	Index      int      `json:"index"`
	Name       string   `json:"name"`
	Field      *string  `json:"field"`
	Confidence float64  `json:"confidence"`
	How        string   `json:"how"`
	Samples    []string `json:"samples"`
	// Guess is the type that a new field for this column would get, with its values if it is a choice.
	Guess   string   `json:"guess"`
	Choices []string `json:"choices,omitempty"`
}

// PreviewField is a field that a column may fill.
type PreviewField struct {
	Name  string          `json:"name"`
	Title definition.Text `json:"title"`
	Type  string          `json:"type"`
}

const (
	previewBytes   = 1 << 20 // of the file that are looked at
	previewRows    = 20
	previewSamples = 5
)

// Preview reads the beginning of a file; size is the whole file's in bytes, 0 when unknown. A workbook is read whole.
func (m *Importer) Preview(ctx context.Context, objectName string, a *actor.Actor, src io.Reader, size int64) (*Preview, error) {
	if _, err := m.object(objectName, a); err != nil {
		return nil, err
	}
	start, err := io.ReadAll(io.LimitReader(src, previewBytes))
	if err != nil {
		return nil, err
	}
	whole := io.Reader(bytes.NewReader(start))
	if workbook := bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("\xd0\xcf\x11\xe0")); workbook {
		whole = io.MultiReader(whole, src)
	} else if len(start) == previewBytes { // the last line is most likely torn
		if i := bytes.LastIndexByte(start, '\n'); i > 0 {
			start = start[:i+1]
		}
		whole = bytes.NewReader(start)
	}
	up, err := m.Keep(objectName, a, "", whole)
	if err != nil {
		return nil, err
	}
	k, err := m.kept(objectName, up.ID, a)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(k.folder) }()
	return m.look(ctx, k, a, Look{}, max(size, int64(len(start))))
}

// Look says how an upload is to be looked at. A nil Mapping has one proposed.
type Look struct {
	Sheet   string            `json:"sheet,omitempty" required:"false" doc:"of a workbook; the first that is shown when empty"`
	Header  int               `json:"header_row,omitempty" required:"false" minimum:"0" maximum:"1048576" doc:"line of the header; found when 0"`
	Mapping map[string]string `json:"mapping,omitempty" required:"false" doc:"column by field; proposed when absent"`
	Options *LookOptions      `json:"options,omitempty" required:"false"`
}

// LookOptions are what the preview's rows would be written with.
type LookOptions struct {
	Assign     bool    `json:"assign" required:"false"`
	Countdown  bool    `json:"countdown" required:"false"`
	HappenedAt *string `json:"happened_at,omitempty" required:"false"`
}

// LookAt tells how an upload would be understood, and its first rows as they would stand, without effect.
func (m *Importer) LookAt(ctx context.Context, objectName, id string, a *actor.Actor, l Look) (*Preview, error) {
	if _, err := m.object(objectName, a); err != nil {
		return nil, err
	}
	k, err := m.kept(objectName, id, a)
	if err != nil {
		return nil, err
	}
	p, err := m.look(ctx, k, a, l, 0)
	if err != nil {
		return nil, err
	}
	return p, nil
}

func (m *Importer) look(ctx context.Context, k *kept, a *actor.Actor, l Look, size int64) (*Preview, error) {
	o, err := m.object(k.Object, a)
	if err != nil {
		return nil, err
	}
	src, err := m.keptSource(ctx, k, l.Sheet)
	if err != nil {
		return nil, err
	}
	first, err := src.first(headLines)
	if err != nil {
		return nil, err
	}
	if src.shape.Header = l.Header; l.Header == 0 {
		src.shape.Header = header(o, first)
	}
	f, err := os.Open(src.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	t, err := table.OpenAs(f, src.shape)
	if err != nil {
		return nil, unreadable(err)
	}
	headEnd := t.Offset()
	rows, err := firstRows(t, sampleRows)
	if err != nil {
		return nil, unreadable(err)
	}
	p := &Preview{Format: k.Format, Encoding: string(t.Encoding()), Delimiter: t.Delimiter(), Sheets: k.Sheets, HeaderRow: src.shape.Header, HeadRows: []HeadRow{}, Formulas: src.info.Formulas, Unsolved: src.info.Unsolved,
		Rows: cells(rows[:min(previewRows, len(rows))]), RowEstimate: int64(len(rows)), MayAdd: m.mayAddFields(a), Records: []PreviewRecord{}}
	for _, row := range first {
		p.HeadRows = append(p.HeadRows, HeadRow{row.Line, row.Cells[:min(len(row.Cells), 12)]})
	}
	if p.HeaderRow == 0 && len(first) > 0 {
		p.HeaderRow = first[0].Line
	}
	if read := t.Offset() - headEnd; len(rows) == sampleRows && read > 0 {
		p.RowEstimate = max((max(size, k.Size)-headEnd)*sampleRows/read, sampleRows)
	}
	if k.Format == string(table.XLSX) {
		if n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(src.path), "sheet-"), ".csv")); err == nil {
			p.Sheet = k.Sheets[n].Name
		}
		above := int64(0)
		for _, row := range first {
			if row.Line <= src.shape.Header {
				above++
			}
		}
		p.RowEstimate = max(0, src.info.Rows-above)
	}
	m.columns(p, o, t.Header(), cells(rows))
	r := Request{Object: o.Name, Mapping: l.Mapping, Actor: a, Options: Options{Assign: true, Countdown: true}}
	if l.Options != nil {
		r.Options.Assign, r.Options.Countdown = l.Options.Assign, l.Options.Countdown
		if l.Options.HappenedAt != nil {
			r.Options.HappenedAt = *l.Options.HappenedAt
		}
	}
	if l.Mapping != nil && len(l.Mapping) == 0 {
		return p, nil
	}
	plan, err := m.plan(o, r, t.Header(), cells(rows))
	if err != nil {
		if l.Mapping == nil {
			return p, nil // nothing was recognised; the person will choose
		}
		return nil, err
	}
	p.Records, err = m.asRecords(ctx, &args{Object: o.Name, Plan: plan, Option: r.Options, Actor: a}, rows[:min(previewRows, len(rows))])
	return p, err
}

func (m *Importer) columns(p *Preview, o *object.Object, head []string, rows [][]string) {
	clean := unblanked(rows)
	for _, match := range propose(o, head, rows) {
		c := PreviewColumn{Index: match.Index, Name: head[match.Index], Confidence: match.Confidence, How: string(match.How), Samples: []string{}}
		if match.Field != "" {
			c.Field = &match.Field
		}
		all := make([]string, 0, len(rows))
		for i, row := range rows {
			if cell := row[match.Index]; cell != "" && len(c.Samples) < previewSamples {
				c.Samples = append(c.Samples, cell)
			}
			all = append(all, clean[i][match.Index])
		}
		c.Guess, c.Choices = table.Guess(c.Name, all)
		p.Columns = append(p.Columns, c)
	}
	for _, f := range o.Fields {
		if fillable(f) {
			p.Fields = append(p.Fields, PreviewField{f.Name, f.Title, f.Type.Name()})
		}
	}
}

// cells are the rows without their numbers.
func cells(rows []table.Row) [][]string {
	out := make([][]string, len(rows))
	for i, r := range rows {
		out[i] = r.Cells
	}
	return out
}
