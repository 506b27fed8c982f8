-- name: status
INSERT INTO job_event (job_id, kind, word, at) VALUES (:job, 'status', :word, :now)

-- Written before the change, which a job that was only waiting for its server does not show to its caller.
-- name: queued-again
INSERT INTO job_event (job_id, kind, word, began, at)
SELECT job.id, 'status', 'queued',
  NOT EXISTS (
    SELECT 1 FROM job_event ran
    WHERE ran.job_id = job.id AND ran.word = 'running'
      AND ran.seq > (SELECT MAX(waited.seq) FROM job_event waited WHERE waited.job_id = job.id AND waited.word = 'queued')),
  CAST(:now AS TIMESTAMP WITH TIME ZONE)
FROM job WHERE job.id = :job AND job.fence = :fence AND job.status = 'running'

-- name: finished
INSERT INTO job_event (job_id, kind, word, began, at)
SELECT job.id, 'finished', job.status,
  job.started_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM job_event ran
    WHERE ran.job_id = job.id AND ran.word = 'running'
      AND ran.seq > (SELECT MAX(waited.seq) FROM job_event waited WHERE waited.job_id = job.id AND waited.word = 'queued')),
  CAST(:now AS TIMESTAMP WITH TIME ZONE)
FROM job WHERE job.id = :job

-- name: delivery
INSERT INTO job_event (job_id, kind, word, delivery_id, attempt, at) VALUES (:job, 'delivery', :word, :delivery, :attempt, :now)

-- name: newest
SELECT COALESCE(MAX(seq), 0) FROM job_event

-- name: numbers
SELECT seq FROM job_event WHERE seq >= :from ORDER BY seq

-- name: from
SELECT * FROM job_event WHERE seq >= :from ORDER BY seq LIMIT :limit

-- name: some
SELECT * FROM job_event WHERE seq IN (:numbers) ORDER BY seq

-- name: of-job
SELECT * FROM job_event WHERE job_id = :job AND seq >= :from ORDER BY job_id, seq LIMIT :limit
