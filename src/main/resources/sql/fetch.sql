-- name: line
SELECT line FROM job WHERE stage = 'fetching' AND line >= :from ORDER BY stage, line LIMIT 1

-- Jobs whose lease has run out, and jobs that this gateway holds but does not work on, are claimed again.
-- name: next
SELECT * FROM job
WHERE stage = 'fetching' AND line = :line AND owner >= :from AND owner > :after AND owner NOT IN (:full)
  AND due_at <= :now AND (expires_at IS NULL OR expires_at > :now) AND cancel_requested = FALSE
  AND (lease_until IS NULL OR lease_until < :now OR lease_owner = :leaseOwner) AND id NOT IN (:busy)
ORDER BY stage, line, owner, seq LIMIT 1

-- name: claim
UPDATE job SET lease_owner = :leaseOwner, lease_until = :leaseUntil, fence = fence + 1,
  fetch_since = :since, fetch_until = :until, fetch_tries = :tries
WHERE id = :id AND fence = :fence AND stage = 'fetching'

-- name: again
UPDATE job SET due_at = :due, fetch_until = :until, fetch_tries = :tries, lease_owner = NULL, lease_until = NULL, fence = fence + 1
WHERE id = :id AND fence = :fence AND stage = 'fetching'

-- name: fetched
UPDATE job SET stage = 'queued', due_at = :now, fetch_tries = 0, lease_owner = NULL, lease_until = NULL, fence = fence + 1
WHERE id = :id AND fence = :fence AND stage = 'fetching'

-- name: document
UPDATE job_document SET document = :document WHERE job_id = :id

-- name: fetch-first
UPDATE job SET stage = 'fetching', status = 'queued', backend = NULL, started_at = NULL, attempts = attempts - 1,
  lease_owner = NULL, lease_until = NULL, fence = fence + 1
WHERE id = :id AND fence = :fence AND stage = 'given'
