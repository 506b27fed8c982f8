-- name: keys
SELECT * FROM api_key ORDER BY name

-- name: insert-key
INSERT INTO api_key (name, salt, hash, scopes, created_at) VALUES (:name, :salt, :hash, :scopes, :now)
