package app

import (
	"context"
	"fmt"
	"os"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/object"
	"baton/internal/platform/store"
	"baton/internal/sales/demo"
)

// loadDemo writes the demo company into a workspace that has never had one.
func (a *App) loadDemo(ctx context.Context) error {
	if a.setting("demo", "") != "" {
		return nil
	}
	anchor := object.DayStart(object.DayOf(a.Clock.Now(), a.Env.Zone), a.Env.Zone)
	if a.Config.DemoDate != "" {
		t, err := time.ParseInLocation("2006-01-02", a.Config.DemoDate, a.Env.Zone)
		if err != nil {
			return fmt.Errorf("BATON_DEMO_DATE %q: write a day such as 2026-11-24", a.Config.DemoDate)
		}
		anchor = t
	}
	if began := a.setting("demo_anchor", ""); began != "" { // a load that was killed goes on with the day it began with
		var err error
		if anchor, err = time.ParseInLocation("2006-01-02", began, a.Env.Zone); err != nil {
			return err
		}
	} else if err := a.set(ctx, map[string]string{"demo_anchor": anchor.Format("2006-01-02")}); err != nil {
		return err
	}
	hash, err := a.Signing.Hash(demo.Password)
	if err != nil {
		return err
	}
	begin := time.Now()
	l := &demo.Loader{Writer: a.Writer, DB: a.DB, SetPassword: a.Signing.SetPassword, Hash: hash, Reload: a.Dir.Reload}
	if err := l.Load(ctx, anchor); err != nil {
		return err
	}
	if a.Config.DemoDate == "" {
		// Only a company of today has running countdowns; one with a given day is its history alone, the same on every machine.
		if err := a.engines.kept.Rebuild(ctx); err != nil {
			return err
		}
		if err := l.Today(ctx, a.Clock.Now(), a.floor()); err != nil {
			return err
		}
	}
	a.Log.Info("demo company loaded", "today", anchor.Format("2006-01-02"), "seconds", time.Since(begin).Seconds())
	return a.set(ctx, map[string]string{"demo": anchor.Format("2006-01-02"), "workspace_name": "启航科技（演示）"})
}

// set keeps workspace settings.
func (a *App) set(ctx context.Context, values map[string]string) error {
	return a.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		for name, value := range values {
			if _, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// floor lets the demo work live at past instants: nothing runs yet, so the clock may be set back meanwhile.
func (a *App) floor() demo.Floor {
	return demo.Floor{
		At: func(when time.Time, f func() error) error {
			offset := time.Until(a.Clock.Now())
			a.Clock.Shift(time.Until(when))
			defer a.Clock.Shift(offset)
			return f()
		},
		Open: func(ctx context.Context, who *actor.Actor, lead string) error {
			p := a.Dir.Person(who.ID)
			who.Name, who.Unit = p.Name, p.Unit
			_, err := a.engines.follow.Open(ctx, who, "lead", lead)
			return err
		},
	}
}

// demoPeople lists who may be tried, nil outside a demo company.
func (a *App) demoPeople(context.Context) map[string]any {
	if a.setting("demo", "") == "" {
		return nil
	}
	list := []map[string]any{}
	for _, username := range demo.Tour {
		for _, p := range a.Dir.People() {
			if p.Username == username {
				list = append(list, map[string]any{"username": p.Username, "name": p.Name, "title": a.roleTitle(p.Roles) + " · " + a.Dir.Name("org_unit", p.Unit)})
			}
		}
	}
	return map[string]any{"people": list, "password": demo.Password}
}

func (a *App) roleTitle(roles []string) string {
	if len(roles) > 0 {
		if d, ok := a.Defs.Current().Definition("role", roles[0]); ok {
			return d.Title.ZH
		}
	}
	return ""
}

// greet tells a person at the terminal how to sign in.
func (a *App) greet(address string) {
	if a.setting("demo", "") == "" {
		return
	}
	fmt.Fprintf(os.Stderr, "\n  指挥棒 Baton is running at %s\n\n  Demo company, everyone's password: %s\n", address, demo.Password)
	for _, username := range demo.Tour {
		for _, p := range a.Dir.People() {
			if p.Username == username {
				fmt.Fprintf(os.Stderr, "    %-12s %s %s\n", p.Username, p.Name, a.roleTitle(p.Roles))
			}
		}
	}
	fmt.Fprintf(os.Stderr, "    %-12s 管理员 (its own password: BATON_ADMIN_PASSWORD, or shown above at the first start)\n\n", "admin")
}
