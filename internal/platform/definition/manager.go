package definition

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Recorder writes a revision's event into the ledger, inside the publishing transaction.
type Recorder func(ctx context.Context, tx *store.Tx, a *actor.Actor, revision int64, note string, changes []Change)

// Applier carries a new snapshot into the database (tables and columns), inside the publishing transaction.
type Applier func(ctx context.Context, tx *store.Tx, old, next *Snapshot) error

// Settler brings definitions that are about to be published in line with those they replace: what a renamed field was called goes on as an
// alias, say. q is nil while a draft is only tried; then only what serves is known. It returns new definitions and changes none of those given.
type Settler func(ctx context.Context, q store.Querier, serving *Snapshot, changed []*Definition) ([]*Definition, error)

// Change is one definition's part in a revision.
type Change struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
	Op   string `json:"op"` // add, change, remove
}

// Revision is one published step.
type Revision struct {
	N      int64    `json:"n"`
	At     int64    `json:"-"`
	Actor  string   `json:"-"`
	By     string   `json:"by"`
	Note   string   `json:"note"`
	Change []Change `json:"changes"`
}

// Manager keeps definitions in the database and serves the published snapshot. Safe for concurrent use.
type Manager struct {
	db      *store.DB
	clock   *clock.Clock
	kinds   []Kind
	current atomic.Pointer[Snapshot]
	apply   Applier
	record  Recorder
	settle  Settler
	onSwap  []func(*Snapshot)
	past    sync.Map // revision → *Snapshot, of those asked for
}

// NewManager takes the kinds in order of compilation.
func NewManager(db *store.DB, c *clock.Clock, kinds []Kind, apply Applier, record Recorder) *Manager {
	m := &Manager{db: db, clock: c, kinds: kinds, apply: apply, record: record}
	empty, _ := Build(kinds, nil, 0)
	m.current.Store(empty)
	return m
}

// OnSettle sets what brings changed definitions in line with the standing ones. To be set before the first publish.
func (m *Manager) OnSettle(f Settler) { m.settle = f }

// OnSwap calls f with each new snapshot once it serves. To be set before Load.
func (m *Manager) OnSwap(f func(*Snapshot)) { m.onSwap = append(m.onSwap, f) }

// Current is the published snapshot.
func (m *Manager) Current() *Snapshot { return m.current.Load() }

// Kinds lists the registered kinds.
func (m *Manager) Kinds() []Kind { return m.kinds }

// Load reads the newest revision and serves it.
func (m *Manager) Load(ctx context.Context) error { return m.load(ctx, m.db) }

func (m *Manager) load(ctx context.Context, q store.Querier) error {
	var n int64
	if err := q.QueryRow(ctx, "SELECT COALESCE(MAX(n), 0) FROM revision").Scan(&n); err != nil {
		return err
	}
	defs, err := m.at(ctx, q, n)
	if err != nil {
		return err
	}
	s, problems := Build(m.kinds, defs, n)
	if len(problems) > 0 {
		// What was published was checked; a problem now means that this program is older than the data. It still serves what compiles.
		return problem.New(problem.Internal, "definitions_unreadable", fmt.Sprintf("第 %d 版配置有 %d 处无法读取", n, len(problems)), problems...)
	}
	m.swap(s)
	return nil
}

func (m *Manager) swap(s *Snapshot) {
	for {
		old := m.current.Load()
		if old != nil && old.Revision > s.Revision {
			return
		}
		if m.current.CompareAndSwap(old, s) {
			break
		}
	}
	for _, f := range m.onSwap {
		f(s)
	}
}

// Follow is a group-begin work: each write group runs on the newest published revision.
func (m *Manager) Follow(ctx context.Context, tx *store.Tx) error { return m.follow(ctx, tx) }

// Refresh serves the newest revision if another node has published one; for nodes that only read.
func (m *Manager) Refresh(ctx context.Context) error { return m.follow(ctx, m.db) }

func (m *Manager) follow(ctx context.Context, q store.Querier) error {
	var n int64
	if err := q.QueryRow(ctx, "SELECT COALESCE(MAX(n), 0) FROM revision").Scan(&n); err != nil {
		return err
	}
	if n > m.Current().Revision {
		return m.load(ctx, q)
	}
	return nil
}

func (m *Manager) at(ctx context.Context, q store.Querier, n int64) ([]*Definition, error) {
	rows, err := q.Query(ctx, `SELECT v.revision, v.body FROM definition_version v JOIN (SELECT kind, name, MAX(revision) AS r FROM definition_version WHERE revision <= ? GROUP BY kind, name) l
		ON l.kind = v.kind AND l.name = v.name AND l.r = v.revision WHERE v.removed = 0 ORDER BY v.kind, v.name`, n)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Definition
	for rows.Next() {
		var body string
		d := &Definition{}
		var rev int64
		if err := rows.Scan(&rev, &body); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), d); err != nil {
			return nil, fmt.Errorf("definition: stored body: %w", err)
		}
		d.Revision = rev
		out = append(out, d)
	}
	return out, rows.Err()
}

// Draft is a change not yet published.
type Draft struct {
	Definition
	By string `json:"by"`
	At int64  `json:"-"`
	// Base is the revision the draft was made on.
	Base int64 `json:"base"`
}

// Drafts lists all drafts in order of kind and name.
func (m *Manager) Drafts(ctx context.Context) ([]*Draft, error) { return m.drafts(ctx, m.db) }

func (m *Manager) drafts(ctx context.Context, q store.Querier) ([]*Draft, error) {
	rows, err := q.Query(ctx, "SELECT body, base, COALESCE(actor_name, ''), at FROM definition_draft ORDER BY kind, name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Draft
	for rows.Next() {
		d := &Draft{}
		var body string
		if err := rows.Scan(&body, &d.Base, &d.By, &d.At); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(body), &d.Definition); err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, rows.Err()
}

// SaveDraft keeps a draft and says what is wrong with it as it stands; a draft with problems is kept all the same. base is the revision it was
// made on; 0 is the one of the draft that stands, else the present one.
func (m *Manager) SaveDraft(ctx context.Context, a *actor.Actor, d *Definition, base int64) ([]problem.Item, error) {
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	keep := ""
	if base > 0 {
		keep = ", base = excluded.base"
	}
	err = m.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		on := base
		if on == 0 {
			on = m.Current().Revision
		}
		_, err := tx.Exec(ctx, `INSERT INTO definition_draft (kind, name, body, base, actor, actor_name, at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body, actor = excluded.actor, actor_name = excluded.actor_name, at = excluded.at`+keep,
			d.Kind, d.Name, string(body), on, null(a.ID), null(a.Name), m.clock.Milli())
		return err
	})
	if err != nil {
		return nil, err
	}
	_, problems := m.Try([]*Definition{d})
	return problems, nil
}

// DropDraft forgets a draft.
func (m *Manager) DropDraft(ctx context.Context, kind, name string) error {
	return m.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM definition_draft WHERE kind = ? AND name = ?", kind, name)
		return err
	})
}

// Try builds the snapshot that would stand if the given definitions were published, without effect.
func (m *Manager) Try(changed []*Definition) (*Snapshot, []problem.Item) {
	serving := m.Current()
	if m.settle != nil {
		if settled, err := m.settle(context.Background(), nil, serving, changed); err == nil { // what cannot be read is told of by the check
			changed = settled
		}
	}
	return m.overlay(serving, changed, serving.Revision+1)
}

func (m *Manager) overlay(base *Snapshot, changed []*Definition, revision int64) (*Snapshot, []problem.Item) {
	set := map[Key]*Definition{}
	for _, d := range base.Definitions() {
		set[d.Key()] = d
	}
	for _, d := range changed {
		if d.Removed {
			delete(set, d.Key())
			continue
		}
		c := *d // what is given stays as it is
		c.Revision = 0
		set[d.Key()] = &c
	}
	defs := make([]*Definition, 0, len(set))
	for _, d := range set {
		defs = append(defs, d)
	}
	sort.Slice(defs, func(i, j int) bool { return defs[i].Key().String() < defs[j].Key().String() })
	return Build(m.kinds, defs, revision)
}

// Publish makes one revision of the given definitions (nil: of all drafts; only limits which). The whole set is checked; with problems
// nothing is published. Tables follow in the same transaction; the snapshot serves before Publish returns.
//
// Refused as definition_changed is what somebody else has published anew since it was read: a draft older than that, or a given definition
// with another Revision than the one that stands (0 asks for no such care).
func (m *Manager) Publish(ctx context.Context, a *actor.Actor, note string, defs []*Definition, only []Key) (*Revision, error) {
	return m.publish(ctx, a, note, defs, only, false)
}

// publish is Publish; over lets drafts replace what was published since they were made.
func (m *Manager) publish(ctx context.Context, a *actor.Actor, note string, defs []*Definition, only []Key, over bool) (*Revision, error) {
	var rev *Revision
	publish := func(ctx context.Context, tx *store.Tx) error {
		changed, stale := defs, []Key(nil)
		if changed == nil {
			drafts, err := m.drafts(ctx, tx)
			if err != nil {
				return err
			}
			for _, d := range drafts {
				if len(only) == 0 || contains(only, d.Key()) {
					changed = append(changed, &d.Definition)
					if now, ok := m.Current().Definition(d.Kind, d.Name); ok && now.Revision > d.Base {
						stale = append(stale, d.Key())
					}
				}
			}
			if len(changed) == 0 {
				return problem.New(problem.Invalid, "nothing_to_publish", "没有待发布的草稿")
			}
		}
		for _, d := range defs {
			if now, ok := m.Current().Definition(d.Kind, d.Name); ok && d.Revision > 0 && now.Revision != d.Revision {
				stale = append(stale, d.Key())
			}
		}
		if len(stale) > 0 && !over {
			return m.changedSince(ctx, tx, stale)
		}
		var err error
		rev, err = m.publishIn(ctx, tx, a, note, changed, false)
		return err
	}
	err := m.writeRevision(ctx, publish)
	return rev, err
}

// Amend publishes what change makes of the serving definitions, in one transaction with whatever else change writes. The definitions go out as
// they are given, unsettled, and drafts stay: it is for engines that know what they do.
func (m *Manager) Amend(ctx context.Context, a *actor.Actor, note string, change func(ctx context.Context, tx *store.Tx, serving *Snapshot) ([]*Definition, error)) (*Revision, error) {
	var rev *Revision
	err := m.writeRevision(ctx, func(ctx context.Context, tx *store.Tx) error {
		changed, err := change(ctx, tx, m.Current())
		if err != nil {
			return err
		}
		rev, err = m.publishIn(ctx, tx, a, note, changed, true)
		return err
	})
	return rev, err
}

// AmendIn is Amend inside a work that is already running and runs again when it fails: two revisions of one group take the same number, and
// the later one fails.
func (m *Manager) AmendIn(ctx context.Context, tx *store.Tx, a *actor.Actor, note string, changed []*Definition) (*Revision, error) {
	return m.publishIn(ctx, tx, a, note, changed, true)
}

// Still is a group-finish work: a group that wrote by a revision that another node has replaced meanwhile is run again on the new one. It
// belongs behind the ledger's, whose lock makes nodes commit one after the other. On SQLite there is no other node.
func (m *Manager) Still(ctx context.Context, tx *store.Tx) error {
	if tx.Dialect() == store.SQLite || len(tx.Collected()) == 0 {
		return nil
	}
	mine := m.Current().Revision
	for _, v := range tx.Collected() {
		if r, ok := v.(*Revision); ok {
			mine = max(mine, r.N)
		}
	}
	var n int64
	if err := tx.QueryRow(ctx, "SELECT COALESCE(MAX(n), 0) FROM revision").Scan(&n); err != nil {
		return err
	}
	if n > mine {
		return fmt.Errorf("definition: revision %d was published meanwhile: %w", n, store.ErrAgain)
	}
	return nil
}

// changedSince says who has published definitions meanwhile.
func (m *Manager) changedSince(ctx context.Context, q store.Querier, stale []Key) error {
	var items []problem.Item
	for _, k := range stale {
		d, _ := m.Current().Definition(k.Kind, k.Name)
		by := ""
		if err := q.QueryRow(ctx, "SELECT COALESCE(actor_name, '') FROM revision WHERE n = ?", d.Revision).Scan(&by); err != nil {
			return err
		}
		items = append(items, problem.Item{Kind: k.Kind, Name: k.Name, Code: "definition_changed", Message: fmt.Sprintf("%s 已在你修改期间发布了“%s”的新版本（修订 %d）", by, d.Title.ZH, d.Revision), Hint: "请在新版本上再改一次，或确认用你的版本覆盖"})
	}
	return problem.New(problem.Conflict, "definition_changed", "有人在你修改期间发布了新版本，没有发布你的修改", items...)
}

// writeRevision runs a publishing work. Two of them in one write group, or on two nodes, take the same number: the later one is checked
// again on the earlier's result.
func (m *Manager) writeRevision(ctx context.Context, work store.Work) error {
	for attempt := 0; ; attempt++ {
		err := m.db.Write(ctx, store.Interactive, work)
		if err == nil || !store.IsUnique(err) || attempt == 20 {
			return err
		}
	}
}

func (m *Manager) publishIn(ctx context.Context, tx *store.Tx, a *actor.Actor, note string, changed []*Definition, amend bool) (*Revision, error) {
	old := m.Current()
	n := old.Revision + 1
	if m.settle != nil && !amend {
		var err error
		if changed, err = m.settle(ctx, tx, old, changed); err != nil {
			return nil, err
		}
	}
	next, problems := m.overlay(old, changed, n)
	if len(problems) > 0 {
		return nil, problem.New(problem.Invalid, "definitions_invalid", fmt.Sprintf("有 %d 处需要修改，没有发布", len(problems)), problems...)
	}
	rev := &Revision{N: n, At: m.clock.Milli(), Actor: a.ID, By: a.Name, Note: note}
	for _, d := range changed {
		_, was := old.Definition(d.Kind, d.Name)
		op := map[bool]string{true: "change", false: "add"}[was]
		removed := 0
		if d.Removed {
			op, removed = "remove", 1
		}
		rev.Change = append(rev.Change, Change{d.Kind, d.Name, op})
		c := *d
		c.Revision = n
		body, err := json.Marshal(&c)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO definition_version (kind, name, revision, body, removed) VALUES (?, ?, ?, ?, ?)", d.Kind, d.Name, n, string(body), removed); err != nil {
			return nil, err
		}
		if !d.Removed {
			next.defs[d.Key()].Revision = n
		}
		if amend {
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM definition_draft WHERE kind = ? AND name = ?", d.Kind, d.Name); err != nil {
			return nil, err
		}
	}
	changes, err := json.Marshal(rev.Change)
	if err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, "INSERT INTO revision (n, at, actor, actor_name, note, changes) VALUES (?, ?, ?, ?, ?, ?)", n, rev.At, null(a.ID), null(a.Name), null(note), string(changes)); err != nil {
		return nil, err
	}
	if err := m.apply(ctx, tx, old, next); err != nil {
		return nil, err
	}
	m.record(ctx, tx, a, n, note, rev.Change)
	tx.Collect(rev)
	tx.AfterCommit(func() { m.swap(next) })
	return rev, nil
}

// Restore publishes the definitions as they were at revision n, as a new revision. may is asked for each definition that would change, and
// its refusal ends it; nil allows all.
func (m *Manager) Restore(ctx context.Context, a *actor.Actor, n int64, may func(Key) error) (*Revision, error) {
	var rev *Revision
	err := m.writeRevision(ctx, func(ctx context.Context, tx *store.Tx) error {
		var one int
		if err := tx.QueryRow(ctx, "SELECT 1 FROM revision WHERE n = ?", n).Scan(&one); errors.Is(err, sql.ErrNoRows) {
			return problem.New(problem.NotFound, "no_such_revision", fmt.Sprintf("没有第 %d 版", n))
		} else if err != nil {
			return err
		}
		then, err := m.at(ctx, tx, n)
		if err != nil {
			return err
		}
		changed := differences(m.Current(), then)
		if len(changed) == 0 {
			return problem.New(problem.Invalid, "nothing_to_publish", fmt.Sprintf("现在的配置与第 %d 版相同", n))
		}
		for _, d := range changed {
			if may == nil {
				break
			}
			if err := may(d.Key()); err != nil {
				return err
			}
		}
		rev, err = m.publishIn(ctx, tx, a, fmt.Sprintf("恢复到第 %d 版", n), changed, false)
		return err
	})
	return rev, err
}

// Revisions lists the newest revisions first.
func (m *Manager) Revisions(ctx context.Context, limit int) ([]*Revision, error) {
	rows, err := m.db.Query(ctx, "SELECT n, at, COALESCE(actor, ''), COALESCE(actor_name, ''), COALESCE(note, ''), changes FROM revision ORDER BY n DESC LIMIT ?", limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []*Revision{}
	for rows.Next() {
		r := &Revision{}
		var changes string
		if err := rows.Scan(&r.N, &r.At, &r.Actor, &r.By, &r.Note, &changes); err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(changes), &r.Change); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rows.Err()
}

func same(a, b *Definition) bool {
	x, y := *a, *b
	x.Revision, y.Revision = 0, 0
	xb, _ := json.Marshal(x)
	yb, _ := json.Marshal(y)
	return string(xb) == string(yb)
}

func contains(ks []Key, k Key) bool {
	for _, x := range ks {
		if x == k {
			return true
		}
	}
	return false
}

func null(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// differences lists what has to be published so that the definitions are as they were then, in order of kind and name.
func differences(cur *Snapshot, then []*Definition) []*Definition {
	var changed []*Definition
	kept := map[Key]bool{}
	for _, d := range then {
		kept[d.Key()] = true
		if now, ok := cur.defs[d.Key()]; !ok || !same(now, d) {
			c := *d
			changed = append(changed, &c)
		}
	}
	for k, d := range cur.defs {
		if !kept[k] {
			c := *d
			c.Removed = true
			changed = append(changed, &c)
		}
	}
	sort.Slice(changed, func(i, j int) bool { return changed[i].Key().String() < changed[j].Key().String() })
	return changed
}

// At gives the snapshot that served at a revision, as far as this program still compiles it; decisions are explained by it.
func (m *Manager) At(ctx context.Context, n int64) (*Snapshot, error) {
	if cur := m.Current(); cur.Revision == n {
		return cur, nil
	}
	if s, ok := m.past.Load(n); ok {
		return s.(*Snapshot), nil
	}
	defs, err := m.at(ctx, m.db, n)
	if err != nil {
		return nil, err
	}
	s, _ := Build(m.kinds, defs, n)
	m.past.Store(n, s)
	return s, nil
}
