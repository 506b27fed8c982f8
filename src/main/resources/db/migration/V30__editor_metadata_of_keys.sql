-- Whether the outputs of a key's jobs carry the editor's file of their workflow.
ALTER TABLE api_key ADD COLUMN editor_metadata BOOLEAN DEFAULT TRUE NOT NULL;
