-- +goose Up
-- When a person last looked at their home page, and when they had before that visit: what came since is new to them.
CREATE TABLE home_visit (person {text} PRIMARY KEY, at {int} NOT NULL, before_at {int}){norowid};
-- The talks that wait for a person, whatever they are about.
CREATE INDEX timer_nudge ON timer (person, due_at) WHERE state = 0 AND kind = 'nudge';
