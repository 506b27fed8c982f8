-- The jobs of one caller in one line run in the order of their places, and in that of their arrival where these are equal. A client of
-- ComfyUI's own API may give its prompt a place before others of the same caller; the places of all other jobs grow with the caller's
-- prompts.
ALTER TABLE job ADD COLUMN place DOUBLE PRECISION DEFAULT 0 NOT NULL;
CREATE INDEX job_in_order ON job (stage, line, owner, place, seq);
