-- Browsers that have signed in to the console. The token of the cookie is stored as a hash, and the key by a mark that changes
-- with its secret.
CREATE TABLE console_session (
  hash       VARCHAR(64) PRIMARY KEY,
  id         UUID NOT NULL,
  key_name   VARCHAR(100) NOT NULL,
  key_mark   VARCHAR(64) NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  seen_at    TIMESTAMP WITH TIME ZONE NOT NULL,
  ends_at    TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE UNIQUE INDEX console_session_by_id ON console_session (id);
CREATE INDEX console_session_by_key ON console_session (key_name, seen_at);
