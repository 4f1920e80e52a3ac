package identity

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"baton/internal/platform/actor"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// Key is a machine's key. The secret is shown once and stored as its digest.
type Key struct {
	ID        string   `json:"id"`
	Kind      string   `json:"kind"` // channel or api
	Name      string   `json:"name"` // of the channel, or the key's own
	Scopes    []string `json:"scopes"`
	CreatedAt int64    `json:"-"`
	CreatedBy string   `json:"created_by"`
	read      int64
}

// NewKey makes a key; a channel key opens one channel, an api key acts with the scopes given, never with more than its maker has.
func (s *Service) NewKey(ctx context.Context, a *actor.Actor, kind, name string, scopes []string) (*Key, string, error) {
	var items []problem.Item
	if kind != "channel" && kind != "api" {
		items = append(items, problem.Item{Pointer: "/kind", Code: "off_list", Message: "种类只能是 channel 或 api"})
	}
	if strings.TrimSpace(name) == "" || len(name) > 200 {
		items = append(items, problem.Item{Pointer: "/name", Code: "required", Message: "请填写名称（不超过 200 字节）"})
	}
	if strings.ContainsRune(name, 0) {
		items = append(items, problem.Item{Pointer: "/name", Code: "nul_byte", Message: "名称含有空字符（NUL）", Hint: "删去该字符后重试"})
	}
	for i, scope := range scopes {
		if kind == "api" && !s.KnownScope(scope) || strings.Contains(scope, ",") {
			items = append(items, problem.Item{Pointer: "/scopes/" + strconv.Itoa(i), Code: "unknown_scope", Message: "没有“" + scope + "”这个范围", Hint: "可用：*、records.read、records.write、<对象>.read、<对象>.write，或一项权限名"})
		}
	}
	if kind == "api" && a.Kind != actor.Person {
		// A key acts in the place of the person who made it; one without a person would open nothing.
		items = append(items, problem.Item{Pointer: "/kind", Code: "needs_person", Message: "API 密钥要由登录的人生成", Hint: "登录后在 配置 → 密钥 里生成"})
	}
	if len(items) > 0 {
		return nil, "", problem.New(problem.Invalid, "invalid_key", "密钥没有生成", items...)
	}
	secret := "bk_" + randomText()
	k := &Key{ID: uuid.NewString(), Kind: kind, Name: name, Scopes: scopes, CreatedAt: s.clock.Milli(), CreatedBy: a.ID}
	if k.Scopes == nil {
		k.Scopes = []string{}
	}
	err := s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "INSERT INTO api_key (id, kind, name, hash, scopes, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?, ?)", k.ID, kind, name, digest(secret), strings.Join(k.Scopes, ","), k.CreatedAt, a.ID); err != nil {
			return err
		}
		e := s.newEvent(a, "key_create", k.ID)
		e.Object = "key"
		e.Payload.Data = map[string]any{"kind": kind, "name": name, "scopes": k.Scopes}
		return s.ledger.Append(tx, e)
	})
	return k, secret, err
}

// Keys lists the keys that are not revoked, newest first.
func (s *Service) Keys(ctx context.Context) ([]*Key, error) {
	rows, err := s.db.Query(ctx, "SELECT id, kind, name, COALESCE(scopes, ''), created_at, COALESCE(created_by, '') FROM api_key WHERE revoked_at IS NULL ORDER BY created_at DESC, id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []*Key{}
	for rows.Next() {
		k := &Key{}
		var scopes string
		if err := rows.Scan(&k.ID, &k.Kind, &k.Name, &scopes, &k.CreatedAt, &k.CreatedBy); err != nil {
			return nil, err
		}
		k.Scopes = splitScopes(scopes)
		out = append(out, k)
	}
	return out, rows.Err()
}

func splitScopes(s string) []string {
	if s == "" {
		return []string{}
	}
	return strings.Split(s, ",")
}

// Revoke ends a key at once. may says for its kind whether the actor keeps such keys; others do not exist for the actor.
func (s *Service) Revoke(ctx context.Context, a *actor.Actor, id string, may func(kind string) bool) error {
	return s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		var kind string
		err := tx.QueryRow(ctx, "SELECT kind FROM api_key WHERE id = ? AND revoked_at IS NULL", id).Scan(&kind)
		if errors.Is(err, sql.ErrNoRows) || err == nil && !may(kind) {
			return problem.New(problem.NotFound, "no_such_key", "没有这个密钥，或已停用")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE api_key SET revoked_at = ? WHERE id = ?", s.clock.Milli(), id); err != nil {
			return err
		}
		tx.AfterCommit(func() { s.keys.Clear() })
		e := s.newEvent(a, "key_revoke", id)
		e.Object = "key"
		return s.ledger.Append(tx, e)
	})
}

// KeyOf finds the key of a secret; nil when unknown or revoked. A key revoked on another node is refused within sessionFresh.
func (s *Service) KeyOf(ctx context.Context, secret string) (*Key, error) {
	d, wall := digest(secret), time.Now().UnixMilli()
	if v, ok := s.keys.Load(d); ok {
		if k := v.(*Key); wall-k.read < sessionFresh {
			return k, nil
		}
	}
	k := &Key{read: wall}
	var scopes string
	err := s.db.QueryRow(ctx, "SELECT id, kind, name, COALESCE(scopes, ''), created_at, COALESCE(created_by, '') FROM api_key WHERE hash = ? AND revoked_at IS NULL", d).Scan(&k.ID, &k.Kind, &k.Name, &scopes, &k.CreatedAt, &k.CreatedBy)
	if errors.Is(err, sql.ErrNoRows) {
		s.keys.Delete(d)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	k.Scopes = splitScopes(scopes)
	s.keys.Store(d, k)
	return k, nil
}

// ChannelKey reports whether the secret opens the channel.
func (s *Service) ChannelKey(ctx context.Context, channel, secret string) (*actor.Actor, error) {
	k, err := s.KeyOf(ctx, secret)
	if err != nil {
		return nil, err
	}
	if k == nil || k.Kind != "channel" || k.Name != channel {
		return nil, problem.New(problem.Unsigned, "bad_channel_key", "渠道密钥不对", problem.Item{Code: "bad_channel_key", Message: "X-Channel-Key 不是渠道“" + channel + "”的密钥", Hint: "在 配置 → 渠道 里重新生成"})
	}
	return &actor.Actor{Kind: actor.Channel, ID: channel, Name: channel}, nil
}

// ActorOf makes the actor of a signed-in person.
func (s *Service) ActorOf(person string) *actor.Actor {
	p := s.dir.Person(person)
	if p == nil || !p.Active {
		return nil
	}
	return &actor.Actor{Kind: actor.Person, ID: p.ID, Name: p.Name, Roles: p.Roles, Unit: p.Unit, Stands: s.stands(p.ID)}
}

// ActorOfKey makes the actor of an API key: its maker's roles, cut to the key's scopes ("*" or none given = all of them).
func (s *Service) ActorOfKey(k *Key) *actor.Actor {
	if k == nil || k.Kind != "api" {
		return nil
	}
	maker := s.ActorOf(k.CreatedBy)
	if maker == nil {
		return nil
	}
	scopes := slices.Clone(k.Scopes)
	if len(scopes) == 0 {
		scopes = []string{"*"}
	}
	return &actor.Actor{Kind: actor.Key, ID: k.ID, Name: k.Name, Roles: maker.Roles, Unit: maker.Unit, Scopes: scopes, For: maker.ID}
}

// KeyAlive gives the actor of an API key as it is now, nil once the key is revoked or its maker has left.
func (s *Service) KeyAlive(ctx context.Context, was *actor.Actor) (*actor.Actor, error) {
	keys, err := s.Keys(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if k.ID == was.ID {
			return s.ActorOfKey(k), nil
		}
	}
	return nil, nil
}
