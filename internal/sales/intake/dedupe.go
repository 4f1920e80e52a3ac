package intake

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"baton/internal/platform/object"
	"baton/internal/platform/problem"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
)

// Dedupe is the first step of the write: an arrival known by phone, e-mail, credit code or external id merges into the lead that stands, the
// same company only links, and each arrival leaves a touch. It keeps dedupe_key in step with the rows.
type Dedupe struct{}

// Name of the step.
func (Dedupe) Name() string { return "dedupe" }

// Apply runs on each write of a deduped object.
func (Dedupe) Apply(ctx context.Context, c *record.Change) error {
	r, ok := ruleOf(c.Object.Name)
	if !ok {
		return nil
	}
	switch c.Op {
	case record.Create:
		return r.arrive(ctx, c)
	case record.Update:
		if !r.touched(c.Old, c.New) {
			return nil
		}
		return rekey(ctx, c, r.keys(c.Old), r.keys(c.New))
	case record.Delete:
		return rekey(ctx, c, r.keys(c.Old), nil) // keys learned from merged arrivals stay; what they find is deleted and does not count
	case record.Restore:
		return putKeys(ctx, c, r.keys(c.New))
	}
	return nil
}

// sameCompany is how many leads of the same company an event names at most.
const sameCompany = 5

func (r rule) arrive(ctx context.Context, c *record.Change) error {
	if c.Origin.Channel != "" && c.New.Get("channel") == nil {
		c.New.Set("channel", c.Origin.Channel)
	}
	if c.New.Get("intake_at") == nil {
		c.New.Set("intake_at", c.At)
	}
	keys := r.keys(c.New)
	if !r.merge {
		return putKeys(ctx, c, keys)
	}
	found, err := lookup(ctx, c, keys)
	if err != nil {
		return err
	}
	came := c.New
	standing, err := found.standing(ctx, c)
	if err != nil {
		return err
	}
	if standing != nil {
		if c.Origin.ByHand() && !c.Sees(standing) {
			return held(c, standing)
		}
		c.MergeInto(standing)
		if came.Text(r.company) != c.New.Text(r.company) {
			keys = slices.DeleteFunc(keys, func(k key) bool { return !k.strong() })
		}
	} else if len(found.company) > 0 {
		c.Datum("same_company", found.company)
	}
	if found.customer != "" && c.New.Get("customer") == nil {
		c.New.Set("customer", found.customer)
	}
	n, _ := c.New.Int("touches")
	c.New.Set("touches", n+1)
	if err := putKeys(ctx, c, keys); err != nil {
		return err
	}
	r.leaveTouch(ctx, c, came)
	return nil
}

// held refuses an entry by hand of what stands already where its maker may not see it: that it exists and whose it is, nothing more. Arrivals
// through channels and files merge all the same: nobody reads their answer.
func held(c *record.Change, standing *object.Row) error {
	text := "这条" + c.Object.Title.ZH + "已经有了，还没有负责人"
	if owner := standing.Owner(); owner != "" {
		name := owner
		if f := c.Object.Fields[object.Owner]; f != nil {
			name = f.Type.Words(f, c.Env, owner)
		}
		text = "这条" + c.Object.Title.ZH + "已由 " + name + " 负责"
	}
	return problem.New(problem.Conflict, "held", text, problem.Item{Code: "held", Message: text, Hint: "请与对方或主管联系"})
}

// leaveTouch appends the arrival's trace. What a merge did not take over is kept in its data, as is what the sender told beyond the fields.
func (r rule) leaveTouch(ctx context.Context, c *record.Change, came *object.Row) {
	o, ok := object.Of(c.Snap, r.touch)
	if !ok {
		return
	}
	data := map[string]any{}
	for k, v := range beyond(ctx) {
		data[k] = v
	}
	if c.Result == "merged" {
		for i, f := range c.Object.Fields {
			if Settable(f) && came.V[i] != nil && came.V[i] != c.New.V[i] && f.Default == nil {
				data[f.Name] = f.Type.JSON(f, c.Env, came.V[i])
			}
		}
	}
	values := map[string]any{"lead": c.New.ID(), "source": came.Get("source"), "channel": came.Get("channel"), "at": c.At, "external_id": came.Get("external_id")}
	if len(data) > 0 {
		values["data"] = data
	}
	for name, v := range values {
		if _, has := o.Field(name); !has || v == nil {
			delete(values, name)
		}
	}
	c.Append(record.Write{Op: record.Create, Object: o.Name, Values: values, At: c.At})
}

// matches are the records that an arrival's keys point to.
type matches struct {
	strong   []string // record ids in order of weight, oldest first
	company  []string
	customer string
}

// standing reads the record to merge into, nil for none. On PostgreSQL the row is locked, so that an edit on another node cannot slip between.
func (m matches) standing(ctx context.Context, c *record.Change) (*object.Row, error) {
	for i := 0; i < len(m.strong); i++ {
		id := m.strong[i]
		if c.Tx.Dialect() == store.Postgres {
			if _, err := c.Tx.Exec(ctx, "SELECT 1 FROM "+object.Quote(c.Object.Table)+` WHERE "id" = ? FOR UPDATE`, id); err != nil {
				return nil, err
			}
		}
		row, err := record.ReadRow(ctx, c.Tx, c.Object, id)
		if err != nil {
			return nil, err
		}
		if row != nil && row.V[object.DeletedAt] == nil {
			return row, nil
		}
		into, err := mergedInto(ctx, c.Tx, id)
		if err != nil {
			return nil, err
		}
		if into != id && !slices.Contains(m.strong, into) { // what it was known by still finds what it was merged into
			m.strong = slices.Insert(m.strong, i+1, into)
		}
	}
	return nil, nil
}

func lookup(ctx context.Context, c *record.Change, keys []key) (matches, error) {
	var m matches
	if len(keys) == 0 {
		return m, nil
	}
	if err := guard(ctx, c, keys); err != nil {
		return m, err
	}
	n := len(keys)
	args := make([]any, 0, 3*(n+2))
	for _, k := range keys {
		args = append(args, c.Object.Name, k.kind, k.value)
	}
	links := 0
	if _, has := c.Object.Field(customer); has {
		for _, k := range keys {
			if k.kind == byCreditCode || k.kind == byCompany {
				args = append(args, customer, k.kind, k.value)
				links++
			}
		}
	}
	strong := n
	if !keys[n-1].strong() {
		strong--
	}
	rows, err := c.Tx.Query(ctx, lookupSQL(n+links, strong), args...)
	if err != nil {
		return m, err
	}
	defer rows.Close()
	byKey := make([][]string, n+links)
	for rows.Next() {
		var k int
		var id string
		if err := rows.Scan(&k, &id); err != nil {
			return m, err
		}
		byKey[k] = append(byKey[k], id)
	}
	for i, k := range keys {
		slices.Sort(byKey[i])
		if k.strong() {
			m.strong = append(m.strong, byKey[i]...)
		} else {
			m.company = byKey[i]
		}
	}
	for _, ids := range byKey[n:] { // the credit code comes first and proves more; two customers of one name prove nothing
		if m.customer == "" && len(ids) == 1 {
			m.customer = ids[0]
		}
	}
	return m, rows.Err()
}

// guard makes two nodes that take in the same contact at the same time wait for one another: the second sees the first's lead. On SQLite all
// writes are one after another anyway.
func guard(ctx context.Context, c *record.Change, keys []key) error {
	if c.Tx.Dialect() != store.Postgres {
		return nil
	}
	var names []string
	for _, k := range keys {
		if k.strong() {
			names = append(names, c.Object.Name+"|"+k.kind+"|"+k.value)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	args := make([]any, len(names))
	for i, s := range names {
		args[i] = s
	}
	_, err := c.Tx.Exec(ctx, guardSQL(len(names)), args...)
	return err
}

func guardSQL(n int) string {
	return "SELECT " + strings.TrimSuffix(strings.Repeat("pg_advisory_xact_lock(hashtextextended(?, 0)), ", n), ", ")
}

// lookupSQL finds the records of n keys in one statement; k is the key's place. From limitFrom on only the oldest few are wanted.
func lookupSQL(n, limitFrom int) string {
	parts := make([]string, n)
	for i := range parts {
		s := strconv.Itoa(i)
		parts[i] = "SELECT " + s + " AS k, record_id FROM dedupe_key WHERE object = ? AND kind = ? AND value = ?"
		if i >= limitFrom { // hundreds may work for one company
			parts[i] = "SELECT * FROM (" + parts[i] + " ORDER BY record_id LIMIT " + strconv.Itoa(sameCompany) + ") AS t" + s
		}
	}
	return strings.Join(parts, " UNION ALL ")
}

func putKeys(ctx context.Context, c *record.Change, keys []key) error {
	if len(keys) == 0 {
		return nil
	}
	args := make([]any, 0, 4*len(keys))
	for _, k := range keys {
		args = append(args, c.Object.Name, k.kind, k.value, c.New.ID())
	}
	_, err := c.Tx.Exec(ctx, "INSERT INTO dedupe_key (object, kind, value, record_id) VALUES "+strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", len(keys)), ", ")+" ON CONFLICT (object, kind, value, record_id) DO NOTHING", args...)
	if err != nil {
		return fmt.Errorf("intake: dedupe keys: %w", err)
	}
	return nil
}

// rekey follows an edit. Keys learned from merged arrivals stay.
func rekey(ctx context.Context, c *record.Change, old, now []key) error {
	for _, k := range old {
		if slices.Contains(now, k) {
			continue
		}
		if _, err := c.Tx.Exec(ctx, "DELETE FROM dedupe_key WHERE object = ? AND kind = ? AND value = ? AND record_id = ?", c.Object.Name, k.kind, k.value, c.New.ID()); err != nil {
			return err
		}
	}
	return putKeys(ctx, c, now)
}

type beyondKey struct{}

// WithBeyond hands what a sender told beyond the object's fields to the touch of the write that runs under ctx.
func WithBeyond(ctx context.Context, data map[string]any) context.Context {
	if len(data) == 0 {
		return ctx
	}
	return context.WithValue(ctx, beyondKey{}, data)
}

func beyond(ctx context.Context) map[string]any {
	m, _ := ctx.Value(beyondKey{}).(map[string]any)
	return m
}
