-- A page of the jobs of one status, newest first, where few or none have it.
CREATE INDEX job_by_status ON job (status, seq);

-- How many bytes the outputs take in all is read from the index alone.
CREATE INDEX output_kept ON output (expired_at, bytes);
