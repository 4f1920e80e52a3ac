package ledger

import (
	"bufio"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
)

// Break is the first thing verify found wrong.
type Break struct {
	Seq    int64 // the event, 0 when a seal itself is broken
	Seal   int64
	Reason string
}

func (b *Break) Error() string {
	if b.Seq > 0 {
		return "event " + strconv.FormatInt(b.Seq, 10) + " (seal " + strconv.FormatInt(b.Seal, 10) + "): " + b.Reason
	}
	return "seal " + strconv.FormatInt(b.Seal, 10) + ": " + b.Reason
}

// Verify proves the whole trail: payloads against their digests, events against the seals' roots, seals against each other, against the
// key and against the heads kept outside the database. It returns what it looked at, and the first break as *Break; ErrOtherKey where this
// folder has never sealed and can prove nothing.
func (s *Sealer) Verify(ctx context.Context) (events, seals int64, err error) {
	pub := s.key.Public().(ed25519.PublicKey)
	all, err := s.ledger.seals(ctx, "ORDER BY n")
	if err != nil {
		return 0, 0, err
	}
	heads, err := s.readHeads()
	if err != nil {
		return 0, 0, err
	}
	if len(all) > 0 && len(heads) == 0 && all[0].KeyID != s.keyID() {
		return 0, 0, fmt.Errorf("%w (it is %s): verify where it is, or copy seal.key and heads.jsonl from there", ErrOtherKey, all[0].KeyID)
	}
	prev := &Seal{}
	for i, seal := range all {
		if seal.N != int64(i)+1 || seal.From != prev.To+1 || seal.To < seal.From {
			return events, seals, &Break{Seal: int64(i) + 1, Reason: "a seal is missing or out of order"}
		}
		want := ""
		if prev.N > 0 {
			want = prev.hash()
		}
		sig, _ := base64.RawStdEncoding.DecodeString(seal.Signature)
		if seal.Prev != want || !ed25519.Verify(pub, seal.head(), sig) {
			return events, seals, &Break{Seal: seal.N, Reason: "the seal's signature or link does not hold"}
		}
		if h, ok := heads[seal.N]; ok && h.hash() != seal.hash() {
			return events, seals, &Break{Seal: seal.N, Reason: "differs from the head kept outside the database"}
		}
		delete(heads, seal.N)
		if err := s.verifyBatch(ctx, seal); err != nil {
			return events, seals, err
		}
		events, seals, prev = seal.To, seal.N, seal
	}
	if len(heads) > 0 {
		return events, seals, &Break{Seal: slices.Min(slices.Collect(maps.Keys(heads))), Reason: "is kept outside the database but missing in it"}
	}
	// The unsealed tail (under a second of writes) can still show gaps and changed payloads.
	last, err := s.ledger.Last(ctx)
	if err != nil {
		return events, seals, err
	}
	for at := prev.To; at < last; {
		batch, err := s.ledger.sealed(ctx, at, sealBatch)
		if err != nil {
			return events, seals, err
		}
		if b := checkRun(batch, at+1, min(at+sealBatch, last), seals+1); b != nil {
			return events, seals, b
		}
		at = min(at+sealBatch, last)
		events = at
	}
	return events, seals, nil
}

func (s *Sealer) verifyBatch(ctx context.Context, seal *Seal) error {
	events, err := s.ledger.sealed(ctx, seal.From-1, int(seal.To-seal.From+1))
	if err != nil {
		return err
	}
	if b := checkRun(events, seal.From, seal.To, seal.N); b != nil {
		return b
	}
	if root(events) != seal.Root {
		return &Break{Seq: seal.From, Seal: seal.N, Reason: fmt.Sprintf("one of the events %d–%d was changed: they no longer give the sealed root", seal.From, seal.To)}
	}
	return nil
}

// checkRun finds the first missing event or changed payload in what should be the events from..to.
func checkRun(events []*Event, from, to, seal int64) *Break {
	for i := int64(0); i <= to-from; i++ {
		if i >= int64(len(events)) || events[i].Seq != from+i {
			return &Break{Seq: from + i, Seal: seal, Reason: "the event is missing"}
		}
		if e := events[i]; e.raw != "" && digest(e.salt, e.raw) != e.digest {
			return &Break{Seq: e.Seq, Seal: seal, Reason: "the event's content was changed"}
		} else if encode(e.leaf()) != e.check {
			return &Break{Seq: e.Seq, Seal: seal, Reason: "the event's author, time or place was changed"}
		}
	}
	return nil
}

func (s *Sealer) readHeads() (map[int64]*Seal, error) {
	out := map[int64]*Seal{}
	f, err := os.Open(s.heads)
	if errors.Is(err, os.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		h := &Seal{}
		// A torn last line (a crash while it was written) proves nothing and is passed over.
		if json.Unmarshal(sc.Bytes(), h) == nil {
			out[h.N] = h
		}
	}
	return out, sc.Err()
}
