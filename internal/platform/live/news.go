package live

import (
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
	"baton/internal/platform/record"
)

// news is what a batch of events means for one record, or for everybody.
type news struct {
	seq        int64
	snap       *definition.Snapshot
	object, id string
	op         string   // of the last event
	owners     []string // those who had the record before
	standing   record.Standing
	row        *object.Row // where some stream's scope is not decided by the owner alone
	all        bool
	recheck    string // a person whose streams ask again who they are
	session    bool   // and nothing else has changed
	shares     bool   // what is shared with whom has changed
	frame      []byte
	gone       []byte
}

// change is a record's news as the page gets it. Gone says that it has left the reader's sight.
type change struct {
	Object  string `json:"object"`
	ID      string `json:"id"`
	Version int64  `json:"version,omitempty"`
	Op      string `json:"op,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
	Gone    bool   `json:"gone,omitempty"`
	// Many stands for that many records of the object, which are not named one by one; ID is empty then.
	Many int   `json:"many,omitempty"`
	Seq  int64 `json:"seq"`
}

func (n *news) finish() {
	n.frame = encode(n.seq, "record", change{Object: n.object, ID: n.id, Version: n.standing.Version, Op: n.op, Deleted: n.standing.Deleted, Seq: n.seq})
	n.gone = encode(n.seq, "record", change{Object: n.object, ID: n.id, Gone: true, Seq: n.seq})
}

// to gives the frame a stream gets of the news; ok is false when it is none of its business. The row as it stands decides: its owner, what of
// a role's condition it can say by itself (a condition that reaches other records opens nothing here: the page learns of such a change when
// it reads again), and what is shared. Who could see the record by its owner before learns that it is gone.
func (n *news) to(c *client) ([]byte, bool) {
	if n.shares {
		c.forget()
		return nil, false
	}
	if n.recheck != "" {
		if !n.session {
			c.forget()
		}
		if c.who.Load().ID == n.recheck {
			c.askAgain()
		}
		return nil, false
	}
	if n.all {
		return n.frame, true
	}
	scope := c.scope(n.snap, n.object)
	if scope.AllowsOwner(n.standing.Owner) || scope.AllowsID(n.id) || n.row != nil && scope.AllowsAlone(n.row) {
		return n.frame, true
	}
	if n.standing.Version == 1 {
		return nil, false // new: nobody saw it before
	}
	for _, was := range n.owners {
		if scope.AllowsOwner(was) {
			return n.gone, true
		}
	}
	return nil, false
}

// tell puts together what a stream gets of a batch, in the trail's order: one message for each record or, where an object has too many,
// one for all of them.
func tell(c *client, batch []*news) []byte {
	type told struct {
		n    *news
		text []byte
	}
	var all []told
	count, last := map[string]int{}, map[string]int64{}
	for _, n := range batch {
		if text, ok := n.to(c); ok {
			all = append(all, told{n, text})
			count[n.object]++
			last[n.object] = n.seq
		}
	}
	var out []byte
	for _, x := range all {
		switch name := x.n.object; {
		case name == "" || count[name] <= bulk:
			out = append(out, x.text...)
		case x.n.seq == last[name]:
			out = append(out, encode(x.n.seq, "record", change{Object: name, Many: count[name], Seq: x.n.seq})...)
		}
	}
	return out
}
