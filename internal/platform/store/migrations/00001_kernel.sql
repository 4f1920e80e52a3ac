-- +goose Up
CREATE TABLE revision (n {int} PRIMARY KEY, at {int} NOT NULL, actor {text}, actor_name {text}, note {text}, changes {text} NOT NULL);
CREATE TABLE definition_version (kind {text} NOT NULL, name {text} NOT NULL, revision {int} NOT NULL, body {text} NOT NULL, removed {int} NOT NULL DEFAULT 0, PRIMARY KEY (kind, name, revision));
CREATE TABLE definition_draft (kind {text} NOT NULL, name {text} NOT NULL, body {text} NOT NULL, base {int} NOT NULL, actor {text}, actor_name {text}, at {int} NOT NULL, PRIMARY KEY (kind, name));

CREATE TABLE sequence (name {text} PRIMARY KEY, n {int} NOT NULL);
INSERT INTO sequence (name, n) VALUES ('event', 0);
CREATE TABLE event (month {int} NOT NULL, seq {int} NOT NULL, at {int} NOT NULL, written_at {int} NOT NULL, actor_kind {text} NOT NULL, actor_id {text}, actor_name {text}, ip {text}, origin {text} NOT NULL, batch {text},
    object {text}, record_id {text}, op {text} NOT NULL, revision {int} NOT NULL, payload {text}, salt {text} NOT NULL, digest {text} NOT NULL, leaf {text} NOT NULL, request {text}, PRIMARY KEY (month, seq)){norowid};
CREATE UNIQUE INDEX event_seq ON event (seq);
CREATE INDEX event_record ON event (record_id, seq);
CREATE TABLE seal (n {int} PRIMARY KEY, from_seq {int} NOT NULL, to_seq {int} NOT NULL, at {int} NOT NULL, root {text} NOT NULL, prev {text} NOT NULL, key_id {text} NOT NULL, signature {text} NOT NULL);
CREATE TABLE cursor_position (name {text} PRIMARY KEY, seq {int} NOT NULL);

CREATE TABLE track (object {text} NOT NULL, field {text} NOT NULL, record_id {text} NOT NULL, entered_at {int} NOT NULL, left_at {int}, value {text}, prev {text}, first {int} NOT NULL, written_at {int} NOT NULL, owner {text}, org_unit {text},
    PRIMARY KEY (object, field, record_id, entered_at, written_at)){norowid};
CREATE INDEX track_value ON track (object, field, value, entered_at);

CREATE TABLE decision (object {text} NOT NULL, record_id {text} NOT NULL, what {text} NOT NULL, at {int} NOT NULL, revision {int} NOT NULL, body {bytes} NOT NULL, PRIMARY KEY (record_id, what, at)){norowid};
CREATE TABLE dedupe_key (object {text} NOT NULL, kind {text} NOT NULL, value {text} NOT NULL, record_id {text} NOT NULL, PRIMARY KEY (object, kind, value, record_id)){norowid};
CREATE TABLE open_value (object {text} NOT NULL, field {text} NOT NULL, fold {text} NOT NULL, value {text} NOT NULL, PRIMARY KEY (object, field, fold)){norowid};

CREATE TABLE kept (build {int} NOT NULL, k1 {text} NOT NULL, k2 {text} NOT NULL, day {int} NOT NULL, n {int} NOT NULL, d {int} NOT NULL, PRIMARY KEY (build, k1, k2, day)){norowid};
CREATE INDEX kept_second ON kept (build, k2, day);
CREATE TABLE kept_state (measure {text} PRIMARY KEY, signature {text} NOT NULL, build {int} NOT NULL, ready {int} NOT NULL, position {text}, generation {int} NOT NULL);

CREATE TABLE timer (id {text} PRIMARY KEY, kind {text} NOT NULL, object {text} NOT NULL, record_id {text} NOT NULL, person {text}, rule {text}, state {int} NOT NULL, started_at {int} NOT NULL, due_at {int} NOT NULL, ended_at {int},
    next_at {int} NOT NULL, attempts {int} NOT NULL DEFAULT 0, error {text}, data {text}){norowid};
CREATE INDEX timer_next ON timer (next_at, id) WHERE state = 0;
CREATE INDEX timer_record ON timer (record_id, kind);

CREATE TABLE inbox (id {text} PRIMARY KEY, seq {int} NOT NULL UNIQUE, person {text} NOT NULL, kind {text} NOT NULL, level {text} NOT NULL, title {text} NOT NULL, body {text}, object {text}, record_id {text}, at {int} NOT NULL, read_at {int}, dedupe {text} UNIQUE){norowid};
CREATE INDEX inbox_person ON inbox (person, seq);
CREATE INDEX inbox_unread ON inbox (person) WHERE read_at IS NULL;
INSERT INTO sequence (name, n) VALUES ('inbox', 0);

CREATE TABLE credential (person {text} PRIMARY KEY, username {text} NOT NULL UNIQUE, hash {text} NOT NULL, changed_at {int} NOT NULL);
CREATE TABLE session (token {text} PRIMARY KEY, data {text} NOT NULL, expires_at {int} NOT NULL);
CREATE TABLE api_key (id {text} PRIMARY KEY, kind {text} NOT NULL, name {text} NOT NULL, hash {text} NOT NULL UNIQUE, scopes {text}, created_at {int} NOT NULL, created_by {text}, revoked_at {int});
CREATE TABLE idempotency (scope {text} NOT NULL, key {text} NOT NULL, fingerprint {text} NOT NULL, status {int} NOT NULL, body {text} NOT NULL, at {int} NOT NULL, PRIMARY KEY (scope, key)){norowid};
CREATE TABLE job_run (id {text} PRIMARY KEY, kind {text} NOT NULL, title {text} NOT NULL, state {text} NOT NULL, actor {text}, actor_name {text}, created_at {int} NOT NULL, started_at {int}, ended_at {int}, done {int} NOT NULL, total {int} NOT NULL, args {text} NOT NULL, cursor_state {text}, result {text}, error {text},
    head {text}, seen_at {int}, turn {int} NOT NULL DEFAULT 0, river {int});
CREATE INDEX job_run_state ON job_run (state, created_at);
CREATE TABLE job_reject (job {text} NOT NULL, line {int} NOT NULL, n {int} NOT NULL, col {text}, value {text}, code {text} NOT NULL, message {text} NOT NULL, hint {text}, row_text {text}, PRIMARY KEY (job, line, n)){norowid};
CREATE TABLE setting (name {text} PRIMARY KEY, value {text} NOT NULL);
