-- +goose Up
-- The counters of auto numbers: one for each field and what stands around the counter (HT-202611-), so that each month counts by itself.
CREATE TABLE number_counter (object {text} NOT NULL, field {text} NOT NULL, around {text} NOT NULL, value {int} NOT NULL, PRIMARY KEY (object, field, around)){norowid};
