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

-- name: running
SELECT client_prompt.* FROM client_prompt JOIN job ON job.id = client_prompt.job_id
WHERE client_prompt.owner = :owner AND client_prompt.ended_at IS NULL AND client_prompt.hidden = FALSE
  AND job.status = 'running'
ORDER BY client_prompt.number, client_prompt.job_id

-- Those behind a number and a job; "number" alone is not unique.
-- name: queue
SELECT * FROM client_prompt
WHERE owner = :owner AND ended_at IS NULL AND hidden = FALSE
  AND (number > :number OR (number = :number AND job_id > :job))
ORDER BY number, job_id LIMIT :limit

-- name: first-of-queue
SELECT * FROM client_prompt
WHERE owner = :owner AND ended_at IS NULL AND hidden = FALSE
ORDER BY number, job_id LIMIT :limit

-- name: waiting-jobs
SELECT client_prompt.job_id FROM client_prompt JOIN job ON job.id = client_prompt.job_id
WHERE client_prompt.owner = :owner AND client_prompt.ended_at IS NULL AND client_prompt.hidden = FALSE
  AND job.status = 'queued'
LIMIT :limit

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

-- In one statement: a prompt that ends meanwhile counts once.
-- name: count-untold
SELECT (SELECT COUNT(*) FROM client_prompt WHERE owner = :owner AND ended_at IS NULL AND hidden = FALSE)
  + (SELECT COUNT(*) FROM client_prompt
     WHERE job_id IN (:untold) AND owner = :owner AND ended_at IS NOT NULL AND hidden = FALSE)

-- name: ended-of
SELECT * FROM client_prompt
WHERE job_id IN (:jobs) AND owner = :owner AND ended_at IS NOT NULL AND hidden = FALSE
ORDER BY number, job_id

-- name: ended-behind
SELECT * FROM client_prompt
WHERE owner = :owner AND ended_at >= :since AND client_id = :client AND number > :number AND hidden = FALSE
ORDER BY number, created_at LIMIT :limit

-- name: history
SELECT * FROM client_prompt
WHERE owner = :owner AND ended_at >= TIMESTAMP WITH TIME ZONE '1970-01-01 00:00:00+00' AND hidden = FALSE
ORDER BY owner DESC, ended_at DESC LIMIT :limit OFFSET :offset

-- One that was deleted from the queue and ran nevertheless has an entry like any other.
-- name: ended
UPDATE client_prompt SET ended_at = :now, outputs = :outputs, hidden = hidden AND :cancelled WHERE job_id = :job

-- name: change-detail
UPDATE client_prompt SET detail = :detail WHERE job_id = :job

-- name: hide-refused
UPDATE client_prompt SET hidden = TRUE WHERE job_id = :job

-- name: hide-ended
UPDATE client_prompt SET hidden = TRUE WHERE owner = :owner AND prompt_id = :prompt AND ended_at IS NOT NULL

-- name: hide-all-ended
UPDATE client_prompt SET hidden = TRUE WHERE owner = :owner AND ended_at IS NOT NULL AND hidden = FALSE

-- Only while no server runs it: what runs gets an entry in the history, also if it is interrupted.
-- name: cancel-waiting
UPDATE job SET cancel_requested = TRUE WHERE id IN (:jobs) AND status = 'queued'

-- name: cancelled-waiting
SELECT job.id FROM job JOIN client_prompt ON client_prompt.job_id = job.id
WHERE job.id IN (:jobs) AND job.status = 'queued' AND job.cancel_requested = TRUE AND client_prompt.ended_at IS NULL

-- name: hide-waiting
UPDATE client_prompt SET hidden = TRUE WHERE job_id IN (:jobs) AND ended_at IS NULL

-- Among the jobs of the same caller; see V26__place_in_line.sql.
-- name: place
UPDATE job SET place = :place WHERE id = :job
