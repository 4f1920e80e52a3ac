-- +goose Up
CREATE INDEX idempotency_age ON idempotency (at);
