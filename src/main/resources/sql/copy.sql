-- name: one
SELECT * FROM output_copy WHERE job_id = :job AND idx = :idx AND destination = :destination

-- name: insert
INSERT INTO output_copy (job_id, idx, destination, object_key) VALUES (:job, :idx, :destination, :key)

-- name: done
UPDATE output_copy SET location = :location, copied_at = :now WHERE job_id = :job AND idx = :idx AND destination = :destination

-- name: of-jobs
SELECT * FROM output_copy WHERE job_id IN (:jobs) ORDER BY job_id, idx, destination
