package app

import (
	"fmt"
	"io"
	"log/slog"
	"testing"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/sales/intake"
)

// BenchmarkTrial measures what stands tried on 2,000 leads of the demo company, and their diagnosis.
func BenchmarkTrial(b *testing.B) {
	a, err := Open(b.Context(), Config{Data: b.TempDir(), Zone: "Asia/Shanghai", AdminPassword: "bench-password"}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	if err := a.loadDemo(b.Context()); err != nil {
		b.Fatal(err)
	}
	for i := range 2000 {
		_, err := a.engines.intake.Receive(b.Context(), intake.Arrival{Channel: "website_form", Values: map[string]any{"company": fmt.Sprintf("杭州启明%d有限公司", i), "phone": fmt.Sprintf("138%08d", i), "industry": []string{"教育", "医疗", "制造"}[i%3], "budget": "12万", "region": "浙江 杭州"}})
		if err != nil {
			b.Fatal(err)
		}
	}
	system := actor.TheSystem("bench")
	b.Run("try", func(b *testing.B) {
		for b.Loop() {
			if _, err := a.engines.trial.Try(b.Context(), system, a.Defs.Current(), &definition.Ask{Object: "lead"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("diagnosis", func(b *testing.B) {
		for b.Loop() {
			if _, err := a.engines.doctor.Period(b.Context(), system, "lead", nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}
