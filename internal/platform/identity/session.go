package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/argon2id"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/ledger"
	"baton/internal/platform/problem"
	"baton/internal/platform/store"
)

// SessionLife is how long a session lives without being used.
const SessionLife = 14 * 24 * time.Hour

// Session is a signed-in browser. The token itself is only in the cookie; the database holds its digest.
type Session struct {
	Person string `json:"person"`
	CSRF   string `json:"csrf"`
}

// Service signs people in and checks keys. Safe for concurrent use.
type Service struct {
	db     *store.DB
	dir    *Directory
	clock  *clock.Clock
	ledger *ledger.Ledger
	params *argon2id.Params
	// KnownScope says whether a new key's scope means anything.
	KnownScope func(scope string) bool
	// Zone says which day it is; nil is UTC.
	Zone *time.Location
	// Delegated is called inside the write that names a delegate, with the name of who is away; may be nil.
	Delegated func(ctx context.Context, tx *store.Tx, d Delegation, name string) error
	limit     *limiter
	// one hashing at a time per core keeps a burst of sign-ins from taking all memory
	hashing chan struct{}
	keys    sync.Map // digest → *Key, dropped on revoke
	live    sync.Map // session digest → liveSession
}

// NewService uses argon2id with 19 MiB and two passes (OWASP's second choice, fit for small machines).
func NewService(db *store.DB, dir *Directory, c *clock.Clock, l *ledger.Ledger) *Service {
	return &Service{db: db, dir: dir, clock: c, ledger: l, limit: newLimiter(c), hashing: make(chan struct{}, 2),
		params: &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}, KnownScope: func(string) bool { return true }}
}

func (s *Service) zone() *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// Hash makes the stored form of a password.
func (s *Service) Hash(password string) (string, error) {
	s.hashing <- struct{}{}
	defer func() { <-s.hashing }()
	return argon2id.CreateHash(password, s.params)
}

// SetPassword stores a person's sign-in name and hash, inside a running write.
func (s *Service) SetPassword(ctx context.Context, tx *store.Tx, person, username, hash string) error {
	_, err := tx.Exec(ctx, `INSERT INTO credential (person, username, hash, changed_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (person) DO UPDATE SET username = excluded.username, hash = excluded.hash, changed_at = excluded.changed_at`, person, strings.ToLower(strings.TrimSpace(username)), hash, s.clock.Milli())
	return err
}

func badCredentials() error {
	return problem.New(problem.Unsigned, "bad_credentials", "用户名或密码不对", problem.Item{Code: "bad_credentials", Message: "用户名或密码不对", Hint: "请检查大小写；忘记密码请找管理员重置"})
}

// decoy is compared against when the name is unknown, so that both answers take as long.
const decoy = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$1V9xQ2yq0cYwQ0Xz1Yl5pHn1m7y0b1sN0mXQ0b8vN1E"

// SignIn checks a password and opens a session. It answers too_many_attempts after 5 misses a name or 30 an address within 15 minutes.
func (s *Service) SignIn(ctx context.Context, username, password, ip, request string) (token string, sess *Session, p *Person, err error) {
	name := strings.ToLower(strings.TrimSpace(username))
	if wait := s.limit.take(name, ip); wait > 0 {
		return "", nil, nil, &problem.Problem{Class: problem.TooMany, Code: "too_many_attempts", Detail: "尝试次数太多，请稍后再试", RetryAfter: int(wait.Seconds()) + 1}
	}
	p, hash, err := s.dir.ByUsername(ctx, name)
	if err != nil {
		return "", nil, nil, err
	}
	known := p != nil
	if !known {
		hash = decoy
	}
	s.hashing <- struct{}{}
	ok, herr := argon2id.ComparePasswordAndHash(password, hash)
	<-s.hashing
	if !known || herr != nil || !ok {
		s.event(ctx, &actor.Actor{Kind: actor.Person, Name: name, IP: ip, Request: request}, "sign_in_refused", "")
		return "", nil, nil, badCredentials()
	}
	s.limit.passed(name, ip)
	token, csrf := randomText(), randomText()
	sess = &Session{Person: p.ID, CSRF: csrf}
	data, err := json.Marshal(sess)
	if err != nil {
		return "", nil, nil, err
	}
	err = s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE expires_at < ?", s.clock.Milli()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "INSERT INTO session (token, data, expires_at) VALUES (?, ?, ?)", digest(token), string(data), s.clock.Now().Add(SessionLife).UnixMilli()); err != nil {
			return err
		}
		a := &actor.Actor{Kind: actor.Person, ID: p.ID, Name: p.Name, IP: ip, Request: request}
		return s.ledger.Append(tx, s.newEvent(a, "sign_in", p.ID))
	})
	return token, sess, p, err
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, token string, a *actor.Actor) error {
	s.live.Delete(digest(token))
	return s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE token = ?", digest(token)); err != nil {
			return err
		}
		// Once more when it is gone: a request at the same time may have read it just before.
		tx.AfterCommit(func() { s.live.Delete(digest(token)) })
		return s.ledger.Append(tx, s.newEvent(a, "sign_out", a.ID))
	})
}

type liveSession struct {
	Session
	expires int64
	read    int64
}

// sessionFresh is how long a session read from the database is taken as it was: a sign-out on another node is seen within it.
const sessionFresh = 5 * 1000

// Session finds the session of a cookie's token; nil when there is none.
func (s *Service) Session(ctx context.Context, token string) (*Session, error) {
	d, now := digest(token), s.clock.Milli()
	wall := time.Now().UnixMilli()
	if v, ok := s.live.Load(d); ok {
		if l := v.(liveSession); wall-l.read < sessionFresh && l.expires > now {
			return &l.Session, nil
		}
	}
	var data string
	var expires int64
	err := s.db.QueryRow(ctx, "SELECT data, expires_at FROM session WHERE token = ? AND expires_at >= ?", d, now).Scan(&data, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		s.live.Delete(d)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	l := liveSession{expires: expires, read: wall}
	if err := json.Unmarshal([]byte(data), &l.Session); err != nil {
		return nil, err
	}
	s.live.Store(d, l)
	if expires-now < (SessionLife / 2).Milliseconds() {
		if err := s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE session SET expires_at = ? WHERE token = ?", s.clock.Now().Add(SessionLife).UnixMilli(), d)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return &l.Session, nil
}

func (s *Service) event(ctx context.Context, a *actor.Actor, op, record string) {
	// A refused sign-in is answered alike whether or not its event could be written; the store logs its own failures.
	_ = s.db.Write(ctx, store.Interactive, func(_ context.Context, tx *store.Tx) error { return s.ledger.Append(tx, s.newEvent(a, op, record)) })
}

func (s *Service) newEvent(a *actor.Actor, op, record string) *ledger.Event {
	now := s.clock.Milli()
	return &ledger.Event{At: now, WrittenAt: now, ActorKind: string(a.Kind), ActorID: a.ID, ActorName: a.Name, IP: a.IP, Origin: "person", Object: "person", RecordID: record, Op: op, Request: a.Request}
}

func randomText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func digest(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// ChangePassword sets a person's sign-in name and password and ends the person's sessions.
func (s *Service) ChangePassword(ctx context.Context, a *actor.Actor, person, username, password string) error {
	if s.dir.Person(person) == nil {
		return problem.New(problem.NotFound, "no_such_person", "没有这个人")
	}
	if strings.ContainsRune(username, 0) || strings.TrimSpace(username) == "" {
		return problem.New(problem.Invalid, "invalid_username", "用户名不能用", problem.Item{Pointer: "/username", Code: "invalid", Message: "用户名为空或含有空字符（NUL）", Hint: "请换一个用户名"})
	}
	hash, err := s.Hash(password)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, store.Interactive, func(ctx context.Context, tx *store.Tx) error {
		if err := s.SetPassword(ctx, tx, person, username, hash); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "DELETE FROM session WHERE data LIKE ?", `%"person":"`+person+`"%`); err != nil {
			return err
		}
		tx.AfterCommit(s.live.Clear)
		return s.ledger.Append(tx, s.newEvent(a, "password_change", person))
	})
	if store.IsUnique(err) {
		return problem.New(problem.Conflict, "taken", "这个用户名已被别人使用", problem.Item{Pointer: "/username", Code: "taken", Message: "“" + username + "”已被使用"})
	}
	return err
}
