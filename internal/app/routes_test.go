package app

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"baton/internal/platform/web"
)

// routeRights says for every route of the program what each sort of caller gets: nobody, 销售, 主管, 总监, 市场部, 管理员, an API key that may
// read records and nothing else, and a program with a channel's key. It is written by hand from what the roles are for, not from what
// enforces it; a route without a line fails the test, and so does a line without a route.
//
// Paths may hold {mine} (a lead of the rep's), {pool} (one of nobody's), {person}, {job} (an import of the administrator's), {notice} (the
// caller's own), {key} (a channel's key), {apikey}; each request gets new ones. The records of other people are the matter of TestRecordRights.
var routeRights = []struct {
	route string // method and path as the table has them
	path  string // what is asked
	body  any
	want  string // nobody rep lead director marketing admin key channel
}{
	{"GET /healthz", "/healthz", nil, "200 200 200 200 200 200 200 200"},
	{"GET /readyz", "/readyz", nil, "200 200 200 200 200 200 200 200"},
	{"GET /metrics", "/metrics", nil, "200 200 200 200 200 200 200 200"},

	{"POST /api/v1/session", "/api/v1/session", map[string]any{"username": "rita", "password": companyPassword}, "200 200 200 200 200 200 200 200"},
	{"GET /api/v1/session", "/api/v1/session", nil, "401 200 200 200 200 200 200 401"},
	{"DELETE /api/v1/session", "/api/v1/session", nil, "401 204 204 204 204 204 204 401"},
	{"GET /api/v1/session/demo", "/api/v1/session/demo", nil, "404 404 404 404 404 404 404 404"},
	{"GET /api/v1/meta", "/api/v1/meta", nil, "401 200 200 200 200 200 200 401"},

	// 管理员: people, keys and system; whoever keeps the channels keeps the channels' keys.
	{"GET /api/v1/keys", "/api/v1/keys", nil, "401 403 403 200 200 200 403 401"},
	{"POST /api/v1/keys", "/api/v1/keys", map[string]any{"kind": "channel", "name": "website_form"}, "401 403 403 201 201 201 403 401"},
	{"POST /api/v1/keys", "/api/v1/keys", map[string]any{"kind": "api", "name": "erp", "scopes": []string{"records.read"}}, "401 403 403 403 403 201 403 401"},
	{"DELETE /api/v1/keys/{id}", "/api/v1/keys/{key}", nil, "401 403 403 204 204 204 403 401"},
	{"DELETE /api/v1/keys/{id}", "/api/v1/keys/{apikey}", nil, "401 403 403 404 404 204 403 401"},
	{"POST /api/v1/people/{id}/password", "/api/v1/people/{person}/password", map[string]any{"username": "{person}", "password": "another-password"}, "401 403 403 403 403 204 403 401"},

	// The business's configuration: everybody inside reads it, 总监 and 管理员 decide, 市场部 only the channels.
	{"GET /api/v1/definitions", "/api/v1/definitions", nil, "401 200 200 200 200 200 403 401"},
	{"GET /api/v1/definitions/{kind}/{name}", "/api/v1/definitions/assignment_policy/lead_assignment", nil, "401 200 200 200 200 200 403 401"},
	{"POST /api/v1/revisions", "/api/v1/revisions", map[string]any{"note": "nothing drafted"}, "401 403 403 422 422 422 403 401"},
	{"PUT /api/v1/definitions/{kind}/{name}", "/api/v1/definitions/tag_dimension/source", "{tag}", "401 403 403 200 403 200 403 401"},
	{"PUT /api/v1/definitions/{kind}/{name}", "/api/v1/definitions/channel/fair", "{channel}", "401 403 403 200 200 200 403 401"},
	{"PUT /api/v1/definitions/{kind}/{name}", "/api/v1/definitions/role/rep", "{role}", "401 403 403 403 403 200 403 401"},
	{"DELETE /api/v1/definitions/{kind}/{name}/draft", "/api/v1/definitions/assignment_policy/lead_assignment/draft", nil, "401 403 403 204 403 204 403 401"},
	{"DELETE /api/v1/definitions/{kind}/{name}/draft", "/api/v1/definitions/role/rep/draft", nil, "401 403 403 403 403 204 403 401"},
	{"POST /api/v1/definitions:check", "/api/v1/definitions:check", map[string]any{"definitions": []any{}}, "401 200 200 200 200 200 403 401"},
	{"POST /api/v1/definitions:try", "/api/v1/definitions:try", map[string]any{"object": "lead", "drafts": []any{}}, "401 403 403 200 404 200 403 401"},
	{"POST /api/v1/definitions:lint", "/api/v1/definitions:lint", map[string]any{"kind": "channel", "name": "fair", "title": map[string]any{"zh-CN": "展会"}, "spec": map[string]any{"object": "lead"}}, "401 200 200 200 200 200 403 401"},
	{"GET /api/v1/formulas/{object}", "/api/v1/formulas/lead", nil, "401 200 200 200 404 200 403 401"},
	{"POST /api/v1/formulas/{object}", "/api/v1/formulas/lead", map[string]any{"formula": "预算 * 2", "result": "money"}, "401 200 200 200 404 200 403 401"},
	{"GET /api/v1/diagnosis", "/api/v1/diagnosis", nil, "401 403 403 200 404 200 403 401"},
	{"GET /api/v1/diagnosis/{object}/{id}", "/api/v1/diagnosis/lead/{mine}", nil, "401 200 200 200 404 200 200 401"},
	{"GET /api/v1/assignments/{object}", "/api/v1/assignments/lead", nil, "401 403 403 200 404 200 403 401"},
	{"GET /api/v1/assignments/{object}/records", "/api/v1/assignments/lead/records?way=rule", nil, "401 403 403 200 404 200 403 401"},
	{"GET /api/v1/revisions", "/api/v1/revisions", nil, "401 200 200 200 200 200 403 401"},
	{"POST /api/v1/revisions/{n}/restore", "/api/v1/revisions/1/restore", nil, "401 403 403 403 403 200 403 401"}, // revision 1 knows no role “veiled”

	// Fields and objects beyond draft and publish: 总监 and 管理员, who may also take data away for good.
	{"GET /api/v1/objects:removed", "/api/v1/objects:removed", nil, "401 403 403 200 403 200 403 401"},
	{"GET /api/v1/objects:name", "/api/v1/objects:name?title=%E6%8B%9C%E8%AE%BF&word=object", nil, "401 403 403 200 403 200 403 401"},
	{"POST /api/v1/objects/{object}:restore", "/api/v1/objects/lead:restore", nil, "401 403 403 409 403 409 403 401"}, // it serves
	{"POST /api/v1/objects/{object}:purge", "/api/v1/objects/lead:purge", nil, "401 403 403 409 403 409 403 401"},
	{"POST /api/v1/objects/{object}:plan", "/api/v1/objects/lead:plan", map[string]any{"spec": map[string]any{"title_field": "company", "fields": []any{}}}, "401 403 403 200 403 200 403 401"},
	{"GET /api/v1/objects/{object}/removed", "/api/v1/objects/lead/removed", nil, "401 403 403 200 403 200 403 401"},
	{"POST /api/v1/objects/{object}/fields/{field}:restore", "/api/v1/objects/lead/fields/note:restore", nil, "401 403 403 404 403 404 403 401"},
	{"POST /api/v1/objects/{object}/fields/{field}:purge", "/api/v1/objects/lead/fields/note:purge", nil, "401 403 403 409 403 409 403 401"},
	{"POST /api/v1/objects/{object}/fields/{field}:retype", "/api/v1/objects/lead/fields/note:retype", map[string]any{"preview": true, "type": "text"}, "401 403 403 200 403 200 403 401"},
	{"POST /api/v1/objects/{object}/fields/{field}:retype-cancel", "/api/v1/objects/lead/fields/note:retype-cancel", nil, "401 403 403 409 403 409 403 401"},

	// Records: 销售 own and pool, 主管 the team, 总监 all, 市场部 no leads, the key reads.
	{"GET /api/v1/objects/{object}/records", "/api/v1/objects/lead/records", nil, "401 200 200 200 404 200 200 401"},
	{"GET /api/v1/objects/{object}/groups", "/api/v1/objects/lead/groups?by=stage", nil, "401 200 200 200 404 200 200 401"},
	// Views: everybody keeps their own of what they read, the shared ones are the configuration's; a program has none.
	{"GET /api/v1/objects/{object}/views", "/api/v1/objects/lead/views", nil, "401 200 200 200 404 200 200 401"},
	{"POST /api/v1/objects/{object}/views", "/api/v1/objects/lead/views", map[string]any{"title": map[string]any{"zh-CN": "大单"}, "spec": map[string]any{"object": "lead"}}, "401 201 201 201 404 201 403 401"},
	{"POST /api/v1/objects/{object}/views", "/api/v1/objects/lead/views", map[string]any{"title": map[string]any{"zh-CN": "大单"}, "shared": true, "spec": map[string]any{"object": "lead"}}, "401 403 403 201 404 201 403 401"},
	{"PUT /api/v1/objects/{object}/views/{id}", "/api/v1/objects/lead/views/big", map[string]any{"title": map[string]any{"zh-CN": "大单"}, "spec": map[string]any{"object": "lead"}}, "401 200 200 200 404 200 403 401"},
	{"DELETE /api/v1/objects/{object}/views/{id}", "/api/v1/objects/lead/views/none", nil, "401 404 404 404 404 404 404 401"},
	{"PUT /api/v1/objects/{object}/views:tabs", "/api/v1/objects/lead/views:tabs", map[string]any{"order": []string{"all"}, "default": ""}, "401 204 204 204 404 204 403 401"},
	// Many at once: who may change any, row by row; 销售 exports nothing.
	{"POST /api/v1/objects/{object}/records:edit", "/api/v1/objects/lead/records:edit", map[string]any{"ids": []string{"{mine}"}, "values": map[string]any{"note": "回电"}}, "401 202 202 202 404 202 403 401"},
	{"POST /api/v1/jobs/{id}:revert", "/api/v1/jobs/{job}:revert", nil, "401 404 404 422 404 422 404 401"}, // an import is no edit
	{"POST /api/v1/jobs/{id}:cancel", "/api/v1/jobs/{job}:cancel", nil, "401 404 404 409 404 409 404 401"}, // an import goes on
	{"POST /api/v1/objects/{object}/export", "/api/v1/objects/lead/export", map[string]any{"format": "csv", "columns": []string{"company"}}, "401 403 202 202 404 202 403 401"},
	{"GET /api/v1/jobs/{id}/export", "/api/v1/jobs/{job}/export", nil, "401 404 404 404 404 404 404 401"}, // of its maker alone
	{"POST /api/v1/objects/{object}/records", "/api/v1/objects/lead/records", map[string]any{"company": "新公司"}, "401 201 201 201 201 201 403 401"},
	{"POST /api/v1/objects/{object}/records", "/api/v1/objects/script/records", map[string]any{"question": "贵吗？", "answer": "不贵"}, "401 403 403 403 201 201 403 401"},
	{"GET /api/v1/objects/{object}/records/{id}", "/api/v1/objects/lead/records/{mine}", nil, "401 200 200 200 404 200 200 401"},
	{"PATCH /api/v1/objects/{object}/records/{id}", "/api/v1/objects/lead/records/{mine}", map[string]any{"note": "回电"}, "401 200 200 200 404 200 403 401"},
	{"DELETE /api/v1/objects/{object}/records/{id}", "/api/v1/objects/lead/records/{mine}", nil, "401 403 403 204 404 204 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:restore", "/api/v1/objects/lead/records/{deleted}:restore", nil, "401 403 403 200 404 200 403 401"},
	{"GET /api/v1/objects/{object}/records/{id}/history", "/api/v1/objects/lead/records/{mine}/history", nil, "401 200 200 200 404 200 200 401"},
	{"GET /api/v1/objects/{object}/records/{id}/explain", "/api/v1/objects/lead/records/{mine}/explain", nil, "401 200 200 200 404 200 200 401"},
	{"POST /api/v1/objects/{object}/records/{id}:open", "/api/v1/objects/lead/records/{mine}:open", nil, "401 200 200 200 404 200 200 401"},
	{"POST /api/v1/objects/{object}/records/{id}:contacted", "/api/v1/objects/lead/records/{mine}:contacted", map[string]any{"way": "phone", "note": "谈过"}, "401 200 200 200 404 200 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:claim", "/api/v1/objects/lead/records/{pool}:claim", nil, "401 200 200 200 404 200 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:transfer", "/api/v1/objects/lead/records/{mine}:transfer", map[string]any{"owner": "rob"}, "401 200 200 200 404 200 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:return", "/api/v1/objects/lead/records/{mine}:return", map[string]any{"reason": "不是客户"}, "401 200 200 200 404 200 403 401"},
	{"GET /api/v1/objects/{object}/records/{id}/conversion", "/api/v1/objects/lead/records/{mine}/conversion", nil, "401 200 200 200 404 200 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:convert", "/api/v1/objects/lead/records/{mine}:convert", map[string]any{"makes": map[string]any{"contact": map[string]any{"skip": true}}}, "401 200 200 200 404 200 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:unconvert", "/api/v1/objects/lead/records/{mine}:unconvert", nil, "401 409 409 409 404 409 403 401"}, // nothing to take back

	{"POST /api/v1/objects/{object}/records/{id}:protect", "/api/v1/objects/lead/records/{mine}:protect", map[string]any{"until": "2999-01-01T00:00:00Z"}, "401 422 403 403 404 403 403 401"}, // 422: too far; only the owner may
	{"POST /api/v1/objects/{object}/records/{id}:unprotect", "/api/v1/objects/lead/records/{mine}:unprotect", nil, "401 200 200 200 404 200 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:note", "/api/v1/objects/lead/records/{mine}:note", map[string]any{"note": "下午开会"}, "401 200 200 200 404 200 403 401"},
	{"GET /api/v1/objects/{object}/pool", "/api/v1/objects/lead/pool", nil, "401 200 200 200 404 200 200 401"},
	{"GET /api/v1/objects/{object}/pool", "/api/v1/objects/customer/pool", nil, "401 409 409 409 404 409 409 401"},

	// What ran late: 销售 one's own, 主管 the team's, to take out and to talk about.
	{"GET /api/v1/objects/{object}/overdue", "/api/v1/objects/lead/overdue", nil, "401 200 200 200 404 200 200 401"},
	{"GET /api/v1/objects/{object}/overdue.xlsx", "/api/v1/objects/lead/overdue.xlsx", nil, "401 403 200 200 404 200 403 401"},
	{"POST /api/v1/objects/{object}/overdue/{id}:talk", "/api/v1/objects/lead/overdue/none:talk", map[string]any{"note": "聊聊"}, "401 404 404 404 404 404 404 401"},
	// The home: everybody's own.
	{"GET /api/v1/today", "/api/v1/today", nil, "401 200 200 200 200 200 200 401"},
	{"POST /api/v1/today:visit", "/api/v1/today:visit", nil, "401 200 200 200 200 200 200 401"},

	// Duplicates: who sees both is told, who may change both decides; going over all is the configuration's.
	{"GET /api/v1/objects/{object}/duplicates", "/api/v1/objects/lead/duplicates", nil, "401 200 200 200 404 200 200 401"},
	{"POST /api/v1/objects/{object}/duplicates:look", "/api/v1/objects/lead/duplicates:look", map[string]any{"values": map[string]any{"company": "公司"}}, "401 200 200 200 200 200 200 401"}, // 市场部 enters leads
	{"POST /api/v1/objects/{object}/duplicates:scan", "/api/v1/objects/lead/duplicates:scan", nil, "401 403 403 202 404 202 403 401"},
	{"POST /api/v1/objects/{object}/duplicates/{id}:dismiss", "/api/v1/objects/lead/duplicates/{twins}:dismiss", nil, "401 204 204 204 404 204 403 401"},
	{"POST /api/v1/objects/{object}/duplicates/{id}:reopen", "/api/v1/objects/lead/duplicates/{twins}:reopen", nil, "401 204 204 204 404 204 403 401"},
	{"POST /api/v1/objects/{object}/records/{id}:merge", "/api/v1/objects/lead/records/{mine}:merge", map[string]any{"other": "{mine}"}, "401 200 200 200 404 200 403 401"},
	{"GET /api/v1/objects/{object}/records/{id}/merges", "/api/v1/objects/lead/records/{mine}/merges", nil, "401 200 200 200 404 200 200 401"},
	{"POST /api/v1/merges/{id}:undo", "/api/v1/merges/{merge}:undo", nil, "401 200 200 200 404 200 403 401"},

	// Scripts: everybody inside reads and copies, a use is a person's.
	{"GET /api/v1/search", "/api/v1/search?q=甲", nil, "401 200 200 200 200 200 200 401"},
	{"GET /api/v1/scripts", "/api/v1/scripts?industry=医疗", nil, "401 200 200 200 200 200 200 401"},
	{"POST /api/v1/scripts/{id}:use", "/api/v1/scripts/script-medical-1:use", nil, "401 200 200 200 200 200 403 401"},

	// Leads in.
	{"POST /api/v1/objects/{object}/import:preview", "/api/v1/objects/lead/import:preview", upload("公司\n甲\n"), "401 403 200 200 200 200 403 401"},
	{"POST /api/v1/objects/{object}/import", "/api/v1/objects/lead/import", upload("公司\n甲\n"), "401 403 202 202 202 202 403 401"},
	{"POST /api/v1/objects/{object}/uploads", "/api/v1/objects/lead/uploads", upload("公司\n甲\n"), "401 403 201 201 201 201 403 401"},
	{"GET /api/v1/objects/{object}/uploads/{id}/reading", "/api/v1/objects/lead/uploads/{upload}/reading", nil, "401 403 200 200 200 200 403 401"},
	{"GET /api/v1/objects/{object}/uploads/{id}/reading", "/api/v1/objects/lead/uploads/{theirs}/reading", nil, "401 403 200 404 404 404 403 401"},
	{"POST /api/v1/objects/{object}/uploads/{id}:preview", "/api/v1/objects/lead/uploads/{upload}:preview", map[string]any{}, "401 403 200 200 200 200 403 401"},
	{"POST /api/v1/objects/{object}/uploads/{id}:preview", "/api/v1/objects/lead/uploads/{theirs}:preview", map[string]any{}, "401 403 200 404 404 404 403 401"},
	{"POST /api/v1/objects/{object}/uploads/{id}:start", "/api/v1/objects/lead/uploads/{upload}:start", map[string]any{}, "401 403 202 202 202 202 403 401"},
	{"POST /api/v1/objects/{object}/uploads/{id}:start", "/api/v1/objects/lead/uploads/{upload}:start", map[string]any{"new_fields": "{new}"}, "401 403 403 202 403 202 403 401"},
	{"POST /api/v1/jobs/{id}:undo", "/api/v1/jobs/{ended}:undo", nil, "401 403 404 202 404 202 403 401"},
	{"GET /api/v1/jobs", "/api/v1/jobs", nil, "401 200 200 200 200 200 200 401"},
	{"GET /api/v1/jobs/{id}", "/api/v1/jobs/{job}", nil, "401 404 404 200 404 200 404 401"},
	{"GET /api/v1/jobs/{id}/rejected.csv", "/api/v1/jobs/{job}/rejected.csv", nil, "401 404 404 200 404 200 404 401"},
	{"GET /api/v1/jobs/{id}/rejected.xlsx", "/api/v1/jobs/{job}/rejected.xlsx", nil, "401 404 404 200 404 200 404 401"},
	{"POST /api/v1/intake/{channel}", "/api/v1/intake/website_form", map[string]any{"company": "丙公司"}, "401 401 401 401 401 401 401 202"},
	{"POST /api/v1/intake/{channel}", "/api/v1/intake/h5_form", map[string]any{"company": "丁公司"}, "401 401 401 401 401 401 401 401"}, // another channel's key

	// Hosted pages: for everybody, whoever is signed in; the rest for who keeps them and who sends them.
	{"GET /f/-/{file}", "/f/-/page.css", nil, "200 200 200 200 200 200 200 200"},
	{"GET /f/{slug}", "/f/contact", nil, "200 200 200 200 200 200 200 200"},
	{"POST /f/{slug}", "/f/contact", trapped, "200 200 200 200 200 200 200 200"}, // what fills the trap is thanked and left out
	{"GET /f/{slug}/booth", "/f/expo/booth?k={booth}", nil, "200 200 200 200 200 200 200 200"},
	{"POST /f/{slug}/booth", "/f/expo/booth", map[string]any{"link": "x.y", "key": "0123456789abcdef"}, "403 403 403 403 403 403 403 403"},
	{"GET /f/{slug}/sw.js", "/f/expo/sw.js", nil, "200 200 200 200 200 200 200 200"},
	{"GET /m/{slug}", "/m/{material}", nil, "200 200 200 200 200 200 200 200"},
	{"POST /m/{slug}", "/m/{material}", trapped, "200 200 200 200 200 200 200 200"},
	{"GET /m/{slug}/file", "/m/{material}/file", nil, "200 200 200 200 200 200 200 200"}, // back to the gate
	{"POST /api/v1/activity", "/api/v1/activity", map[string]any{"phone": "13800138000", "act": "visit"}, "401 403 403 202 202 202 403 401"},
	{"POST /api/v1/forms:preview", "/api/v1/forms:preview", map[string]any{"name": "draft", "title": map[string]any{"zh-CN": "草稿"}, "spec": map[string]any{"channel": "h5_form"}}, "401 200 200 200 200 200 403 401"},
	{"POST /api/v1/forms/{name}/booth", "/api/v1/forms/expo/booth", map[string]any{"code": "booth"}, "401 403 403 200 200 200 403 401"},
	{"POST /api/v1/channels/{name}:secret", "/api/v1/channels/inbound_call:secret", nil, "401 403 403 201 201 201 403 401"},
	{"GET /api/v1/materials", "/api/v1/materials", nil, "401 200 200 200 200 200 200 401"},
	{"POST /api/v1/materials/{name}/links", "/api/v1/materials/{material}/links", map[string]any{"object": "lead", "id": "{mine}"}, "401 200 200 200 404 200 200 401"},
	{"POST /api/v1/files", "/api/v1/files", upload("任何文件"), "401 201 201 201 201 201 201 401"},
	{"GET /api/v1/files/{file}", "/api/v1/files/nothing", nil, "401 404 404 404 404 404 404 401"},
	{"GET /api/v1/files/{file}/thumbnail", "/api/v1/files/nothing/thumbnail", nil, "401 404 404 404 404 404 404 401"},
	{"POST /api/v1/materials/files", "/api/v1/materials/files", upload("不是资料"), "401 403 403 422 422 422 403 401"}, // a .csv is none

	// With whom a record is shared: who may change it shares it; who sees it is told.
	{"POST /api/v1/objects/{object}/records/{id}:share", "/api/v1/objects/lead/records/{mine}:share", map[string]any{"person": "sam", "reason": "请帮忙"}, "401 201 201 201 404 201 403 401"},
	{"GET /api/v1/objects/{object}/records/{id}/shares", "/api/v1/objects/lead/records/{mine}/shares", nil, "401 200 200 200 404 200 200 401"},
	{"DELETE /api/v1/objects/{object}/records/{id}/shares/{share}", "/api/v1/objects/lead/records/{mine}/shares/none", nil, "401 404 404 404 404 404 404 401"},
	{"GET /api/v1/objects/{object}/records/{id}/visibility", "/api/v1/objects/lead/records/{mine}/visibility?person=rita", nil, "401 403 403 403 403 200 403 401"},
	// Who acts in whose place: one's own.
	{"GET /api/v1/delegations", "/api/v1/delegations", nil, "401 200 200 200 200 200 200 401"},
	{"POST /api/v1/delegations", "/api/v1/delegations", map[string]any{"delegate": "tom", "from": "2999-01-01", "until": "2999-01-02"}, "401 201 201 201 201 201 403 401"},
	{"POST /api/v1/delegations/{id}:end", "/api/v1/delegations/none:end", nil, "401 404 404 404 404 404 404 401"},
	// Moves in the org tree from a day on.
	{"GET /api/v1/org-moves", "/api/v1/org-moves", nil, "401 403 403 403 403 200 403 401"},
	{"POST /api/v1/org-moves", "/api/v1/org-moves", map[string]any{"object": "person", "id": "rob", "to": "team2", "from": "2999-01-01"}, "401 403 403 403 403 200 403 401"},
	{"DELETE /api/v1/org-moves/{object}/{id}", "/api/v1/org-moves/person/nobody", nil, "401 403 403 403 403 404 403 401"},
	// Who leaves hands over: by who keeps the people.
	{"GET /api/v1/people/{id}/leaving", "/api/v1/people/sam/leaving", nil, "401 403 403 403 403 200 403 401"},
	{"POST /api/v1/people/{id}:leave", "/api/v1/people/tom:leave", map[string]any{"way": "one", "to": []string{"max"}}, "401 403 403 403 403 200 403 401"},
	{"POST /api/v1/leavings/{id}:undo", "/api/v1/leavings/none:undo", nil, "401 403 403 403 403 404 403 401"},

	// Figures.
	{"POST /api/v1/query", "/api/v1/query", map[string]any{"entity": "lead", "measures": []string{"count"}}, "401 200 200 200 422 200 200 401"},
	{"POST /api/v1/query:records", "/api/v1/query:records", map[string]any{"query": map[string]any{"entity": "lead", "measures": []string{"count"}}, "cell": map[string]any{"measure": "count"}}, "401 200 200 200 422 200 200 401"},
	{"POST /api/v1/funnels/{name}", "/api/v1/funnels/lead", map[string]any{"mode": "cohort"}, "401 200 200 200 403 200 403 401"},
	{"POST /api/v1/funnels/{name}:records", "/api/v1/funnels/lead:records", map[string]any{"mode": "cohort", "stage": "new", "metric": "count"}, "401 200 200 200 403 200 403 401"},

	// One's own post; the trail is 总监's and 管理员's.
	{"GET /api/v1/inbox", "/api/v1/inbox", nil, "401 200 200 200 200 200 200 401"},
	{"POST /api/v1/inbox/{id}:read", "/api/v1/inbox/{notice}:read", nil, "401 200 200 200 200 200 404 401"},
	{"POST /api/v1/inbox/{id}:read", "/api/v1/inbox/{foreign}:read", nil, "401 404 404 404 404 404 404 401"},
	{"POST /api/v1/inbox:read-all", "/api/v1/inbox:read-all", nil, "401 200 200 200 200 200 200 401"},
	{"GET /api/v1/events", "/api/v1/events", nil, "401 403 403 200 403 200 403 401"},
	{"GET /api/v1/trail", "/api/v1/trail", nil, "401 403 403 200 403 200 403 401"},
	{"GET /api/v1/stream", "/api/v1/stream", nil, "401 200 200 200 200 200 200 401"},
}

// trapped is a hosted page as a machine fills it in.
var trapped = form{kind: "application/x-www-form-urlencoded", body: []byte("_website=x")}

// callers in the order of the table's columns; persons by their sign-in name.
var callers = []struct{ title, person string }{{"nobody", ""}, {"销售", "rita"}, {"主管", "lena"}, {"总监", "boss"}, {"市场部", "mia"}, {"管理员", "admin"}, {"API key", ""}, {"channel key", ""}}

// TestEveryRouteAsksForItsRight walks the route table for each sort of caller.
func TestEveryRouteAsksForItsRight(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		listed := map[string]bool{}
		for _, line := range routeRights {
			listed[line.route] = true
		}
		served := map[string]web.Route{}
		for _, r := range c.router.Routes {
			served[r.Method+" "+r.Path] = r
			assert.True(t, listed[r.Method+" "+r.Path], "%s %s has no line in routeRights: say who may do what", r.Method, r.Path)
			for right := range strings.SplitSeq(r.Right, "|") {
				assert.Contains(t, append(rights, web.Public, web.SignedIn), right, "%s %s asks for a right that no role can have", r.Method, r.Path)
			}
		}
		w := &walk{company: c, channel: c.channelKey(t, "website_form")}
		for _, line := range routeRights {
			route, ok := served[line.route]
			if !assert.True(t, ok, "%s is in routeRights but not served", line.route) {
				continue
			}
			method, _, _ := strings.Cut(line.route, " ")
			want := strings.Fields(line.want)
			assert.Len(t, want, len(callers), line.route)
			for i, who := range callers {
				v := w.visitor(t, i)
				path := w.fill(t, line.path, who.person)
				res, body := v.send(t, method, path, w.body(t, line.body, path))
				got := res.StatusCode
				assert.Equal(t, want[i], itoa(got), "%s: %s %s: %s", who.title, method, path, body)
				if got >= 400 {
					p := decoded(t, body)
					assert.True(t, strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json"), "%s: %s %s: %s", who.title, method, path, res.Header.Get("Content-Type"))
					assert.NotEmpty(t, p["code"], "%s: %s %s: %s", who.title, method, path, body)
					assert.Equal(t, res.Header.Get("X-Request-Id"), p["request_id"])
				}
				// What a route asks for is what it answers: nobody passes but where it is public.
				if who.title == "nobody" && route.Right != web.Public {
					assert.Equal(t, 401, got, "nobody: %s %s", method, path)
				}
			}
		}
	})
}

// TestAChannelsKeyOpensNothingElse shows the channel's key as a bearer, where only API keys belong.
func TestAChannelsKeyOpensNothingElse(t *testing.T) {
	eachCompany(t, func(t *testing.T, c *company) {
		v := &visitor{c: c, headers: map[string]string{"Authorization": "Bearer " + c.channelKey(t, "website_form")}}
		for _, r := range c.router.Routes {
			res, body := v.send(t, r.Method, strings.NewReplacer("{", "", "}", "").Replace(r.Path), nil)
			assert.Equal(t, 401, res.StatusCode, "%s %s: %s", r.Method, r.Path, body)
		}
	})
}
