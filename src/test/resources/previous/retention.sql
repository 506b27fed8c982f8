-- name: take-turn
SELECT id FROM retention_turn FOR UPDATE SKIP LOCKED

-- name: finished-before
SELECT id FROM job
WHERE stage = 'done' AND finished_at <= :before
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.job_id = job.id AND delivery.status IN ('due', 'waiting'))
ORDER BY stage, finished_at LIMIT :limit

-- name: remove
DELETE FROM job WHERE id IN (:ids)

-- name: kept-bytes
SELECT COALESCE(SUM(bytes), 0) FROM output WHERE expired_at IS NULL

-- name: oldest-kept
SELECT job.id, SUM(output.bytes) AS bytes FROM job JOIN output ON output.job_id = job.id
WHERE job.stage = 'done' AND output.expired_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.job_id = job.id AND delivery.status IN ('due', 'waiting'))
GROUP BY job.id, job.finished_at ORDER BY job.finished_at LIMIT :limit

-- name: expire-outputs
UPDATE output SET expired_at = :now WHERE job_id IN (:ids) AND expired_at IS NULL

-- name: forget-keys
DELETE FROM idempotency
WHERE (owner, idem_key) IN (SELECT owner, idem_key FROM idempotency WHERE created_at <= :before ORDER BY created_at LIMIT :limit)

-- name: forget-needs
DELETE FROM needs
WHERE hash IN (
  SELECT hash FROM needs
  WHERE used_at <= :before
    AND hash NOT IN (SELECT needs FROM job WHERE stage IN ('queued', 'given', 'collecting') AND needs IS NOT NULL)
    AND hash NOT IN (SELECT needs FROM last_given WHERE needs IS NOT NULL)
  ORDER BY used_at LIMIT :limit)

-- name: in-work
SELECT id FROM job WHERE id IN (:ids) AND stage <> 'done'
