-- name: insert
INSERT INTO client_prompt (job_id, owner, prompt_id, client_id, number, detail, created_at)
VALUES (:job, :owner, :prompt, :client, :number, :detail, :now)

-- name: take-number
UPDATE client_number SET next_number = next_number + 1 WHERE owner = :owner

-- name: first-number
INSERT INTO client_number (owner, next_number) VALUES (:owner, 0)

-- name: taken-number
SELECT next_number - 1 FROM client_number WHERE owner = :owner

-- name: of-job
SELECT * FROM client_prompt WHERE job_id = :job

-- The newest first: a client may use an id again, as with ComfyUI.
-- name: of-prompt
SELECT * FROM client_prompt WHERE owner = :owner AND prompt_id = :prompt AND hidden = FALSE
ORDER BY created_at DESC, number DESC LIMIT 1

-- name: unfinished
SELECT * FROM client_prompt WHERE owner = :owner AND ended_at IS NULL AND hidden = FALSE
ORDER BY created_at, number LIMIT :limit

-- name: unfinished-jobs
SELECT job_id FROM client_prompt WHERE owner = :owner AND ended_at IS NULL AND hidden = FALSE

-- name: queue
SELECT client_prompt.*, job.status FROM client_prompt JOIN job ON job.id = client_prompt.job_id
WHERE client_prompt.owner = :owner AND client_prompt.ended_at IS NULL AND client_prompt.hidden = FALSE
ORDER BY client_prompt.number, client_prompt.created_at LIMIT :limit

-- Of the newest thousand.
-- name: last-with-file
SELECT recent.job_id FROM (
  SELECT job_id, ended_at FROM client_prompt
  WHERE owner = :owner AND ended_at >= TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00'
  ORDER BY owner DESC, ended_at DESC LIMIT 1000) recent
WHERE EXISTS (SELECT 1 FROM output WHERE output.job_id = recent.job_id AND output.filename = :filename)
ORDER BY recent.ended_at DESC LIMIT 1

-- name: count-unfinished
SELECT COUNT(*) FROM client_prompt WHERE owner = :owner AND ended_at IS NULL AND hidden = FALSE

-- name: history
SELECT * FROM client_prompt
WHERE owner = :owner AND ended_at >= TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00' AND hidden = FALSE
ORDER BY owner DESC, ended_at DESC LIMIT :limit OFFSET :offset

-- name: ended
UPDATE client_prompt SET ended_at = :now, outputs = :outputs WHERE job_id = :job

-- name: hide-ended
UPDATE client_prompt SET hidden = TRUE WHERE owner = :owner AND prompt_id = :prompt AND ended_at IS NOT NULL

-- name: hide-all-ended
UPDATE client_prompt SET hidden = TRUE WHERE owner = :owner AND ended_at IS NOT NULL AND hidden = FALSE

-- Only while no server runs it: what runs gets an entry in the history, also if it is interrupted.
-- name: hide-waiting
UPDATE client_prompt SET hidden = TRUE
WHERE job_id = :job AND ended_at IS NULL AND EXISTS (SELECT 1 FROM job WHERE job.id = :job AND job.status = 'queued')
