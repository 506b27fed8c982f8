-- When an upload was stored; an older gateway on the same database does not set it.
ALTER TABLE upload ADD COLUMN created_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL;
CREATE INDEX upload_by_creation ON upload (owner, created_at, id);
