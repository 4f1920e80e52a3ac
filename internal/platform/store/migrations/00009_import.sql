-- +goose Up
-- What a run is about: an undoing names the import that it takes back, and an import is taken back once.
ALTER TABLE job_run ADD COLUMN about {text};
CREATE UNIQUE INDEX job_run_about ON job_run (about, kind) WHERE about IS NOT NULL AND state <> 'failed';
CREATE INDEX job_run_kind ON job_run (kind, created_at);
CREATE INDEX event_import ON event (batch, seq) WHERE origin = 'import';
