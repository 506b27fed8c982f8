-- name: names
SELECT name FROM backend_drain

-- name: forget
DELETE FROM backend_drain WHERE name = :name

-- name: add
INSERT INTO backend_drain (name, since) VALUES (:name, :now)
