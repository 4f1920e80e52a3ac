-- +goose Up
ALTER TABLE tag_run ADD COLUMN last_id {text};
