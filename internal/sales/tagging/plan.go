package tagging

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"baton/internal/platform/condition"
	"baton/internal/platform/definition"
	"baton/internal/platform/object"
)

// rawSpec reads a dimension's spec leniently, nil when there is none; what is wrong with it is reported where it is compiled.
func rawSpec(s *definition.Snapshot, name string) *Spec {
	d, ok := s.Definition(Kind, name)
	if !ok {
		return nil
	}
	spec := &Spec{}
	if json.Unmarshal(d.Spec, spec) != nil {
		return nil
	}
	return spec
}

func sameField(o *object.Object, name string, f *object.Field) bool {
	g, ok := o.Field(name)
	return ok && g == f
}

// inputsOf lists the fields of o that a dimension reads, by index.
func inputsOf(s *Spec, o *object.Object) []*object.Field {
	var out []*object.Field
	add := func(name string) {
		f, ok := o.Field(name)
		if !ok {
			head, _, _ := strings.Cut(name, ".")
			f, ok = o.Field(head)
		}
		if ok && !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	var walk func(n *condition.Node)
	walk = func(n *condition.Node) {
		if n.Kind == condition.KindLeaf {
			add(n.Field)
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	for _, r := range s.Rules {
		if r.When != nil {
			walk(r.When)
		}
	}
	if s.Bands != nil {
		add(s.Bands.Field)
	}
	if s.Copy != "" {
		add(s.Copy)
	}
	slices.SortFunc(out, func(a, b *object.Field) int { return a.Index - b.Index })
	return out
}

// findCycle follows what a dimension reads through the other dimensions' columns back to itself; nil when it does not come back.
func findCycle(s *definition.Snapshot, o *object.Object, start string) []string {
	writes := map[*object.Field]string{}
	specs := map[string]*Spec{}
	for _, n := range s.Names(Kind) {
		if spec := rawSpec(s, n); spec != nil && spec.Object == o.Name {
			specs[n] = spec
			if f, ok := o.Field(spec.Field); ok {
				writes[f] = n
			}
		}
	}
	title := func(n string) string {
		if d, ok := s.Definition(Kind, n); ok && d.Title.ZH != "" {
			return d.Title.ZH
		}
		return n
	}
	seen := map[string]bool{}
	var follow func(n string) []string
	follow = func(n string) []string {
		if specs[n] == nil {
			return nil
		}
		for _, f := range inputsOf(specs[n], o) {
			next, ok := writes[f]
			if !ok {
				continue
			}
			if next == start {
				return []string{title(n), title(start)}
			}
			if seen[next] {
				continue
			}
			seen[next] = true
			if rest := follow(next); rest != nil {
				return append([]string{title(n)}, rest...)
			}
		}
		return nil
	}
	return follow(start)
}

// plan is what tagging does with an object under one snapshot: its dimensions, each after those it reads.
type plan struct {
	dims      []*Dimension
	inputs    []*object.Field // what any of them reads and none of them writes
	signature string
}

// plans keeps the plans of the newest snapshot seen.
type plans struct {
	mu   sync.Mutex
	snap *definition.Snapshot
	by   map[string]*plan
}

// of gives an object's plan, nil when it has no dimensions.
func (p *plans) of(s *definition.Snapshot, objectName string) *plan {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.snap != s {
		p.snap, p.by = s, makePlans(s)
	}
	return p.by[objectName]
}

func makePlans(s *definition.Snapshot) map[string]*plan {
	byObject := map[string][]*Dimension{}
	for _, d := range definition.All[*Dimension](s, Kind) {
		byObject[d.Object.Name] = append(byObject[d.Object.Name], d)
	}
	out := map[string]*plan{}
	for name, dims := range byObject {
		p := &plan{}
		writes := map[*object.Field]*Dimension{}
		for _, d := range dims {
			writes[d.Field] = d
		}
		done := map[*Dimension]bool{}
		var visit func(d *Dimension)
		visit = func(d *Dimension) {
			if done[d] {
				return
			}
			done[d] = true // cycles are refused at compile
			for _, f := range d.inputs {
				if before := writes[f]; before != nil {
					visit(before)
				} else if !slices.Contains(p.inputs, f) {
					p.inputs = append(p.inputs, f)
				}
			}
			p.dims = append(p.dims, d)
		}
		for _, d := range dims {
			visit(d)
		}
		var sig strings.Builder
		for _, d := range p.dims {
			sig.WriteString(d.Name + ":" + d.signature + ";")
		}
		p.signature = sig.String()
		out[name] = p
	}
	return out
}
