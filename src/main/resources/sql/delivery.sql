-- name: insert
INSERT INTO delivery (id, job_id, kind, event, status, target, destination, after_id, due_at, created_at, owner)
VALUES (:id, :job, :kind, :event, :status, :target, :destination, :after, :now, :now,
  COALESCE((SELECT owner FROM job WHERE job.id = :job), ''))

-- name: insert-of-batch
INSERT INTO delivery (id, batch_id, kind, event, status, target, due_at, created_at, owner)
VALUES (:id, :batch, 'batch', :event, 'due', :target, :now, :now,
  COALESCE((SELECT owner FROM batch WHERE batch.id = :batch), ''))

-- name: of-batch
SELECT * FROM delivery WHERE batch_id = :batch ORDER BY created_at, id

-- Copies of outputs that have not ended; the callback of a batch waits for them.
-- name: open-copies-of-batch
SELECT COUNT(*) FROM delivery JOIN batch_job ON batch_job.job_id = delivery.job_id
WHERE batch_job.batch_id = :batch AND delivery.kind IN ('s3', 'copy') AND delivery.status IN ('due', 'waiting')

-- name: postpone
UPDATE delivery SET due_at = :due, attempts = attempts - 1, first_at = CASE WHEN attempts = 1 THEN NULL ELSE first_at END,
  lease_owner = NULL, lease_until = NULL
WHERE id = :id AND fence = :fence AND status = 'due'

-- name: of-job
SELECT * FROM delivery WHERE job_id = :job ORDER BY created_at, kind DESC, id

-- name: of-jobs
SELECT * FROM delivery WHERE job_id IN (:jobs) ORDER BY created_at, kind DESC, id

-- name: find
SELECT * FROM delivery WHERE id = :id

-- name: due-owners
SELECT DISTINCT owner FROM delivery WHERE status = 'due' AND due_at <= :now

-- name: due
SELECT id, target FROM delivery
WHERE status = 'due' AND owner = :owner AND due_at <= :now AND (lease_until IS NULL OR lease_until < :now) AND target NOT IN (:full)
  AND id NOT IN (:chosen)
ORDER BY status, owner, due_at LIMIT :limit

-- name: lock
SELECT id FROM delivery
WHERE id IN (:ids) AND status = 'due' AND due_at <= :now AND (lease_until IS NULL OR lease_until < :now)
FOR UPDATE SKIP LOCKED

-- name: claim
UPDATE delivery SET lease_owner = :leaseOwner, lease_until = :leaseUntil, fence = fence + 1, attempts = attempts + 1,
  first_at = COALESCE(first_at, :now)
WHERE id IN (:ids)

-- name: claimed
SELECT * FROM delivery WHERE id IN (:ids) ORDER BY due_at, id

-- name: keep
UPDATE delivery SET lease_until = :leaseUntil WHERE id = :id AND fence = :fence AND status = 'due'

-- name: heartbeat
UPDATE delivery SET lease_until = :leaseUntil WHERE id IN (:ids) AND lease_owner = :leaseOwner AND status = 'due'

-- name: settle
UPDATE delivery SET status = :status, due_at = :due, last_status = :lastStatus, last_error = :lastError,
  lease_owner = NULL, lease_until = NULL
WHERE id = :id AND fence = :fence AND status = 'due'

-- name: lock-waiting
SELECT id FROM delivery WHERE job_id = :job AND status = 'waiting' FOR UPDATE

-- What waits for all copies of its job, and for the one event before it.
-- name: release-next
UPDATE delivery SET status = 'due', due_at = :now
WHERE job_id = :job AND status = 'waiting'
  AND NOT EXISTS (
    SELECT 1 FROM delivery other
    WHERE other.job_id = :job AND other.kind IN ('s3', 'copy') AND other.status IN ('due', 'waiting'))
  AND NOT EXISTS (
    SELECT 1 FROM delivery other WHERE other.id = delivery.after_id AND other.status IN ('due', 'waiting'))

-- name: last-open-event
SELECT id FROM delivery
WHERE job_id = :job AND kind = 'event' AND destination = :destination AND status IN ('due', 'waiting')
  AND NOT EXISTS (SELECT 1 FROM delivery later WHERE later.after_id = delivery.id AND later.destination = :destination)
FOR UPDATE

-- name: release-leases
UPDATE delivery SET lease_until = NULL WHERE lease_owner = :leaseOwner AND status = 'due'

-- For times that were written before the clock was set back.
-- name: due-earlier
UPDATE delivery SET due_at = due_at - CAST(:seconds AS INT) * INTERVAL '1' SECOND WHERE status = 'due' AND due_at > :now
