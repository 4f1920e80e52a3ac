-- +goose Up
-- The views that people keep for themselves; what a company decides is a definition.
CREATE TABLE own_view (person {text} NOT NULL, id {text} NOT NULL, object {text} NOT NULL, title {text} NOT NULL, spec {text} NOT NULL, updated_at {int} NOT NULL, PRIMARY KEY (person, id)){norowid};
CREATE INDEX own_view_object ON own_view (person, object);
-- In which order a person has the tabs of an object's views, and which one opens first.
CREATE TABLE view_tabs (person {text} NOT NULL, object {text} NOT NULL, tabs {text} NOT NULL, PRIMARY KEY (person, object)){norowid};
-- The writes of one edit of many records, for taking it back.
CREATE INDEX event_bulk ON event (batch, seq) WHERE op = 'bulk_edit';
