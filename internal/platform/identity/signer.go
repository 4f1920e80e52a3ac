package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"sync"

	"baton/internal/platform/actor"
	"baton/internal/platform/store"
)

// Signer signs what a workspace hands to people without an account (links, page tokens) and derives the secrets by which programs sign what
// they send. Its key is made once, kept in the database, and the same on every node. Safe for concurrent use.
type Signer struct {
	db  *store.DB
	mu  sync.Mutex
	key []byte
}

// NewSigner makes the workspace's signer; its key is read, or made, when first needed.
func NewSigner(db *store.DB) *Signer { return &Signer{db: db} }

const signerKey = "signer_key"

func (s *Signer) secret(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	read := func() (string, error) {
		var v string
		err := s.db.QueryRow(ctx, "SELECT value FROM setting WHERE name = ?", signerKey).Scan(&v)
		return v, err
	}
	v, err := read()
	if errors.Is(err, sql.ErrNoRows) {
		err = s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", signerKey, randomText())
			return err
		})
		if err == nil {
			v, err = read() // another node may have been first
		}
	}
	if err != nil {
		return nil, err
	}
	s.key = []byte(v)
	return s.key, nil
}

// sum is the MAC of a payload for a purpose; the purpose keeps a token of one use from serving another.
func (s *Signer) sum(ctx context.Context, purpose, payload string) ([]byte, error) {
	key, err := s.secret(ctx)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(purpose + "\x00" + payload))
	return m.Sum(nil), nil
}

// macBytes of a token's MAC are enough: 128 bits.
const macBytes = 16

// Token signs a payload for a purpose; it is fit for an address.
func (s *Signer) Token(ctx context.Context, purpose, payload string) (string, error) {
	mac, err := s.sum(ctx, purpose, payload)
	if err != nil {
		return "", err
	}
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(payload)) + "." + e.EncodeToString(mac[:macBytes]), nil
}

// Open gives a token's payload; ok is false when it was not signed here for this purpose.
func (s *Signer) Open(ctx context.Context, purpose, token string) (payload string, ok bool, err error) {
	body, sig, found := strings.Cut(token, ".")
	if !found || len(token) > 2000 {
		return "", false, nil
	}
	e := base64.RawURLEncoding.Strict()
	p, err1 := e.DecodeString(body)
	m, err2 := e.DecodeString(sig)
	if err1 != nil || err2 != nil {
		return "", false, nil
	}
	want, err := s.sum(ctx, purpose, string(p))
	if err != nil {
		return "", false, err
	}
	return string(p), hmac.Equal(m, want[:macBytes]), nil
}

const channelSecret = "channel_secret/"

// ChannelSecret is the secret by which a channel's sender signs, empty while none was made.
func (s *Signer) ChannelSecret(ctx context.Context, channel string) (string, error) {
	var n string
	err := s.db.QueryRow(ctx, "SELECT value FROM setting WHERE name = ?", channelSecret+channel).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return s.derived(ctx, channel, n)
}

func (s *Signer) derived(ctx context.Context, channel, n string) (string, error) {
	mac, err := s.sum(ctx, channelSecret+channel, n)
	if err != nil {
		return "", err
	}
	return "cs_" + base64.RawURLEncoding.EncodeToString(mac), nil
}

// NewChannelSecret makes a new secret for a channel's sender; the one before stops at once. The trail says who made it.
func (s *Service) NewChannelSecret(ctx context.Context, g *Signer, a *actor.Actor, channel string) (string, error) {
	if _, err := g.secret(ctx); err != nil {
		return "", err
	}
	var n int64
	err := s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		n = 0
		var was string
		err := tx.QueryRow(ctx, "SELECT value FROM setting WHERE name = ?", channelSecret+channel).Scan(&was)
		if err == nil {
			n, err = strconv.ParseInt(was, 10, 64)
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		n++
		if _, err := tx.Exec(ctx, "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", channelSecret+channel, strconv.FormatInt(n, 10)); err != nil {
			return err
		}
		e := s.newEvent(a, "secret_create", channel)
		e.Object = "key"
		e.Payload.Data = map[string]any{"kind": "channel", "name": channel}
		return s.ledger.Append(tx, e)
	})
	if err != nil {
		return "", err
	}
	return g.derived(ctx, channel, strconv.FormatInt(n, 10))
}
