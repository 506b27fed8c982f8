-- The files that clients of ComfyUI's own API have uploaded, by the names that their callers gave them.
CREATE TABLE upload (
  id           UUID PRIMARY KEY,
  owner        VARCHAR(100) NOT NULL,
  type         VARCHAR(10) NOT NULL,
  subfolder    VARCHAR(500) NOT NULL,
  filename     VARCHAR(255) NOT NULL,
  content_type VARCHAR(100) NOT NULL,
  bytes        BIGINT NOT NULL,
  sha256       VARCHAR(64) NOT NULL,
  used_at      TIMESTAMP WITH TIME ZONE NOT NULL
);
CREATE UNIQUE INDEX upload_by_name ON upload (owner, type, subfolder, filename);
CREATE INDEX upload_by_use ON upload (used_at);
