-- name: insert
INSERT INTO job (id, owner, workflow, status, stage, priority, line, place, timeout_seconds, due_at, expires_at, created_at, facts, needs)
VALUES (:id, :owner, :workflow, 'queued', :stage, :priority, :line,
  COALESCE((SELECT next_number - 1 FROM client_number WHERE owner = :owner), 0), :timeout, :now, :expires, :now, :facts, :needs)

-- name: insert-document
INSERT INTO job_document (job_id, document) VALUES (:id, :document)

-- name: find
SELECT * FROM job WHERE id = :id

-- name: some
SELECT * FROM job WHERE id IN (:ids)

-- name: ended
SELECT id FROM job WHERE id IN (:ids) AND stage = 'done'

-- name: find-own
SELECT * FROM job WHERE id = :id AND owner = :owner

-- name: list-own
SELECT * FROM job
WHERE owner = :owner AND seq >= :from AND seq < :before
  AND created_at >= :after AND created_at < :until
  AND (CAST(:anyEnd AS BOOLEAN) OR (stage = 'done' AND finished_at >= :endedFrom AND finished_at < :endedBefore))
  AND (CAST(:workflow AS VARCHAR) IS NULL OR COALESCE(workflow, '') = :workflow OR POSITION(CAST(:anyVersion AS VARCHAR) IN workflow) = 1)
  AND id >= :firstId AND id <= :lastId
  AND (CAST(:delivery AS VARCHAR) IS NULL
    OR EXISTS (SELECT 1 FROM delivery WHERE delivery.job_id = job.id AND delivery.status = :delivery))
ORDER BY owner DESC, seq DESC
LIMIT :limit

-- name: list-own-status
SELECT * FROM job
WHERE owner = :owner AND status = :status AND seq >= :from AND seq < :before
  AND created_at >= :after AND created_at < :until
  AND (CAST(:anyEnd AS BOOLEAN) OR (stage = 'done' AND finished_at >= :endedFrom AND finished_at < :endedBefore))
  AND (CAST(:workflow AS VARCHAR) IS NULL OR COALESCE(workflow, '') = :workflow OR POSITION(CAST(:anyVersion AS VARCHAR) IN workflow) = 1)
  AND id >= :firstId AND id <= :lastId
  AND (CAST(:delivery AS VARCHAR) IS NULL
    OR EXISTS (SELECT 1 FROM delivery WHERE delivery.job_id = job.id AND delivery.status = :delivery))
ORDER BY owner DESC, status DESC, seq DESC
LIMIT :limit

-- name: list
SELECT * FROM job
WHERE seq >= :from AND seq < :before
  AND created_at >= :after AND created_at < :until
  AND (CAST(:anyEnd AS BOOLEAN) OR (stage = 'done' AND finished_at >= :endedFrom AND finished_at < :endedBefore))
  AND (CAST(:workflow AS VARCHAR) IS NULL OR COALESCE(workflow, '') = :workflow OR POSITION(CAST(:anyVersion AS VARCHAR) IN workflow) = 1)
  AND id >= :firstId AND id <= :lastId
  AND (CAST(:delivery AS VARCHAR) IS NULL
    OR EXISTS (SELECT 1 FROM delivery WHERE delivery.job_id = job.id AND delivery.status = :delivery))
ORDER BY seq DESC
LIMIT :limit

-- name: list-status
SELECT * FROM job
WHERE status = :status AND seq >= :from AND seq < :before
  AND created_at >= :after AND created_at < :until
  AND (CAST(:anyEnd AS BOOLEAN) OR (stage = 'done' AND finished_at >= :endedFrom AND finished_at < :endedBefore))
  AND (CAST(:workflow AS VARCHAR) IS NULL OR COALESCE(workflow, '') = :workflow OR POSITION(CAST(:anyVersion AS VARCHAR) IN workflow) = 1)
  AND id >= :firstId AND id <= :lastId
  AND (CAST(:delivery AS VARCHAR) IS NULL
    OR EXISTS (SELECT 1 FROM delivery WHERE delivery.job_id = job.id AND delivery.status = :delivery))
ORDER BY status DESC, seq DESC
LIMIT :limit

-- name: first-ended
SELECT COALESCE(MIN(seq), 9223372036854775807) FROM job
WHERE stage = 'done' AND finished_at >= :endedFrom AND finished_at < :endedBefore

-- name: lowest
SELECT COALESCE(MIN(seq), 0) FROM job

-- name: highest
SELECT COALESCE(MAX(seq), 0) FROM job

-- name: created-from
SELECT created_at FROM job WHERE seq >= :from ORDER BY seq LIMIT 1

-- name: count-status
SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE status = :status LIMIT :most) counted

-- name: count-status-of
SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE owner = :owner AND status = :status LIMIT :most) counted

-- name: document
SELECT document FROM job_document WHERE job_id = :id

-- name: waiting-between
SELECT COUNT(*) FROM job WHERE stage = 'queued' AND line = :line AND owner = :owner AND seq BETWEEN :from AND :to

-- The callers of a line and of those before it; "is_next" means that their turn comes before the next round.
-- name: waiting-behind
SELECT seq, n FROM (
  SELECT seq, ROW_NUMBER() OVER (ORDER BY seq DESC) AS n FROM job
  WHERE stage = 'queued' AND line = :line AND owner = :owner AND seq >= :from) waiting
WHERE seq IN (:sequences)

-- name: line
SELECT job.line, job.owner, COUNT(*) AS n, MAX(job.seq) AS newest,
  CASE WHEN rotation.owner IS NULL OR job.owner > rotation.owner THEN 1 ELSE 0 END AS is_next
FROM job LEFT JOIN rotation ON rotation.line = job.line
WHERE job.stage = 'queued' AND job.line <= :line
GROUP BY job.line, job.owner, rotation.owner
ORDER BY job.line, job.owner

-- name: serve
UPDATE rotation SET owner = :owner WHERE line = :line

-- name: serve-first
INSERT INTO rotation (line, owner) VALUES (:line, :owner)

-- name: count-queued
SELECT COUNT(*) FROM job WHERE stage IN ('queued', 'fetching')

-- name: count-queued-of
SELECT COUNT(*) FROM job WHERE stage IN ('queued', 'fetching') AND owner = :owner

-- name: waiting-by-owner
SELECT owner, COUNT(*) AS n FROM job WHERE stage IN ('queued', 'fetching') GROUP BY owner

-- name: take-admission
SELECT id FROM admission_turn FOR UPDATE

-- name: take-turn
SELECT id FROM dispatch_turn FOR UPDATE

-- name: occupied
SELECT backend, COUNT(*) AS n FROM job WHERE stage = 'given' GROUP BY backend

-- name: given-by-owner
SELECT owner, COUNT(*) AS n FROM job WHERE stage = 'given' GROUP BY owner

-- "After a value" is asked as ">=" its smallest successor, because H2 begins to read at the value itself, even for ">".
-- name: best-line
SELECT job.line, rotation.owner AS last FROM job LEFT JOIN rotation ON rotation.line = job.line
WHERE job.stage = 'queued' AND job.line >= :from
ORDER BY job.stage, job.line LIMIT 1

-- name: next-after
SELECT * FROM job
WHERE stage = 'queued' AND line = :line AND owner >= :from AND owner > :after
  AND due_at <= :now AND (expires_at IS NULL OR expires_at > :now) AND cancel_requested = FALSE
  AND (needs IS NULL OR needs NOT IN (:unmet))
ORDER BY stage, line, owner, place, seq LIMIT 1

-- name: next-around
SELECT * FROM job
WHERE stage = 'queued' AND line = :line AND owner >= :from AND owner > :after AND owner <= :last
  AND due_at <= :now AND (expires_at IS NULL OR expires_at > :now) AND cancel_requested = FALSE
  AND (needs IS NULL OR needs NOT IN (:unmet))
ORDER BY stage, line, owner, place, seq LIMIT 1

-- name: claim
UPDATE job SET stage = 'given', given_at = :now, backend = :backend, attempts = attempts + 1, fence = fence + 1,
  lease_owner = :leaseOwner, lease_until = :leaseUntil
WHERE id = :id AND stage = 'queued' AND cancel_requested = FALSE

-- name: take-over
UPDATE job SET fence = fence + 1, lease_owner = :leaseOwner, lease_until = :leaseUntil
WHERE id = :id AND fence = :fence AND stage IN ('given', 'collecting')

-- name: hold
UPDATE job SET lease_until = :leaseUntil
WHERE id = :id AND lease_owner = :leaseOwner AND stage IN ('given', 'collecting')

-- name: keep
UPDATE job SET lease_until = :leaseUntil
WHERE id = :id AND lease_owner = :leaseOwner AND fence = :fence AND stage IN ('given', 'collecting')

-- name: attempt
UPDATE job SET attempts = attempts + 1, lease_until = :leaseUntil
WHERE id = :id AND lease_owner = :leaseOwner AND fence = :fence AND stage = 'given'

-- name: hand-over
UPDATE job SET lease_until = :now WHERE lease_owner = :leaseOwner AND stage IN ('fetching', 'given', 'collecting')

-- name: hand-over-collecting
UPDATE job SET lease_owner = NULL, lease_until = :now
WHERE lease_owner = :leaseOwner AND stage = 'collecting' AND id NOT IN (:except)

-- name: started
UPDATE job SET status = 'running', started_at = :now
WHERE id = :id AND fence = :fence AND stage = 'given' AND status = 'queued'

-- name: give-back
UPDATE job SET stage = 'queued', status = 'queued', backend = NULL, started_at = NULL, due_at = :due, attempts = :attempts,
  lease_owner = NULL, lease_until = NULL, fence = fence + 1
WHERE id = :id AND fence = :fence AND stage = 'given'

-- name: run-again
UPDATE job SET stage = 'queued', status = 'queued', backend = NULL, started_at = NULL, due_at = :due, ran_at = NULL, result = NULL,
  lease_owner = NULL, lease_until = NULL, fence = fence + 1
WHERE id = :id AND fence = :fence AND stage = 'collecting'

-- name: collecting
UPDATE job SET stage = 'collecting', status = 'running', started_at = :started, ran_at = :now, result = :result,
  lease_owner = :leaseOwner, lease_until = :leaseUntil
WHERE id = :id AND fence = :fence AND stage = 'given'

-- name: finish
UPDATE job SET stage = 'done', status = :status, facts = :facts, finished_at = :now, started_at = :started, result = NULL,
  lease_owner = NULL, lease_until = NULL, fence = fence + 1
WHERE id = :id AND fence = :fence AND stage <> 'done'

-- name: facts
UPDATE job SET facts = :facts WHERE id = :id AND fence = :fence

-- name: request-cancel
UPDATE job SET cancel_requested = TRUE WHERE id = :id AND stage <> 'done'

-- name: busy-backends
SELECT DISTINCT backend FROM job WHERE stage IN ('given', 'collecting')

-- name: cancel-requested
SELECT * FROM job WHERE stage = 'given' AND lease_owner = :leaseOwner AND cancel_requested

-- name: heartbeat
UPDATE job SET lease_until = :leaseUntil WHERE lease_owner = :leaseOwner AND stage IN ('fetching', 'given', 'collecting')

-- name: held
SELECT * FROM job
WHERE stage IN ('given', 'collecting') AND (lease_owner = :leaseOwner OR lease_until < :now)
ORDER BY seq

-- name: cancelled-waiting
SELECT * FROM job WHERE stage = :stage AND cancel_requested = TRUE LIMIT 100

-- The lower bound keeps H2 from reading the jobs without an expiry, which sort first.
-- name: expired-waiting
SELECT * FROM job
WHERE stage = :stage AND cancel_requested = FALSE AND expires_at >= TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00'
  AND expires_at <= :now
ORDER BY stage, cancel_requested, expires_at LIMIT 100

-- A gateway of an earlier version on the same database still stores plain keys.
-- name: idempotent-find
SELECT body_hash, job_id FROM idempotency
WHERE owner = :owner AND idem_key IN (:key, :clear) AND created_at > :since
ORDER BY created_at LIMIT 1

-- name: idempotent-recent
SELECT job_id FROM idempotency
WHERE owner = :owner AND body_hash = :hash AND created_at > :since
ORDER BY created_at DESC LIMIT 20

-- name: idempotent-clear
SELECT owner, idem_key FROM idempotency WHERE idem_key NOT LIKE 'h1:%' LIMIT :limit

-- name: idempotent-hash
UPDATE idempotency SET idem_key = :key WHERE owner = :owner AND idem_key = :clear

-- name: idempotent-drop-old
DELETE FROM idempotency WHERE owner = :owner AND idem_key = :key AND created_at <= :since

-- name: idempotent-insert
INSERT INTO idempotency (owner, idem_key, body_hash, job_id, created_at) VALUES (:owner, :key, :hash, :job, :now)

-- For times that were written before the clock was set back.
-- name: due-earlier
UPDATE job SET due_at = due_at - CAST(:seconds AS INT) * INTERVAL '1' SECOND WHERE stage IN ('fetching', 'queued') AND due_at > :now

-- Changes no row, but fails if the database accepts no writes.
-- name: writable
UPDATE dispatch_turn SET id = id WHERE id < 0
