-- +goose Up
-- Removed fields (by id) and removed objects (field is '-'): how they were written last, by which revision they went, and whether their data
-- is still there. gen is the column that a field has when it comes back.
CREATE TABLE gone (object {text} NOT NULL, field {text} NOT NULL, spec {text} NOT NULL, title {text}, gen {int} NOT NULL, revision {int} NOT NULL, state {text} NOT NULL, job {text}, PRIMARY KEY (object, field)){norowid};
