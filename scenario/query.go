package scenario

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// Answer is what a query gives: columns by name, and rows of figures.
type Answer struct {
	Columns []struct {
		Name  string `json:"name"`
		Title string `json:"title"`
		Type  string `json:"type"`
	} `json:"columns"`
	Rows       [][]any                      `json:"rows"`
	Refs       map[string]map[string]string `json:"refs"`
	Understood string                       `json:"understood"`
	Explain    json.RawMessage              `json:"explain"`
}

// Query asks for measures by dimensions; the body is as in POST /api/v1/query.
func (c *Client) Query(t testing.TB, body Fields) Answer {
	t.Helper()
	var out Answer
	c.Post(t, path("/query"), body, &out)
	return out
}

// Figure is the one number of a query with one measure and no dimension.
func (c *Client) Figure(t testing.TB, entity, measure string, where any) float64 {
	t.Helper()
	body := Fields{"entity": entity, "measures": []string{measure}}
	if where != nil {
		body["where"] = where
	}
	a := c.Query(t, body)
	if len(a.Rows) != 1 || len(a.Rows[0]) != 1 {
		t.Fatalf("scenario: %s of %s: rows %v, want one number", measure, entity, a.Rows)
	}
	n, _ := a.Rows[0][0].(float64) // null reads as 0
	return n
}

// By gives the rows by the words of their dimensions, joined by "|"; an empty one reads "". Values hold the measures only.
func (a Answer) By(dimensions int) map[string][]float64 {
	out := make(map[string][]float64, len(a.Rows))
	for _, row := range a.Rows {
		keys := make([]string, dimensions)
		for i := range keys {
			if row[i] != nil {
				keys[i] = fmt.Sprint(row[i])
			}
		}
		var figures []float64
		for _, v := range row[dimensions:] {
			n, _ := v.(float64)
			figures = append(figures, n)
		}
		out[strings.Join(keys, "|")] = figures
	}
	return out
}
