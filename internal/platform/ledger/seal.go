package ledger

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/transparency-dev/merkle/rfc6962"

	"baton/internal/platform/store"
)

// Seal binds a batch of events: the Merkle root of their leaves (RFC 6962 hashing), linked to the seal before and signed.
type Seal struct {
	N         int64  `json:"n"`
	From      int64  `json:"from"`
	To        int64  `json:"to"`
	At        int64  `json:"at"`
	Root      string `json:"root"`
	Prev      string `json:"prev"`
	KeyID     string `json:"key_id"`
	Signature string `json:"signature"`
}

// head is what the signature covers and what the next seal links to.
func (s *Seal) head() []byte {
	return fmt.Appendf(nil, "baton-seal-v1\n%d\n%d\n%d\n%d\n%s\n%s\n%s\n", s.N, s.From, s.To, s.At, s.Root, s.Prev, s.KeyID)
}

func (s *Seal) hash() string {
	h := sha256.Sum256(append(s.head(), s.Signature...))
	return base64.RawStdEncoding.EncodeToString(h[:])
}

// leaf covers every column of an event; the payload by its salted digest, so that a person can be erased and the trail still proves.
func (e *Event) leaf() []byte {
	b := make([]byte, 0, 512)
	for _, n := range []int64{e.Seq, e.At, e.WrittenAt, e.Revision} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	// Each text with its length before it, so that no two events have the same bytes.
	for _, t := range []string{e.ActorKind, e.ActorID, e.ActorName, e.IP, e.Origin, e.Batch, e.Object, e.RecordID, e.Op, e.Request, e.digest} {
		b = append(binary.AppendUvarint(b, uint64(len(t))), t...)
	}
	return rfc6962.DefaultHasher.HashLeaf(b)
}

func encode(hash []byte) string { return base64.RawStdEncoding.EncodeToString(hash) }

// root is the RFC 6962 Merkle tree hash of the events.
func root(events []*Event) string {
	level := make([][]byte, len(events))
	for i, e := range events {
		level[i] = e.leaf()
	}
	for len(level) > 1 {
		var up [][]byte
		for i := 0; i < len(level); i += 2 {
			if i+1 == len(level) {
				up = append(up, level[i])
			} else {
				up = append(up, rfc6962.DefaultHasher.HashChildren(level[i], level[i+1]))
			}
		}
		level = up
	}
	return encode(level[0])
}

// Sealer signs what has been written, within a second, and keeps each head outside the database too.
type Sealer struct {
	ledger *Ledger
	key    ed25519.PrivateKey
	heads  string
	log    *slog.Logger
	told   bool // that another node seals
}

// ErrOtherKey says that the trail is sealed with a key this folder does not hold: by another node. Nodes that shall all seal and verify share
// one seal.key.
var ErrOtherKey = errors.New("the trail is sealed with a key that is not in this data folder")

const sealBatch = 5000

// NewSealer takes the folder of the signing key and of the heads file (made on first use; neither is ever in the database).
func NewSealer(l *Ledger, folder string, log *slog.Logger) (*Sealer, error) {
	key, err := signingKey(filepath.Join(folder, "seal.key"))
	if err != nil {
		return nil, err
	}
	return &Sealer{ledger: l, key: key, heads: filepath.Join(folder, "heads.jsonl"), log: log}, nil
}

func signingKey(path string) (ed25519.PrivateKey, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		return key, keepKey(path, pem.EncodeToMemory(&pem.Block{Type: "BATON SEAL KEY", Bytes: key.Seed()}))
	}
	if err != nil {
		return nil, err
	}
	p, _ := pem.Decode(b)
	if p == nil || len(p.Bytes) != ed25519.SeedSize {
		return nil, fmt.Errorf("ledger: %s does not hold a signing key; restore it from your backup", path)
	}
	return ed25519.NewKeyFromSeed(p.Bytes), nil
}

// keepKey writes the key whole or not at all: a folder with half a key would never open again.
func keepKey(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".seal.key-*") // only its owner may read it
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

func keyID(pub ed25519.PublicKey) string {
	h := sha256.Sum256(pub)
	return base64.RawURLEncoding.EncodeToString(h[:9])
}

// Run seals until ctx ends, and once more at the end.
func (s *Sealer) Run(ctx context.Context) {
	wake, cancel := s.ledger.Wake()
	defer cancel()
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		s.tell("sealing failed, will be tried again", s.Seal(context.WithoutCancel(ctx)))
		select {
		case <-ctx.Done():
			s.tell("last seal failed; it is made at the next start", s.Seal(context.WithoutCancel(ctx)))
			return
		case <-t.C:
			select {
			case <-wake:
			default:
			}
		}
	}
}

// tell logs why sealing failed; that another node seals is no failure and is said once.
func (s *Sealer) tell(what string, err error) {
	switch {
	case err == nil, errors.Is(err, store.ErrClosed), errors.Is(err, ErrOtherKey) && s.told:
	case errors.Is(err, ErrOtherKey):
		s.told = true
		s.log.Warn("this node does not seal: another one does, with its own key; copy its seal.key here to share the work", "error", err)
	default:
		s.log.Error(what, "error", err)
	}
}

func (s *Sealer) keyID() string { return keyID(s.key.Public().(ed25519.PublicKey)) }

// Seal signs all that is not sealed yet. On several nodes the seal's number is its lock: the slower one finds it taken. One key seals the
// whole trail: a node with another leaves it alone and gets ErrOtherKey.
func (s *Sealer) Seal(ctx context.Context) error {
	for {
		last, err := s.ledger.lastSeal(ctx)
		if err != nil {
			return err
		}
		if last.N > 0 && last.KeyID != s.keyID() {
			return fmt.Errorf("%w (it is %s)", ErrOtherKey, last.KeyID)
		}
		events, err := s.ledger.sealed(ctx, last.To, sealBatch)
		if err != nil || len(events) == 0 {
			return err
		}
		if events[0].Seq != last.To+1 || events[len(events)-1].Seq != last.To+int64(len(events)) {
			return fmt.Errorf("events after %d have a gap; run baton verify", last.To)
		}
		seal := &Seal{N: last.N + 1, From: events[0].Seq, To: events[len(events)-1].Seq, At: s.ledger.now().UnixMilli(), Root: root(events), KeyID: s.keyID()}
		if last.N > 0 {
			seal.Prev = last.hash()
		}
		seal.Signature = base64.RawStdEncoding.EncodeToString(ed25519.Sign(s.key, seal.head()))
		err = s.ledger.db.Write(ctx, store.Background, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO seal (n, from_seq, to_seq, at, root, prev, key_id, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", seal.N, seal.From, seal.To, seal.At, seal.Root, seal.Prev, seal.KeyID, seal.Signature)
			return err
		})
		if store.IsUnique(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.keepHead(seal); err != nil {
			return err
		}
	}
}

func (s *Sealer) keepHead(seal *Seal) error {
	f, err := os.OpenFile(s.heads, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	b, err := json.Marshal(seal)
	if err == nil {
		b = append(b, '\n')
		if torn(f) {
			b = append([]byte{'\n'}, b...)
		}
		_, err = f.Write(b)
	}
	return errors.Join(err, f.Close())
}

// torn tells that a crash cut the last line off; the next must not be glued to it.
func torn(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	var last [1]byte
	_, err = f.ReadAt(last[:], info.Size()-1)
	return err == nil && last[0] != '\n'
}

func (l *Ledger) lastSeal(ctx context.Context) (*Seal, error) {
	seals, err := l.seals(ctx, "ORDER BY n DESC LIMIT 1")
	if err != nil || len(seals) == 0 {
		return &Seal{}, err
	}
	return seals[0], nil
}

func (l *Ledger) seals(ctx context.Context, tail string) ([]*Seal, error) {
	rows, err := l.db.Query(ctx, "SELECT n, from_seq, to_seq, at, root, prev, key_id, signature FROM seal "+tail)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []*Seal
	for rows.Next() {
		s := &Seal{}
		if err := rows.Scan(&s.N, &s.From, &s.To, &s.At, &s.Root, &s.Prev, &s.KeyID, &s.Signature); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

// State tells how far the trail is written and sealed.
type State struct {
	LastSeq   int64  `json:"last_seq"`
	SealedSeq int64  `json:"sealed_seq"`
	Seals     int64  `json:"seals"`
	LastSeal  int64  `json:"-"`
	Head      string `json:"head"`
}

// State reads how far the trail is written and sealed.
func (l *Ledger) State(ctx context.Context) (*State, error) {
	last, err := l.Last(ctx)
	if err != nil {
		return nil, err
	}
	s, err := l.lastSeal(ctx)
	if err != nil {
		return nil, err
	}
	st := &State{LastSeq: last, SealedSeq: s.To, Seals: s.N, LastSeal: s.At}
	if s.N > 0 {
		st.Head = s.hash()
	}
	return st, nil
}
