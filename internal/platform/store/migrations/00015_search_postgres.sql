-- +goose Up
-- What is found by typing: a document for each record with its terms. Objects are named by their table, which no renaming changes.
CREATE TABLE search_doc (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  object text COLLATE "C" NOT NULL,
  record_id text COLLATE "C" NOT NULL,
  terms tsvector NOT NULL
);
CREATE UNIQUE INDEX search_doc_record ON search_doc (object, record_id);
CREATE INDEX search_doc_terms ON search_doc USING gin (terms);
-- How far the filling of an object is: signature names the fields that were filled from, at the last record.
CREATE TABLE search_state (
  object text COLLATE "C" PRIMARY KEY,
  signature text NOT NULL,
  at text COLLATE "C" NOT NULL,
  done bigint NOT NULL
);
