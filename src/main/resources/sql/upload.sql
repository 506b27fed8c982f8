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

-- Uploads of one caller are stored one after the other, so that each counts the bytes and the names of those before it.
-- name: turn
SELECT owner FROM upload_turn WHERE owner = :owner FOR UPDATE

-- name: has-turn
SELECT owner FROM upload_turn WHERE owner = :owner

-- name: first-turn
INSERT INTO upload_turn (owner) VALUES (:owner)

-- name: count
SELECT COUNT(*) FROM upload WHERE owner = :owner

-- A name and its numbered forms.
-- name: like
SELECT * FROM upload WHERE owner = :owner AND type = :type AND subfolder = :subfolder
  AND (filename = :filename OR filename LIKE :numbered ESCAPE '!')

-- name: insert
INSERT INTO upload (id, owner, type, subfolder, filename, content_type, bytes, sha256, created_at, used_at)
VALUES (:id, :owner, :type, :subfolder, :filename, :contentType, :bytes, :sha256, :now, :now)

-- name: remove
DELETE FROM upload WHERE id = :id

-- name: remove-unused
DELETE FROM upload WHERE id = :id AND used_at <= :before

-- name: used
UPDATE upload SET used_at = :now WHERE id = :id

-- name: unused
SELECT id FROM upload WHERE used_at <= :before ORDER BY used_at LIMIT 500

-- name: known
SELECT id FROM upload WHERE id IN (:ids)
