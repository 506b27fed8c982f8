-- When a job was last accepted that needs this, to the hour: what nobody has needed for long is removed.
ALTER TABLE needs ADD COLUMN used_at TIMESTAMP WITH TIME ZONE DEFAULT CURRENT_TIMESTAMP NOT NULL;
