-- name: in-work
SELECT stage, status, COUNT(*) AS n FROM job WHERE stage IN ('given', 'collecting') GROUP BY stage, status

-- name: queued
SELECT COUNT(*) AS n, MIN(created_at) AS oldest FROM job WHERE stage = 'queued'

-- name: due
SELECT COUNT(*) AS n, MIN(due_at) AS oldest FROM delivery WHERE status = 'due' AND due_at <= :now

-- name: dead
SELECT COUNT(*) FROM delivery WHERE status = 'dead'
