// Package hosted serves the pages that Baton gives to people without an account: forms, the booth's page that works without a net, and
// materials whose reading tells the owner. Nouns: a form and a material are definitions; a code is one printed QR code of a form; a link is a
// material's address for one known contact. What comes in goes through a channel like everything else; what a known contact does goes to
// whoever follows the record up.
package hosted

import (
	"context"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/clock"
	"baton/internal/platform/definition"
	"baton/internal/platform/file"
	"baton/internal/platform/identity"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
	"baton/internal/platform/store"
	"baton/internal/platform/web"
)

// Arrival is one submission on its way into a channel.
type Arrival struct {
	Channel string
	Values  map[string]any
	// Key and Body make a repeated submission the same one.
	Key         string
	Body        []byte
	IP, Request string
	// HappenedAt is when it was filled in; zero is now.
	HappenedAt time.Time
}

// Act is something a known contact did; see Service.Tell.
type Act struct {
	Act, Title, URL, Who string
	At                   int64
	Via                  string
}

// Told says what became of an act.
type Told struct {
	Person string
	Due    int64
	Again  bool
}

// Service serves hosted pages. Safe for concurrent use; made by New.
type Service struct {
	DB     *store.DB
	Defs   *definition.Manager
	Writer *record.Writer
	Reader *record.Reader
	Clock  *clock.Clock
	Env    *object.Env
	Signer *identity.Signer
	// Files keeps the materials' files.
	Files *file.Store
	// Receive takes a submission in through its channel and gives the record's id once it is durable.
	Receive func(ctx context.Context, a Arrival) (id string, err error)
	// Find gives the record of an object that a phone or an e-mail is known by, nil for none.
	Find func(ctx context.Context, q store.Querier, s *definition.Snapshot, object, phone, email string) (*object.Row, error)
	// Tell keeps an act as the record's event and tells its owner.
	Tell func(ctx context.Context, tx *store.Tx, who *actor.Actor, row *object.Row, a Act) (Told, error)
	// May says whether somebody may configure a kind.
	May func(who *actor.Actor, kind string) bool

	rate  *identity.Rate
	pages *identity.Rate // sendings of one page
}

// perPage are the sendings of one page that are passed on: it was filled in once, and may have been sent again or mended.
const perPage = 5

// New completes a service.
func New(s Service) *Service {
	s.rate, s.pages = identity.NewRate(s.Clock, time.Minute), identity.NewRate(s.Clock, tokenLife)
	return &s
}

// from is whom a request counts for.
func from(ctx context.Context) string { return identity.Network(web.IP(ctx)) }
