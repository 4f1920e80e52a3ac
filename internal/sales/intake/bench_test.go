package intake_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"baton/internal/sales/intake"
	"baton/internal/sales/salestest"
)

// BenchmarkIntake takes leads in over HTTP at 32 connections, the load generator on the same cores.
func BenchmarkIntake(b *testing.B) {
	w := salestest.Open(b, salestest.SQLite(b), intake.Dedupe{})
	srv := httptest.NewServer(serve(w))
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	var n atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range 32 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := n.Add(1); i <= int64(b.N); i = n.Add(1) {
				body := fmt.Sprintf(`{"name":"张三%d","company":"杭州云帆第%d科技有限公司","phone":"1%010d","email":"u%d@example.com","industry":"教育","budget":"12.5万","region":"浙江 杭州"}`, i, i, 3000000000+i, i)
				req, _ := http.NewRequest(http.MethodPost, srv.URL+"/api/v1/intake/website_form", strings.NewReader(body))
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("X-Channel-Key", "k")
				res, err := client.Do(req)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, res.Body) // a body left unread costs the connection
				if res.Body.Close(); res.StatusCode != http.StatusAccepted {
					b.Error(res.Status)
					return
				}
			}
		}()
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "leads/s")
}
