-- name: insert
INSERT INTO output (job_id, idx, node, kind, filename, content_type, bytes, sha256, width, height, location)
VALUES (:job, :idx, :node, :kind, :filename, :contentType, :bytes, :sha256, :width, :height, :location)

-- name: of-job
SELECT * FROM output WHERE job_id = :job ORDER BY idx

-- name: of-jobs
SELECT * FROM output WHERE job_id IN (:jobs) ORDER BY job_id, idx

-- name: one
SELECT * FROM output WHERE job_id = :job AND idx = :idx
