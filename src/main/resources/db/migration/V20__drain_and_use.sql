-- When each key was last used, to the minute.
ALTER TABLE api_key ADD COLUMN last_used_at TIMESTAMP WITH TIME ZONE;

-- The servers that an admin has taken out of service, whatever the file of the pool says.
CREATE TABLE backend_drain (
  name  VARCHAR(200) PRIMARY KEY,
  since TIMESTAMP WITH TIME ZONE NOT NULL
);

-- How many tries of deliveries failed in an hour is read from the end of the index.
CREATE INDEX delivery_attempt_by_time ON delivery_attempt (at);
