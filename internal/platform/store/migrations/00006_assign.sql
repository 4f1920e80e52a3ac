-- +goose Up
CREATE TABLE tag_run (object {text} PRIMARY KEY, signature {text} NOT NULL, next_page {text}, done {int} NOT NULL, changed {int} NOT NULL, started_at {int} NOT NULL, ended_at {int});
CREATE TABLE assign_state (policy {text} NOT NULL, branch {text} NOT NULL, body {text} NOT NULL, PRIMARY KEY (policy, branch));
CREATE TABLE assign_turn (scope {text} NOT NULL, person {text} NOT NULL, turn {int} NOT NULL, at {int} NOT NULL, day {int} NOT NULL, n {int} NOT NULL, PRIMARY KEY (scope, person)){norowid};
CREATE TABLE assign_roster (hash {text} PRIMARY KEY, body {bytes} NOT NULL);
