-- When a job was given to a backend, and when its prompt had ended there: how long each stage took.
ALTER TABLE job ADD COLUMN given_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE job ADD COLUMN ran_at TIMESTAMP WITH TIME ZONE;

-- The age of the oldest job that waits is read from the index alone.
DROP INDEX job_waiting_of;
CREATE INDEX job_waiting_of ON job (stage, owner, created_at);
