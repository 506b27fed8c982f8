-- name: insert
INSERT INTO batch (id, owner, jobs, document, created_at) VALUES (:id, :owner, :jobs, :document, :now)

-- name: insert-job
INSERT INTO batch_job (batch_id, place, job_id) VALUES (:batch, :place, :job)

-- name: find
SELECT * FROM batch WHERE id = :id

-- name: find-own
SELECT * FROM batch WHERE id = :id AND owner = :owner

-- name: outlines
SELECT batch_job.place, job.id, job.status FROM batch_job JOIN job ON job.id = batch_job.job_id
WHERE batch_job.batch_id = :id
ORDER BY batch_job.place

-- A job has a place in the line of its caller, too.
-- name: jobs
SELECT job.*, batch_job.place AS place_in_batch FROM batch_job JOIN job ON job.id = batch_job.job_id
WHERE batch_job.batch_id = :id AND batch_job.place BETWEEN :first AND :last
ORDER BY batch_job.place

-- One statement for all, so that no job of the batch starts while others are being cancelled.
-- name: request-cancel
UPDATE job SET cancel_requested = TRUE
WHERE stage <> 'done' AND id IN (SELECT job_id FROM batch_job WHERE batch_id = :id)

-- The row is locked until the transaction ends, so that jobs that end at the same time count one after the other.
-- name: count
UPDATE batch SET succeeded = succeeded + :succeeded, failed = failed + :failed, cancelled = cancelled + :cancelled
WHERE id = :id

-- name: finish
UPDATE batch SET finished_at = :now
WHERE id = :id AND finished_at IS NULL AND succeeded + failed + cancelled >= jobs
