package identity

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
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

// Signer seals what a workspace hands to people without an account (links, page tokens) and derives the secrets by which programs sign what
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

// sum is the MAC of a payload for a purpose.
func (s *Signer) sum(ctx context.Context, purpose, payload string) ([]byte, error) {
	key, err := s.secret(ctx)
	if err != nil {
		return nil, err
	}
	m := hmac.New(sha256.New, key)
	m.Write([]byte(purpose + "\x00" + payload))
	return m.Sum(nil), nil
}

// seal is the cipher of a purpose: its key keeps a token of one use from serving another.
func (s *Signer) seal(ctx context.Context, purpose string) (cipher.AEAD, error) {
	key, err := s.sum(ctx, "seal/"+purpose, "")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// tagBytes stand at the end of what is sealed.
const tagBytes = 16

// Token seals a payload for a purpose: nobody else can make it, change it or read what is in it. It is fit for an address, and another one
// each time.
func (s *Signer) Token(ctx context.Context, purpose, payload string) (string, error) {
	box, err := s.seal(ctx, purpose)
	if err != nil {
		return "", err
	}
	sealed := box.Seal(nil, nil, []byte(payload), nil)
	e, end := base64.RawURLEncoding, len(sealed)-tagBytes
	return e.EncodeToString(sealed[:end]) + "." + e.EncodeToString(sealed[end:]), nil
}

// Open gives a token's payload; ok is false when it was not sealed here for this purpose.
func (s *Signer) Open(ctx context.Context, purpose, token string) (payload string, ok bool, err error) {
	body, tag, found := strings.Cut(token, ".")
	if !found || len(token) > 2000 {
		return "", false, nil
	}
	e := base64.RawURLEncoding.Strict()
	sealed, err1 := e.DecodeString(body)
	end, err2 := e.DecodeString(tag)
	if err1 != nil || err2 != nil || len(end) != tagBytes {
		return "", false, nil
	}
	box, err := s.seal(ctx, purpose)
	if err != nil {
		return "", false, err
	}
	p, err := box.Open(nil, nil, append(sealed, end...), nil)
	if err != nil {
		return "", false, nil
	}
	return string(p), true, nil
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
