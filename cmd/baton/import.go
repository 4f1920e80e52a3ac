package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"baton/internal/app"
)

type importCmd struct {
	app.Config `embed:""`
	Object     string   `help:"Object to import into." required:""`
	File       string   `help:"CSV file (UTF-8 or GB18030)." required:"" type:"existingfile"`
	Map        []string `help:"field=Column pairs; what is not given is matched by name, alias and content." sep:","`
	Assign     bool     `help:"Run assignment on the imported rows." default:"true" negatable:""`
	Countdown  bool     `help:"Start countdowns on the imported rows." default:"true" negatable:""`
	HappenedAt string   `help:"The past time at which the rows happened, RFC 3339."`
}

// Run imports and prints one JSON line. With a server running on the data folder, the server does the work.
func (c *importCmd) Run(ctx context.Context, log *slog.Logger) error {
	mapping := map[string]string{}
	for _, m := range c.Map {
		field, column, ok := strings.Cut(m, "=")
		if !ok {
			return fmt.Errorf("--map %q: write field=Column", m)
		}
		mapping[strings.TrimSpace(field)] = strings.TrimSpace(column)
	}
	options := app.ImportOptions{Assign: c.Assign, Countdown: c.Countdown, HappenedAt: c.HappenedAt}
	result, err := app.Import(ctx, c.Config, log, c.Object, c.File, mapping, options, os.Stderr)
	if err != nil {
		return err
	}
	b, err := json.Marshal(result)
	if err != nil {
		return errors.Join(errSaid, err)
	}
	fmt.Println(string(b))
	return nil
}
