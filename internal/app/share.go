package app

import (
	"context"

	"baton/internal/platform/identity"
	"baton/internal/platform/notify"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// sharing keeps the shares of records; who something is shared with finds it in the inbox.
func (a *App) sharing() *record.Sharing {
	return &record.Sharing{Writer: a.Writer, Reader: a.Reader, Actor: a.Signing.ActorOf, Unit: func(id string) bool { return a.Dir.Unit(id) != nil },
		Told: func(ctx context.Context, tx *store.Tx, s record.Share, title string) error {
			what := "可以查看"
			if s.Edit {
				what = "可以查看和修改"
			}
			return a.engines.inbox.Send(ctx, tx, notify.Message{Person: s.Person, Kind: "shared", Level: notify.Blue, Title: a.Dir.Name("person", s.By) + " 共享给你：" + title, Body: what + because(s.Reason), Object: s.Object, RecordID: s.Record})
		}}
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return "。原因：" + reason
}

// delegated tells a person in whose place they act.
func (a *App) delegated(ctx context.Context, tx *store.Tx, d identity.Delegation, name string) error {
	return a.engines.inbox.Send(ctx, tx, notify.Message{Person: d.Delegate, Kind: "delegation", Level: notify.Blue, Title: name + " 请你代理", Body: "代理期间，TA 的记录你也能看到和处理" + because(d.Reason), Object: "person", RecordID: d.Person})
}

// notMoved tells who planned a move in the org tree that it could not be made on its day.
func (a *App) notMoved(ctx context.Context, tx *store.Tx, m identity.Move, why string) error {
	if m.By == "" {
		return nil
	}
	return a.engines.inbox.Send(ctx, tx, notify.Message{Person: m.By, Kind: "org_move", Level: notify.Amber, Title: "计划的调动没有进行：" + a.Dir.Name(m.Object, m.ID), Body: why + because(m.Reason), Object: m.Object, RecordID: m.ID})
}
