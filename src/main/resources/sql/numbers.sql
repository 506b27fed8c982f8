-- name: queued
SELECT COUNT(*) FROM job WHERE status = 'queued'

-- name: ended
SELECT COALESCE(workflow, '') AS workflow, status, COUNT(*) AS n FROM job
WHERE stage = 'done' AND finished_at >= :since AND finished_at < :until
GROUP BY COALESCE(workflow, ''), status
ORDER BY COUNT(*) DESC, COALESCE(workflow, ''), status LIMIT :limit

-- In seconds, of the newest 100,000 jobs: H2 holds all values of a percentile in memory.
-- name: times
SELECT COALESCE(workflow, '') AS workflow, COUNT(*) AS n,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM (started_at - created_at))) AS waited_p50,
  PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM (started_at - created_at))) AS waited_p95,
  PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM (ran_at - started_at))) AS ran_p50,
  PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM (ran_at - started_at))) AS ran_p95
FROM (
  SELECT workflow, created_at, started_at, ran_at FROM job
  WHERE stage = 'done' AND finished_at >= :since AND finished_at < :until AND started_at IS NOT NULL AND ran_at IS NOT NULL
  ORDER BY finished_at DESC LIMIT 100000) newest
GROUP BY COALESCE(workflow, '')
ORDER BY COUNT(*) DESC, COALESCE(workflow, '') LIMIT :limit

-- The seconds in which each server ran a prompt, as far as they are in the span.
-- name: busy
SELECT backend, SUM(EXTRACT(EPOCH FROM (ran_at - GREATEST(started_at, CAST(:since AS TIMESTAMP WITH TIME ZONE))))) AS seconds
FROM job
WHERE stage = 'done' AND finished_at >= :since AND finished_at < :until AND ran_at >= :since AND started_at IS NOT NULL AND backend IS NOT NULL
GROUP BY backend

-- name: tries
SELECT result, COUNT(*) AS n FROM delivery_attempt WHERE at >= :since AND at < :until GROUP BY result

-- How many jobs ended in each way in each step of the span, the first step is 0.
-- name: ended-steps
SELECT step, status AS word, COUNT(*) AS n FROM (
  SELECT CAST(FLOOR(EXTRACT(EPOCH FROM (finished_at - CAST(:since AS TIMESTAMP WITH TIME ZONE))) / CAST(:seconds AS INT)) AS INT) AS step, status
  FROM job WHERE stage = 'done' AND finished_at >= :since AND finished_at < :until) steps
GROUP BY step, status

-- name: tried-steps
SELECT step, result AS word, COUNT(*) AS n FROM (
  SELECT CAST(FLOOR(EXTRACT(EPOCH FROM (at - CAST(:since AS TIMESTAMP WITH TIME ZONE))) / CAST(:seconds AS INT)) AS INT) AS step, result
  FROM delivery_attempt WHERE at >= :since AND at < :until) steps
GROUP BY step, result

-- How many jobs joined the line in each step, and how many left it: those that still run, and those that ended in the span.
-- name: line-steps
SELECT step, word, COUNT(*) AS n FROM (
  SELECT CAST(FLOOR(EXTRACT(EPOCH FROM (created_at - CAST(:since AS TIMESTAMP WITH TIME ZONE))) / CAST(:seconds AS INT)) AS INT) AS step, 'joined' AS word
  FROM job WHERE stage = 'done' AND finished_at >= :since AND created_at >= :since
  UNION ALL
  SELECT CAST(FLOOR(EXTRACT(EPOCH FROM (created_at - CAST(:since AS TIMESTAMP WITH TIME ZONE))) / CAST(:seconds AS INT)) AS INT) AS step, 'joined' AS word
  FROM job WHERE stage <> 'done' AND created_at >= :since
  UNION ALL
  SELECT CAST(FLOOR(EXTRACT(EPOCH FROM (COALESCE(started_at, finished_at) - CAST(:since AS TIMESTAMP WITH TIME ZONE))) / CAST(:seconds AS INT)) AS INT) AS step, 'left' AS word
  FROM job WHERE stage = 'done' AND finished_at >= :since AND COALESCE(started_at, finished_at) >= :since
  UNION ALL
  SELECT CAST(FLOOR(EXTRACT(EPOCH FROM (started_at - CAST(:since AS TIMESTAMP WITH TIME ZONE))) / CAST(:seconds AS INT)) AS INT) AS step, 'left' AS word
  FROM job WHERE stage <> 'done' AND started_at >= :since) steps
GROUP BY step, word
