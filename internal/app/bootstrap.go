package app

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"os"
	"strings"

	"baton/internal/platform/actor"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/template"
	"baton/templates"
)

// bootstrap makes what a new workspace lacks: the shipped definitions by the ordinary publish, then the root unit, the first
// administrator and the shipped records. A first start that was killed in between is finished by the next.
func (a *App) bootstrap(ctx context.Context) error {
	if a.Defs.Current().Revision == 0 {
		if err := a.install(ctx); err != nil {
			return err
		}
	}
	var people int64
	if err := a.DB.QueryRow(ctx, "SELECT COUNT(*) FROM credential").Scan(&people); err != nil || people > 0 {
		return err
	}
	return a.firstAdministrator(ctx)
}

func (a *App) install(ctx context.Context) error {
	defs, err := template.Read(templates.FS, "platform")
	if err != nil {
		return err
	}
	sales, err := template.Read(templates.FS, "sales")
	if err != nil {
		return err
	}
	_, err = a.Defs.Publish(ctx, actor.TheSystem("首次启动"), "安装销售模板", append(defs, sales...), nil)
	return err
}

func (a *App) firstAdministrator(ctx context.Context) error {
	system := actor.TheSystem("首次启动")
	password, given := a.Config.AdminPassword, true
	if password == "" {
		password, given = randomPassword(), false
	}
	hash, err := a.Signing.Hash(password)
	if err != nil {
		return err
	}
	samples, err := samples()
	if err != nil {
		return err
	}
	origin := record.Origin{Kind: "bootstrap", Engine: true}
	err = a.DB.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := a.Writer.In(ctx, tx, record.Request{Actor: system, Origin: origin, Writes: []record.Write{
			{Op: record.Create, Object: "org_unit", ID: "root", Values: map[string]any{"name": "总公司", "kind": "company", "manager": "admin"}},
			{Op: record.Create, Object: "person", ID: "admin", Values: map[string]any{"name": "管理员", "username": "admin", "unit": "root", "roles": "admin"}},
		}}); err != nil {
			return err
		}
		if _, err := a.Writer.In(ctx, tx, record.Request{Actor: system, Origin: record.Origin{Kind: "bootstrap", Batch: "template:sales", Engine: true}, Writes: samples}); err != nil {
			return err
		}
		return a.Signing.SetPassword(ctx, tx, "admin", "admin", hash)
	})
	if err != nil {
		return err
	}
	if !given {
		// Shown once, on the terminal only: never in the log.
		fmt.Fprintf(os.Stderr, "\n  Administrator: admin / %s   (shown once; change it after signing in)\n\n", password)
	}
	return a.Dir.Reload(ctx)
}

// samples are the records the sales template ships, in the same transaction as the first administrator: once for each workspace. Whoever
// may change them may delete them like all others; they do not come back.
func samples() ([]record.Write, error) {
	shipped, err := template.Records(templates.FS, "sales")
	if err != nil {
		return nil, err
	}
	writes := make([]record.Write, len(shipped))
	for i, s := range shipped {
		writes[i] = record.Write{Op: record.Create, Object: s.Object, ID: s.ID, Values: s.Values}
	}
	return writes, nil
}

func randomPassword() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
