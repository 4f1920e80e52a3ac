-- +goose Up
-- What is found by typing: a document for each record, its terms in a full-text index that keeps no text. Objects are named by their table,
-- which no renaming changes.
CREATE TABLE search_doc (
  id INTEGER PRIMARY KEY,
  object TEXT NOT NULL,
  record_id TEXT NOT NULL
);
CREATE UNIQUE INDEX search_doc_record ON search_doc (object, record_id);
CREATE VIRTUAL TABLE search_term USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize="unicode61 remove_diacritics 0");
-- How far the filling of an object is: signature names the fields that were filled from, at the last record.
CREATE TABLE search_state (
  object TEXT PRIMARY KEY,
  signature TEXT NOT NULL,
  at TEXT NOT NULL,
  done INTEGER NOT NULL
) WITHOUT ROWID;
