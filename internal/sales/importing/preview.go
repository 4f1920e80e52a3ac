package importing

import (
	"bytes"
	"io"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/table"
)

// Preview is how a file would be understood.
type Preview struct {
	Encoding    string          `json:"encoding"`
	Delimiter   string          `json:"delimiter"`
	Columns     []PreviewColumn `json:"columns"`
	Rows        [][]string      `json:"rows"`
	RowEstimate int64           `json:"row_estimate"`
	Fields      []PreviewField  `json:"fields"`
}

// PreviewColumn is a column and the field proposed for it.
type PreviewColumn struct {
	Index      int      `json:"index"`
	Name       string   `json:"name"`
	Field      *string  `json:"field"`
	Confidence float64  `json:"confidence"`
	How        string   `json:"how"`
	Samples    []string `json:"samples"`
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

// Preview reads the beginning of a file; size is the whole file's in bytes, 0 when unknown.
func (m *Importer) Preview(objectName string, a *actor.Actor, src io.Reader, size int64) (*Preview, error) {
	o, err := m.object(objectName, a)
	if err != nil {
		return nil, err
	}
	start, err := io.ReadAll(io.LimitReader(src, previewBytes))
	if err != nil {
		return nil, err
	}
	if len(start) == previewBytes { // the last line is most likely torn
		if i := bytes.LastIndexByte(start, '\n'); i > 0 {
			start = start[:i+1]
		}
	}
	t, err := table.Open(bytes.NewReader(start))
	if err != nil {
		return nil, unreadable(err)
	}
	headEnd := t.Offset()
	rows, err := firstRows(t, sampleRows)
	if err != nil {
		return nil, unreadable(err)
	}
	p := &Preview{Encoding: string(t.Encoding()), Delimiter: t.Delimiter(), Rows: rows[:min(previewRows, len(rows))], RowEstimate: int64(len(rows))}
	if p.Rows == nil {
		p.Rows = [][]string{}
	}
	if read := t.Offset() - headEnd; len(rows) == sampleRows && read > 0 {
		p.RowEstimate = max((max(size, int64(len(start)))-headEnd)*sampleRows/read, sampleRows)
	}
	for _, match := range propose(o, t.Header(), rows) {
		c := PreviewColumn{Index: match.Index, Name: t.Header()[match.Index], Confidence: match.Confidence, How: string(match.How), Samples: []string{}}
		if match.Field != "" {
			c.Field = &match.Field
		}
		for _, row := range rows {
			if cell := row[match.Index]; cell != "" && len(c.Samples) < previewSamples {
				c.Samples = append(c.Samples, cell)
			}
		}
		p.Columns = append(p.Columns, c)
	}
	for _, f := range o.Fields {
		if fillable(f) {
			p.Fields = append(p.Fields, PreviewField{f.Name, f.Title, f.Type.Name()})
		}
	}
	return p, nil
}
