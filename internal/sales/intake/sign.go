package intake

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"baton/internal/platform/actor"
	"baton/internal/platform/definition"
	"baton/internal/platform/problem"
	"baton/internal/platform/web"
)

// The headers of a signed report: the sender's clock in seconds, and hex HMAC-SHA256 of "<timestamp>.<body>" by the channel's secret.
const (
	TimestampHeader = "X-Timestamp"
	SignatureHeader = "X-Signature"
)

// maxSkew is how far the sender's clock may be off; an older report is a replay.
const maxSkew = 5 * time.Minute

// Sign gives the signature of a body sent at an instant (seconds).
func Sign(secret, timestamp string, body []byte) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(timestamp + "."))
	m.Write(body)
	return hex.EncodeToString(m.Sum(nil))
}

// verify refuses what is unsigned, signed by another secret, or signed too long ago or ahead.
func verify(secret, timestamp, signature string, body []byte, now time.Time) error {
	refuse := func(code, detail, hint string) error {
		return problem.New(problem.Unsigned, code, detail, problem.Item{Code: code, Message: detail, Hint: hint})
	}
	if timestamp == "" || signature == "" {
		return refuse("no_signature", "缺少签名", "请求头要有 "+TimestampHeader+"（秒）和 "+SignatureHeader+"（HMAC-SHA256，十六进制）")
	}
	if secret == "" {
		return refuse("no_secret", "这个渠道还没有签名密钥", "请在 配置 → 渠道 里生成签名密钥")
	}
	at, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || at < 0 || at > 1<<40 {
		return refuse("bad_timestamp", "时间戳看不懂", TimestampHeader+" 应是 1970 年以来的秒数")
	}
	if off := now.Sub(time.Unix(at, 0)); off > maxSkew || off < -maxSkew {
		return refuse("stale_timestamp", "时间戳与现在相差超过 5 分钟", "请校准发送方的时钟；重发时要重新签名")
	}
	got, err := hex.DecodeString(strings.TrimPrefix(strings.ToLower(signature), "sha256="))
	want, _ := hex.DecodeString(Sign(secret, timestamp, body)) // our own text
	if err != nil || !hmac.Equal(got, want) {
		return refuse("bad_signature", "签名不对", `签名是 HMAC-SHA256(密钥, 时间戳 + "." + 请求内容) 的十六进制`)
	}
	return nil
}

// receiveCall takes what a telephone system reports: the signature stands in for a key.
func (h *HTTP) receiveCall(w http.ResponseWriter, r *http.Request, channel string) {
	a := h.arrival(r, channel)
	secret, err := h.Secret(r.Context(), channel)
	if err == nil && r.Header.Get(SignatureHeader) == "" {
		err = verify(secret, "", "", nil, time.Time{}) // before reading anything
	}
	if err == nil {
		err = a.readBody(w, r)
	}
	timestamp, signature := r.Header.Get(TimestampHeader), r.Header.Get(SignatureHeader)
	if err == nil {
		err = verify(secret, timestamp, signature, a.Body, h.Intake.Writer.Clock.Now())
	}
	if err != nil {
		web.WriteProblem(w, r, err)
		return
	}
	// The header that says so is not signed: what is one report is told by what is.
	if id := callPart(a.Values, "id"); id != "" && len(id) <= 150 {
		a.IdempotencyKey, a.Body = "call:"+id, []byte(id) // reported again, perhaps with more: one call
	} else {
		a.IdempotencyKey = "signed:" + timestamp + ":" + Sign(secret, timestamp, a.Body) // the very same report is a replay
	}
	h.take(w, r, a)
}

type secretIn struct {
	Name string `path:"name"`
}

type secretOut struct {
	Body struct {
		Secret string `json:"secret" doc:"shown once"`
	}
}

func (h *HTTP) newSecret(ctx context.Context, in *secretIn) (*secretOut, error) {
	s := h.Intake.Writer.Defs.Current()
	if _, ok := definition.Get[*Channel](s, Kind, in.Name); !ok {
		return nil, problem.New(problem.NotFound, "no_such_channel", "没有渠道“"+in.Name+"”", problem.Item{Code: "unknown_channel", Message: "没有渠道“" + in.Name + "”，或还没有发布", Hint: definition.Suggest(in.Name, s.Names(Kind))})
	}
	secret, err := h.NewSecret(ctx, actor.From(ctx), in.Name)
	if err != nil {
		return nil, err
	}
	out := &secretOut{}
	out.Body.Secret = secret
	return out, nil
}
