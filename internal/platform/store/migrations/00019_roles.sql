-- +goose Up
-- One record opened to a person or to a unit and all under it, besides what roles open: to read or to edit, until the end of a day.
CREATE TABLE record_share (id {text} PRIMARY KEY, object {text} NOT NULL, record_id {text} NOT NULL, person {text}, unit {text}, edit {int} NOT NULL, until_day {int}, reason {text},
	shared_at {int} NOT NULL, shared_by {text} NOT NULL, ended_at {int}, ended_by {text}){norowid};
CREATE INDEX record_share_record ON record_share (object, record_id);
CREATE INDEX record_share_person ON record_share (person, object) WHERE ended_at IS NULL AND person IS NOT NULL;
CREATE INDEX record_share_unit ON record_share (unit, object) WHERE ended_at IS NULL AND unit IS NOT NULL;
-- Who acts in whose place from one day to another, both included.
CREATE TABLE delegation (id {text} PRIMARY KEY, person {text} NOT NULL, delegate {text} NOT NULL, from_day {int} NOT NULL, until_day {int} NOT NULL, reason {text},
	made_at {int} NOT NULL, made_by {text} NOT NULL, ended_at {int}, ended_by {text}){norowid};
CREATE INDEX delegation_delegate ON delegation (delegate) WHERE ended_at IS NULL;
-- Who left, what was handed to whom by that, and whether it was taken back.
CREATE TABLE leaving (id {text} PRIMARY KEY, person {text} NOT NULL, way {text} NOT NULL, reason {text}, left_at {int} NOT NULL, made_by {text} NOT NULL, undone_at {int}, undone_by {text}){norowid};
CREATE INDEX leaving_person ON leaving (person, left_at);
CREATE TABLE leaving_item (leaving {text} NOT NULL, object {text} NOT NULL, record_id {text} NOT NULL, receiver {text} NOT NULL, PRIMARY KEY (leaving, object, record_id)){norowid};
