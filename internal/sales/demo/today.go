package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Floor is how the demo does live work: with assignment and countdowns, as on any day.
type Floor struct {
	// At runs f with the company's clock set back to an instant.
	At func(when time.Time, f func() error) error
	// Open is the owner's opening of a lead.
	Open func(ctx context.Context, who *actor.Actor, lead string) error
}

// fresh lists the leads of the last days: hours ago, hours until the owner opened it (0 = never), and an owner given by hand.
var fresh = []struct {
	ago, opened float64
	owner       string
}{
	{74, 3, "p-linxiao"}, {71, 1, "p-hefang"}, {52, 2, ""}, {47, 5, ""}, {44, 1, "p-linxiao"}, {38, 0, ""}, {33, 4, ""}, {30, 0, "p-linxiao"}, {27, 2, ""}, {25.5, 0, ""}, {22.5, 0, ""}, {20, 3, "p-wutao"},
	{18, 0, ""}, {15, 0, "p-linxiao"}, {12, 1, ""}, {9, 0, ""}, {6, 0, ""}, {4, 0.5, ""}, {3, 0, ""}, {2, 0, "p-linxiao"}, {1.2, 0, ""}, {0.6, 0, ""}, {0.3, 0, ""}, {0.1, 0, ""},
}

// Today writes the leads of the last days up to now, the way they really come in; those that are there already stay.
func (l *Loader) Today(ctx context.Context, now time.Time, f Floor) error {
	r := rand.New(rand.NewPCG(20261124, 7))
	for i, x := range fresh {
		j := newLead(r, leadCount+i, 1)
		cities := citiesOf[[]string{"east", "south", "north", "east"}[i%4]]
		j.region = cities[r.IntN(len(cities))]
		if x.owner == "p-linxiao" {
			j.industry, j.line, j.budget, j.region = "教育", lineOf["教育"], "12.5万", "浙江 杭州"
			j.company = brands[i%len(brands)] + "教育科技有限公司"
		}
		j.company = lastWord(j.region) + j.company
		id, when := fmt.Sprintf("demo-fresh-%02d", i+1), now.Add(-time.Duration(x.ago*float64(time.Hour)))
		v := map[string]any{"company": j.company, "name": j.name, "phone": j.phone, "source": j.source, "industry": j.industry, "region": j.region, "product_line": j.line, "note": j.note, "budget": j.budget}
		if x.owner != "" {
			v["owner"] = x.owner
		}
		row, err := l.read(ctx, "lead", id)
		if err != nil {
			return err
		}
		if row == nil {
			if row, err = l.arrive(ctx, f, when, id, v); err != nil {
				return fmt.Errorf("lead %s: %w", id, err)
			}
		}
		owner := row.Owner()
		if x.opened == 0 || owner == "" || row.Get("first_opened_at") != nil {
			continue
		}
		if err := f.At(when.Add(time.Duration(x.opened*float64(time.Hour))), func() error {
			return f.Open(ctx, &actor.Actor{Kind: actor.Person, ID: owner, Roles: []string{"rep"}}, id)
		}); err != nil {
			return fmt.Errorf("opening %s: %w", id, err)
		}
	}
	return nil
}

// arrive takes a lead in at a past instant.
func (l *Loader) arrive(ctx context.Context, f Floor, when time.Time, id string, v map[string]any) (row *object.Row, err error) {
	err = f.At(when, func() error {
		out, err := l.Writer.Do(ctx, store.Interactive, record.Request{Actor: &actor.Actor{Kind: actor.Channel, ID: "website_form", Name: "官网表单"},
			Origin: record.Origin{Kind: "demo", Batch: Batch, Engine: true, Assign: true, Countdown: true}, Writes: []record.Write{{Op: record.Create, Object: "lead", ID: id, Values: v}}})
		if err == nil {
			row = out[0].Row
		}
		return err
	})
	return row, err
}
