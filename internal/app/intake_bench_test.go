package app

import (
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"syscall"
	"testing"

	"baton/internal/sales/intake"
)

// BenchmarkIntake measures one lead through the whole write path, 32 at a time, without HTTP.
func BenchmarkIntake(b *testing.B) {
	a, err := Open(b.Context(), Config{Data: b.TempDir(), Zone: "Asia/Shanghai", AdminPassword: "bench-password"}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	if err := a.loadDemo(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := a.Run(); err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	b.SetParallelism(16)
	b.ResetTimer()
	var before, after syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &before) // fails for unknown targets only
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := n.Add(1)
			_, err := a.engines.intake.Receive(b.Context(), intake.Arrival{Channel: "website_form", Values: map[string]any{"company": fmt.Sprintf("杭州启明教育%d有限公司", i), "name": "周敏", "phone": fmt.Sprintf("138%08d", i), "industry": "教育", "budget": "12万", "region": "浙江 杭州"}})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &after)
	used := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(used)/float64(b.N)/1000, "cpu-µs/op") // steadier than the clock on a busy machine
}
