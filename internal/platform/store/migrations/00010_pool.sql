-- +goose Up
-- How many records a person took from the pool on a day, by rule: the row is the lock under which quotas are kept.
CREATE TABLE pool_claim (rule {text} NOT NULL, person {text} NOT NULL, day {int} NOT NULL, n {int} NOT NULL, PRIMARY KEY (rule, person, day)){norowid};
-- Each time the owner's page of a record was open while a contact was awaited.
CREATE TABLE page_visit (object {text} NOT NULL, record_id {text} NOT NULL, person {text} NOT NULL, at {int} NOT NULL, PRIMARY KEY (record_id, person, at)){norowid};
-- When a notice reached a page of the person's. Of the notices before this one nobody knows; they count as delivered when they were sent.
ALTER TABLE inbox ADD COLUMN delivered_at {int};
UPDATE inbox SET delivered_at = at;
CREATE INDEX inbox_undelivered ON inbox (person) WHERE delivered_at IS NULL;
CREATE INDEX inbox_record ON inbox (record_id);
CREATE INDEX timer_fired ON timer (due_at) WHERE state = 2;
