-- name: reasons
SELECT name, reason FROM backend_drain

-- name: forget
DELETE FROM backend_drain WHERE name = :name

-- name: add
INSERT INTO backend_drain (name, since, reason) VALUES (:name, :now, :reason)
