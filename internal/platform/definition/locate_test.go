package definition

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestThePlaceOfAWrongType(t *testing.T) {
	t.Parallel()
	type leaf struct {
		N    int            `json:"n"`
		S    string         `json:"s"`
		List []int          `json:"list"`
		Map  map[string]int `json:"map"`
	}
	type spec struct {
		Leaf  leaf            `json:"leaf"`
		Named map[string]leaf `json:"named"`
		Many  []leaf          `json:"many"`
	}
	for text, want := range map[string]string{
		`{"leaf":{"n":"x"}}`:                                      "/leaf/n",
		` { "leaf" : { "s" : 1 } }`:                               "/leaf/s",
		`{"leaf":{"s":"n","n":{}}}`:                               "/leaf/n",
		`{"leaf":[]}`:                                             "/leaf",
		`{"leaf":{"list":[1,2,"3"]}}`:                             "/leaf/list/2",
		`{"leaf":{"list":[1,[2],3]}}`:                             "/leaf/list/1",
		`{"named":{"a":{"n":1},"b/c~d":{"n":true}}}`:              "/named/b~1c~0d/n",
		`{"many":[{"n":1},{"map":{"x":1,"y":"z"}}]}`:              "/many/1/map/y",
		`{"many":[{"list":[]},{"list":[{}]}]}`:                    "/many/1/list/0",
		`{"many":{}}`:                                             "/many",
		`[]`:                                                      "",
		`{"leaf":{"n":1.5}}`:                                      "/leaf/n",
		`{"leaf":{"n":99999999999999999999}}`:                     "/leaf/n",
		`{"many":[{"s":"}{][,:\"n\":","n":1},{"s":"x","n":"y"}]}`: "/many/1/n",
	} {
		err := json.Unmarshal([]byte(text), &spec{})
		var te *json.UnmarshalTypeError
		if assert.True(t, errors.As(err, &te), "%s: %v", text, err) {
			assert.Equal(t, want, placeAt(json.RawMessage(text), te.Offset), text)
		}
	}
}

func TestTheNearestName(t *testing.T) {
	t.Parallel()
	known := []string{"industry", "budget", "region", "教育", "医疗", "已联系"}
	for name, want := range map[string]string{
		"industri": "industry", "INDUSTRY": "industry", "indsutry": "industry", "bugdet": "budget", "regio": "region", "教肓": "教育", "己联系": "已联系", "医了": "医疗", "教": "教育",
		"zzz": "", "": "", "completely different": "", "in": "", "金融": "",
	} {
		got := Suggest(name, known)
		if want == "" {
			assert.Empty(t, got, name)
		} else {
			assert.Equal(t, "是否指“"+want+"”？", got, name)
		}
	}
	assert.Empty(t, Suggest("x", nil))
	assert.Equal(t, "是否指“教育”？", Suggest("教肓", []string{"教程", "教育"}), "look-alikes are nearer")
}
