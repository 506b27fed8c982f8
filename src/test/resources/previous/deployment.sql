-- name: fact
SELECT fact FROM deployment WHERE name = :name

-- name: add
INSERT INTO deployment (name, fact) VALUES (:name, :fact)
