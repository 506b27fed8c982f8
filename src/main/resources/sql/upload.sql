-- name: find
SELECT * FROM upload WHERE owner = :owner AND type = :type AND subfolder = :subfolder AND filename = :filename

-- name: find-by-id
SELECT * FROM upload WHERE owner = :owner AND id = :id

-- name: page
SELECT * FROM upload
WHERE owner = :owner AND (created_at < :created OR (created_at = :created AND id > :id))
ORDER BY created_at DESC, id
LIMIT :limit

-- name: list
SELECT * FROM upload WHERE owner = :owner AND type = 'input' AND subfolder = '' ORDER BY filename LIMIT :limit

-- name: bytes
SELECT COALESCE(SUM(bytes), 0) FROM upload WHERE owner = :owner

-- name: insert
INSERT INTO upload (id, owner, type, subfolder, filename, content_type, bytes, sha256, created_at, used_at)
VALUES (:id, :owner, :type, :subfolder, :filename, :contentType, :bytes, :sha256, :now, :now)

-- name: remove
DELETE FROM upload WHERE id = :id

-- name: used
UPDATE upload SET used_at = :now WHERE id = :id

-- name: unused
SELECT id FROM upload WHERE used_at <= :before ORDER BY used_at LIMIT 500

-- name: known
SELECT id FROM upload WHERE id IN (:ids)
