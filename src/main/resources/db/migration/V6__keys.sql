-- What a key may do, within which bounds, and its second secrets while the first are rotated. Lists are separated by spaces,
-- empty ones and zeros mean no bound. A revoked key stays, so that its name, and with it its jobs, goes to nobody else.
ALTER TABLE api_key ADD COLUMN workflows VARCHAR(4000) DEFAULT '' NOT NULL;
ALTER TABLE api_key ADD COLUMN networks VARCHAR(4000) DEFAULT '' NOT NULL;
ALTER TABLE api_key ADD COLUMN expires_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE api_key ADD COLUMN revoked_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE api_key ADD COLUMN requests_per_minute BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE api_key ADD COLUMN jobs_per_minute BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE api_key ADD COLUMN jobs_per_day BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE api_key ADD COLUMN jobs_per_month BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE api_key ADD COLUMN old_salt VARCHAR(100);
ALTER TABLE api_key ADD COLUMN old_hash VARCHAR(100);
ALTER TABLE api_key ADD COLUMN old_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE api_key ADD COLUMN callback_secret BYTEA;
ALTER TABLE api_key ADD COLUMN old_callback_secret BYTEA;
ALTER TABLE api_key ADD COLUMN old_callback_until TIMESTAMP WITH TIME ZONE;

-- One row: its version grows with every change of a key, so that other gateways see cheaply that there is one.
CREATE TABLE api_key_change (
  id      INT PRIMARY KEY,
  version BIGINT NOT NULL
);
INSERT INTO api_key_change (id, version) VALUES (1, 0);

-- The jobs that a caller was given in a day (2026-03-01) or month (2026-03) of UTC.
CREATE TABLE job_usage (
  owner  VARCHAR(100) NOT NULL,
  period VARCHAR(10) NOT NULL,
  jobs   BIGINT NOT NULL,
  PRIMARY KEY (owner, period)
);

-- Everybody's jobs, newest first, for callers with the scope read-all.
CREATE INDEX job_by_seq ON job (seq);
