package importing_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"baton/internal/platform/job"
	"baton/internal/sales/importing"
	"baton/internal/sales/salestest"
)

// BenchmarkImport imports b.N rows of nine columns, all different; heap is the most seen in use at a slice.
func BenchmarkImport(b *testing.B) {
	var text strings.Builder
	text.WriteString("公司名称,联系人,手机,邮箱,来源,行业,预算,城市,备注\n")
	for i := range b.N {
		fmt.Fprintf(&text, "杭州云帆第%d科技有限公司,张三%d,1%010d,u%d@example.com,官网表单,教育,12.5万,浙江 杭州,第%d条\n", i, i, 3000000000+i, i, i)
	}
	path := file(b, text.String())
	text.Reset()
	e := started(b, salestest.SQLite(b))
	var heap uint64
	e.Jobs.OnStep(func(*job.Run) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = max(heap, m.HeapInuse)
	})
	b.ResetTimer()
	if _, got := e.run(b, request(nil), path); got != (importing.Result{Rows: int64(b.N), Created: int64(b.N)}) {
		b.Errorf("%+v", got)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(heap)/(1<<20), "heap-MB")
}
