package hosted

import (
	"encoding/hex"
	"fmt"
	"path"
	"strings"

	"baton/internal/platform/definition"
	"baton/internal/platform/file"
)

// MaterialKind is the definition kind of materials.
const MaterialKind = "material"

// MaterialSpec is a material as written. Its address is /m/<name>.
type MaterialSpec struct {
	Enabled bool         `json:"enabled"`
	Intro   string       `json:"intro,omitempty"`
	File    MaterialFile `json:"file"`
	// Gate is what a reader whom nobody knows has to leave: none or phone.
	Gate string `json:"gate"`
	// Channel takes in readers who leave their phone.
	Channel   string `json:"channel,omitempty"`
	Notice    string `json:"notice,omitempty"`
	Tone      string `json:"tone,omitempty"`
	PerMinute int    `json:"per_minute,omitempty"`
}

// MaterialFile is a file in the data folder, known by the digest of its content.
type MaterialFile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// The gates.
const (
	NoGate    = "none"
	PhoneGate = "phone"
)

// Material is a compiled material. Immutable.
type Material struct {
	Name  string
	Title definition.Text
	Spec  MaterialSpec
	// gate are the fields asked of whom nobody knows.
	gate []asked
}

// kinds of files that may be handed out, with what browsers are told of them.
var fileTypes = map[string]string{".pdf": "application/pdf", ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".zip": "application/zip", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".mp4": "video/mp4", ".txt": "text/plain; charset=utf-8"}

// NewMaterialKind is the definition kind of materials; objects and channels compile before it.
func NewMaterialKind() definition.Kind {
	return definition.Kind{Name: MaterialKind, Title: definition.Text{ZH: "资料", EN: "Material"}, Schema: MaterialSpec{}, Compile: compileMaterial,
		Sentence: func(v any, s *definition.Snapshot) string {
			m, ok := v.(*Material)
			if !ok {
				return ""
			}
			return m.sentence(s)
		}}
}

func compileMaterial(d *definition.Definition, b *definition.Builder) any {
	m := &Material{Name: d.Name, Title: d.Title}
	if !b.Decode(&m.Spec) {
		return nil
	}
	before := len(b.Problems)
	if !fileID(m.Spec.File.ID) || strings.TrimSpace(m.Spec.File.Name) == "" {
		b.Problem("/spec/file", "no_file", "还没有上传文件", "上传一份 PDF、Word、PPT 或 Excel")
	} else if fileTypes[strings.ToLower(path.Ext(m.Spec.File.Name))] == "" {
		b.Problem("/spec/file/name", "bad_type", "不能发布这种文件："+m.Spec.File.Name, "可用：PDF、Word、PPT、Excel、ZIP、图片、MP4、TXT")
	}
	checkLook(b, m.Spec.Tone, m.Spec.Intro, m.Spec.Notice)
	if m.Spec.PerMinute < 0 || m.Spec.PerMinute > 1000 {
		b.Problem("/spec/per_minute", "out_of_range", "每分钟次数应在 0 到 1000 之间", "0 为默认的 30")
	}
	switch m.Spec.Gate {
	case NoGate:
	case PhoneGate:
		_, o, _, ok := channelOf(b.Snapshot, m.Spec.Channel)
		if !ok {
			b.Problem("/spec/channel", "unknown_channel", "没有渠道“"+m.Spec.Channel+"”", definition.Suggest(m.Spec.Channel, b.Names("channel")))
			break
		}
		for _, ff := range []FormField{{Field: "phone", Required: true}, {Field: "name"}, {Field: "company"}} {
			f, has := o.Field(ff.Field)
			if has && Fillable(f) {
				m.gate = append(m.gate, asked{ff, f})
			} else if ff.Required {
				b.Problem("/spec/channel", "no_phone", o.Title.ZH+"没有手机字段，不能留电话下载", "")
			}
		}
	default:
		b.Problem("/spec/gate", "off_list", "没有“"+m.Spec.Gate+"”这种门槛", "可用：none 直接下载、phone 留电话下载")
	}
	if len(b.Problems) > before {
		return nil
	}
	return m
}

func fileID(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) == 32
}

func (m *Material) perMinute() int {
	if m.Spec.PerMinute == 0 {
		return 30
	}
	return m.Spec.PerMinute
}

func (m *Material) sentence(s *definition.Snapshot) string {
	text := fmt.Sprintf("“%s”（%s，%s）", m.Title.ZH, m.Spec.File.Name, file.SizeWords(m.Spec.File.Size))
	if m.Spec.Gate == PhoneGate {
		channel, _, _, _ := channelOf(s, m.Spec.Channel)
		text += "，陌生访客留下电话后下载，经渠道“" + channel + "”进入"
	} else {
		text += "，任何人都可下载"
	}
	text += "；已知的联系人打开或下载时提醒其负责人"
	if !m.Spec.Enabled {
		text += "（未启用）"
	}
	return text
}
