-- +goose Up
-- When a known contact's act was last told to the owner: the same act again within the quiet time is one nudge.
CREATE TABLE nudge_seen (object {text} NOT NULL, record_id {text} NOT NULL, act {text} NOT NULL, subject {text} NOT NULL, at {int} NOT NULL, PRIMARY KEY (object, record_id, act, subject)){norowid};
