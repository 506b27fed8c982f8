-- A job whose files are still to be fetched from URLs is in the stage fetching, and stands in no line for a backend:
-- fetching -> queued -> given -> collecting -> done.
-- When fetching began, until when the file that is being fetched must be there, and how often that was tried.
ALTER TABLE job ADD COLUMN fetch_since TIMESTAMP WITH TIME ZONE;
ALTER TABLE job ADD COLUMN fetch_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE job ADD COLUMN fetch_tries INT DEFAULT 0 NOT NULL;
