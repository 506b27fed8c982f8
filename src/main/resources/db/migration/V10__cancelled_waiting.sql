-- What waits although its caller has cancelled it is found in the index in which what has waited for too long is found.
DROP INDEX job_by_expiry;
CREATE INDEX job_by_expiry ON job (stage, cancel_requested, expires_at);
