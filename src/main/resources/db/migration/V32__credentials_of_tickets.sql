-- What a ticket was made with, and ends with: a session of the console, a secret of a key, or a token that expires.
ALTER TABLE stream_ticket ADD COLUMN session_id UUID;
ALTER TABLE stream_ticket ADD COLUMN key_mark VARCHAR(64);
ALTER TABLE stream_ticket ADD COLUMN credential_ends_at TIMESTAMP WITH TIME ZONE;
