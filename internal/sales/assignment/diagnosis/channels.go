package diagnosis

import (
	"encoding/json"
	"fmt"

	"baton/internal/platform/definition"
	"baton/internal/sales/assignment/trial"
)

// The kind of channels, and what is read of them.
const channelKind = "channel"

type channelSpec struct {
	Object  string `json:"object"`
	Enabled bool   `json:"enabled"`
	Assign  bool   `json:"assign"`
}

// channels looks for those that are not on the allow-list (分配白名单) or are switched off.
func (h *house) channels() {
	for _, name := range h.snap.Names(channelKind) {
		def, ok := h.snap.Definition(channelKind, name)
		var s channelSpec
		var raw map[string]any
		if !ok || json.Unmarshal(def.Spec, &s) != nil || json.Unmarshal(def.Spec, &raw) != nil || s.Object != h.object.Name {
			continue
		}
		of := func(r *trial.Result) bool { return r.First.Text("channel") == def.Name }
		if !s.Assign {
			raw["assign"] = true
			n := 0
			for _, r := range h.results {
				if of(r) {
					n++
				}
			}
			h.add(channelKind, name, &Fault{Code: "channel_not_allowed", Severity: definition.SeverityError, Pointer: "/spec/assign",
				Message: fmt.Sprintf("渠道“%s”没有勾选自动分配（分配白名单），从它进来的%s直接进公海，这段时间有 %d 条", def.Title.ZH, h.object.Title.ZH, n),
				Hint:    "在分配白名单里勾选这个渠道", holds: of, spec: raw, label: "把“" + def.Title.ZH + "”加入分配白名单"})
			continue
		}
		if !s.Enabled {
			raw["enabled"] = true
			h.add(channelKind, name, &Fault{Code: "channel_off", Severity: definition.SeverityWarning, Pointer: "/spec/enabled",
				Message: "渠道“" + def.Title.ZH + "”停用着，从它提交的" + h.object.Title.ZH + "收不进来", Hint: "确认不再使用，或重新启用", spec: raw, label: "启用“" + def.Title.ZH + "”"})
		}
	}
}
