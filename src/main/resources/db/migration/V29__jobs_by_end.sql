-- The oldest of the jobs that ended in a span of time is found in the index alone.
CREATE INDEX job_by_end ON job (stage, finished_at, seq);
DROP INDEX job_by_finish;
