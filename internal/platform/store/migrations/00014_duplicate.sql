-- +goose Up
-- By what a record is found whose company is only written alike; the exact keys stand in dedupe_key.
CREATE TABLE duplicate_key (object {text} NOT NULL, value {text} NOT NULL, record_id {text} NOT NULL, PRIMARY KEY (object, value, record_id)){norowid};
CREATE INDEX duplicate_key_record ON duplicate_key (record_id);
-- Two records that may be one; a is the older. States: open, dismissed, merged.
CREATE TABLE duplicate_pair (id {text} PRIMARY KEY, object {text} NOT NULL, a {text} NOT NULL, b {text} NOT NULL, score {int} NOT NULL, reasons {text} NOT NULL, state {text} NOT NULL, at {int} NOT NULL, decided_at {int}, decided_by {text}, decided_name {text});
CREATE UNIQUE INDEX duplicate_pair_two ON duplicate_pair (a, b);
CREATE INDEX duplicate_pair_other ON duplicate_pair (b);
CREATE INDEX duplicate_pair_queue ON duplicate_pair (object, state, score, id);
CREATE TABLE duplicate_merge (id {text} PRIMARY KEY, object {text} NOT NULL, survivor {text} NOT NULL, absorbed {text} NOT NULL, at {int} NOT NULL, by_id {text}, by_name {text}, body {text} NOT NULL, undone_at {int}, undone_by {text}, undone_name {text});
CREATE INDEX duplicate_merge_survivor ON duplicate_merge (survivor, at);
CREATE INDEX duplicate_merge_absorbed ON duplicate_merge (absorbed, at);
-- By which rule an object was gone over last, and by which job.
CREATE TABLE duplicate_state (object {text} PRIMARY KEY, signature {text} NOT NULL, job {text} NOT NULL);
