-- +goose Up
-- Contents of files by their digest. used_at is when somebody sent or named it last: what nobody holds goes a day later.
CREATE TABLE file (id {text} PRIMARY KEY, mime {text} NOT NULL, size {int} NOT NULL, width {int}, height {int}, made_at {int} NOT NULL, used_at {int} NOT NULL){norowid};
CREATE INDEX file_used ON file (used_at);
-- Who sent a content, under which name: they may name it in a record.
CREATE TABLE file_upload (file {text} NOT NULL, person {text} NOT NULL, name {text} NOT NULL, sent_at {int} NOT NULL, PRIMARY KEY (file, person)){norowid};
-- The records that hold a content, by the field's id; gone_at is when it was taken out of the field.
CREATE TABLE file_use (file {text} NOT NULL, object {text} NOT NULL, record_id {text} NOT NULL, field {text} NOT NULL, gone_at {int}, PRIMARY KEY (file, object, record_id, field)){norowid};
CREATE INDEX file_use_record ON file_use (object, record_id, field);
