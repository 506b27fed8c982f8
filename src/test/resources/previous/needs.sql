-- name: used-since
SELECT COUNT(*) FROM needs WHERE hash = :hash AND used_at > :since

-- name: use
UPDATE needs SET used_at = :now WHERE hash = :hash

-- name: insert
INSERT INTO needs (hash, body, used_at) VALUES (:hash, :body, :now)

-- name: body
SELECT body FROM needs WHERE hash = :hash

-- name: hashes
SELECT hash FROM needs

-- name: last-given
SELECT backend, needs FROM last_given

-- name: give
UPDATE last_given SET needs = :needs WHERE backend = :backend

-- name: give-first
INSERT INTO last_given (backend, needs) VALUES (:backend, :needs)

-- name: waiting-for
SELECT * FROM job WHERE stage = 'queued' AND needs IN (:hashes) LIMIT 100
