package access_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"baton/internal/platform/access"
	"baton/internal/platform/definition"
	"baton/internal/platform/kerneltest"
)

// What a role reads as is what its people get: rows by word and by condition, and fields as they are really seen.
func TestARoleReadsAsSentences(t *testing.T) {
	t.Parallel()
	k := kerneltest.Open(t, kerneltest.SQLite(t))
	says := func(spec string) string {
		t.Helper()
		snap, items := k.Defs.Try([]*definition.Definition{define("role", "tried", spec)})
		require.Empty(t, items, spec)
		r, ok := definition.Get[*access.Role](snap, "role", "tried")
		require.True(t, ok)
		for _, kind := range k.Defs.Kinds() {
			if kind.Name == "role" {
				return kind.Sentence(r, snap)
			}
		}
		return ""
	}
	for spec, want := range map[string]string{
		`{"rights":[],"objects":{"ticket":{"read":"pool+own","create":true,"update":"own","hide":["secret"],"mask":["code"],"read_only":["kind"]}}}`: "1. “工单”：看得到自己负责的、没有负责人的；能修改自己负责的；不能删除；还能新建。看不到机密。遮住一部分：编码。只能看不能改：种类。2. 看不到其余",
		`{"rights":[],"objects":{"ticket":{"read":"below","update":"below","delete":"below","export":true,"claim":true,"assign":true}}}`:             "看得到本组及下级的人负责的；都能修改；都能删除；还能导出、认领、转交。2. ",
		`{"rights":[],"objects":{"ticket":{"read":"all+own"}}}`:                                                                                      "看得到全部；不能修改；不能删除。2. ",
		`{"rights":[],"objects":{"ticket":{"read":"none","create":true}}}`:                                                                           "“工单”：能新建，建好后自己也看不到。",
		`{"rights":[],"objects":{"ticket":{"read":"none"}}}`:                                                                                         "“工单”：看不到。",
		`{"rights":[],"objects":{"ticket":{"read":"own","read_where":{"field":"kind","op":"eq","value":"故障"}}}}`:                                     "看得到自己负责的、满足“种类是故障”的；",
		`{"rights":[],"objects":{"*":{"read":"all","hide":["secret"]}}}`:                                                                             "看得到全部；不能修改；不能删除。工单看不到机密。",
		`{"rights":[],"objects":{}}`: "1. 看不到其余",
	} {
		assert.Contains(t, says(spec), want, spec)
	}
	assert.NotContains(t, says(`{"rights":[],"objects":{"*":{"read":"all"}}}`), "看不到")
}
