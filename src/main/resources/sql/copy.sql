-- name: one
SELECT * FROM output_copy WHERE job_id = :job AND idx = :idx AND destination = :destination

-- name: insert
INSERT INTO output_copy (job_id, idx, destination, object_key) VALUES (:job, :idx, :destination, :key)

-- name: done
UPDATE output_copy SET location = :location, copied_at = :now WHERE job_id = :job AND idx = :idx AND destination = :destination

-- With those that a gateway of an earlier version noted in columns of the output.
-- name: of-jobs
SELECT job_id, idx, destination, object_key, location, copied_at FROM output_copy WHERE job_id IN (:jobs)
UNION ALL
SELECT job_id, idx, 'default', s3_key, 's3://' || s3_bucket || '/' || s3_key, CURRENT_TIMESTAMP FROM output
WHERE job_id IN (:jobs) AND s3_key IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM output_copy known WHERE known.job_id = output.job_id AND known.idx = output.idx AND known.destination = 'default')
ORDER BY 1, 2, 3
