-- name: find
SELECT COUNT(*) FROM abandoned_prompt WHERE backend = :backend AND job_id = :job

-- name: add
INSERT INTO abandoned_prompt (backend, job_id) VALUES (:backend, :job)

-- name: to-stop
SELECT abandoned_prompt.backend, abandoned_prompt.job_id
FROM abandoned_prompt JOIN job ON job.id = abandoned_prompt.job_id
WHERE abandoned_prompt.backend IN (:backends) AND NOT (job.stage = 'given' AND job.backend = abandoned_prompt.backend)
LIMIT 100

-- name: remove
DELETE FROM abandoned_prompt WHERE backend = :backend AND job_id = :job
