-- Rows are locked in the order of their ids, so that two redeliveries of the same rows cannot block each other.
-- name: by-ids
SELECT * FROM delivery
WHERE id IN (:ids) AND (status IN ('delivered', 'dead')
  OR status = 'due' AND due_at > :now AND (lease_until IS NULL OR lease_until < :now))
ORDER BY id FOR UPDATE

-- To one destination, or to all without one.
-- name: of-job
SELECT * FROM delivery
WHERE job_id = :job
  AND (CAST(:destination AS VARCHAR(200)) IS NULL OR destination = :destination
    OR kind = 's3' AND destination IS NULL AND :destination = 'default')
  AND (status IN ('delivered', 'dead')
    OR status = 'due' AND due_at > :now AND (lease_until IS NULL OR lease_until < :now))
ORDER BY id FOR UPDATE

-- name: of-batch
SELECT * FROM delivery
WHERE batch_id = :batch AND (status IN ('delivered', 'dead')
  OR status = 'due' AND due_at > :now AND (lease_until IS NULL OR lease_until < :now))
ORDER BY id FOR UPDATE

-- name: due-again
UPDATE delivery SET status = 'due', due_at = :now, attempts = 0, first_at = NULL, fence = fence + 1, lease_owner = NULL,
  lease_until = NULL
WHERE id IN (:ids)

-- In the same transaction: what comes after another delivery that has not ended waits for it.
-- name: wait-again
UPDATE delivery SET status = 'waiting'
WHERE id IN (:ids) AND status = 'due' AND EXISTS (
  SELECT 1 FROM delivery earlier WHERE earlier.id = delivery.after_id AND earlier.status IN ('due', 'waiting'))

-- name: repeat-copies
UPDATE output_copy SET copied_at = NULL WHERE job_id = :job AND destination = :destination

-- Of a gateway of an earlier version.
-- name: forget-copies
UPDATE output SET s3_bucket = NULL, s3_key = NULL WHERE job_id = :job
