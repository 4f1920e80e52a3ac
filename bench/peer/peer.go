// Package peer runs PocketBase, the program that Baton's writing and reading are measured beside: one collection with the fields of a
// lead and three indexes, open to everybody (so that no rights are checked), request logs off, and each commit synced to disk as
// Baton's are. It does only the bare create: no tags, no assignment, no countdown, no trail.
package peer

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	_ "github.com/pocketbase/pocketbase/migrations"
	"github.com/pocketbase/pocketbase/tools/types"

	"baton/bench/lead"
)

// durable is PocketBase's own connection string with synchronous(FULL) in place of NORMAL.
const durable = "?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(200000000)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(ON)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-32000)"

// Serve runs PocketBase on addr with its data in dir until the process ends; rows leads are written first, past its API.
func Serve(addr, dir string, rows int) error {
	app := core.NewBaseApp(core.BaseAppConfig{
		DataDir:   dir,
		DBConnect: func(path string) (*dbx.DB, error) { return dbx.Open("sqlite", path+durable) },
	})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if err := app.RunAllMigrations(); err != nil {
		return err
	}
	app.Settings().Logs.MaxDays = 0
	app.Settings().RateLimits.Enabled = false
	if err := app.Save(app.Settings()); err != nil {
		return err
	}
	if err := createCollection(app); err != nil {
		return err
	}
	if err := seed(app, rows); err != nil {
		return fmt.Errorf("seed %d leads: %w", rows, err)
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.InstallerFunc = nil // it would open a browser
		return e.Next()
	})
	if err := apis.Serve(app, apis.ServeConfig{HttpAddr: addr}); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func createCollection(app core.App) error {
	c := core.NewBaseCollection("lead")
	everybody := types.Pointer("")
	c.ListRule, c.ViewRule, c.CreateRule = everybody, everybody, everybody
	for _, name := range lead.Columns {
		if name == "budget" {
			c.Fields.Add(&core.NumberField{Name: name})
			continue
		}
		c.Fields.Add(&core.TextField{Name: name})
	}
	c.Fields.Add(&core.AutodateField{Name: "created", OnCreate: true})
	c.Fields.Add(&core.AutodateField{Name: "updated", OnCreate: true, OnUpdate: true})
	for _, columns := range lead.Indexes {
		c.AddIndex("lead_"+columns[0], false, lead.List(columns), "")
	}
	return app.Save(c)
}

// SeedID is the id of the lead that seed wrote as number n.
func SeedID(n int) string { return fmt.Sprintf("seed%011d", n) }

// seed writes rows as fast as the driver allows; their creation times are a second apart.
func seed(app core.App, rows int) error {
	if rows == 0 {
		return nil
	}
	begin := types.NowDateTime().AddDate(0, 0, -30)
	return app.RunInTransaction(func(tx core.App) error {
		for n := range rows {
			params := dbx.Params{"id": SeedID(n)}
			for i, v := range lead.Make(n).Values() {
				params[lead.Columns[i]] = v
			}
			created := begin.Add(time.Duration(n) * time.Second)
			params["created"], params["updated"] = created, created
			if _, err := tx.DB().Insert("lead", params).Execute(); err != nil {
				return err
			}
		}
		return nil
	})
}
