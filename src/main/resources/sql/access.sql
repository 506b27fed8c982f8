-- name: keys
SELECT * FROM api_key ORDER BY name

-- name: has-keys
SELECT EXISTS (SELECT 1 FROM api_key)

-- name: insert-key
INSERT INTO api_key (name, salt, hash, scopes, workflows, networks, expires_at, requests_per_minute, jobs_per_minute,
  jobs_per_day, jobs_per_month, previews, editor_metadata, callback_secret, created_at)
VALUES (:name, :salt, :hash, :scopes, :workflows, :networks, :expires, :requestsPerMinute, :jobsPerMinute,
  :jobsPerDay, :jobsPerMonth, :previews, :editorMetadata, :callbackSecret, :now)

-- name: revoke
UPDATE api_key SET revoked_at = :now, old_salt = NULL, old_hash = NULL, old_until = NULL
WHERE name = :name AND revoked_at IS NULL

-- name: rotate
UPDATE api_key SET old_salt = salt, old_hash = hash, old_until = :until, salt = :salt, hash = :hash
WHERE name = :name AND revoked_at IS NULL

-- name: rotate-callback-secret
UPDATE api_key SET old_callback_secret = :former, old_callback_until = :until, callback_secret = :secret
WHERE name = :name AND revoked_at IS NULL

-- name: note-change
UPDATE api_key_change SET version = version + 1

-- name: version
SELECT version FROM api_key_change

-- name: usage
SELECT jobs FROM job_usage WHERE owner = :owner AND period = :period

-- name: usages
SELECT owner, jobs FROM job_usage WHERE period = :period

-- name: begin-usage
INSERT INTO job_usage (owner, period, jobs)
SELECT :owner, :period, 0 WHERE NOT EXISTS (SELECT 1 FROM job_usage WHERE owner = :owner AND period = :period)

-- name: count-jobs
UPDATE job_usage SET jobs = jobs + :jobs WHERE owner = :owner AND period = :period AND jobs <= :limit - :jobs

-- name: forget-usage
DELETE FROM job_usage WHERE period < :before

-- name: insert-ticket
INSERT INTO stream_ticket (hash, caller, scopes, expires_at, session_id, key_mark, credential_ends_at)
VALUES (:hash, :caller, :scopes, :expires, :session, :mark, :ends)

-- name: forget-tickets
DELETE FROM stream_ticket WHERE expires_at < :now

-- name: ticket
SELECT caller, scopes, session_id, key_mark, credential_ends_at FROM stream_ticket WHERE hash = :hash AND expires_at >= :now

-- name: use-ticket
DELETE FROM stream_ticket WHERE hash = :hash

-- name: note-use
UPDATE api_key SET last_used_at = :at WHERE name = :name AND (last_used_at IS NULL OR last_used_at < :at)

-- name: last-uses
SELECT name, last_used_at FROM api_key WHERE last_used_at IS NOT NULL

-- name: insert-session
INSERT INTO console_session (hash, id, key_name, key_mark, created_at, seen_at, ends_at)
VALUES (:hash, :id, :key, :mark, :now, :now, :ends)

-- name: session
SELECT * FROM console_session WHERE hash = :hash AND ends_at > :now AND seen_at > :idle

-- name: session-by-id
SELECT * FROM console_session WHERE id = :id AND ends_at > :now AND seen_at > :idle

-- name: sessions
SELECT * FROM console_session WHERE ends_at > :now AND seen_at > :idle ORDER BY seen_at DESC, id

-- name: note-session
UPDATE console_session SET seen_at = :now WHERE hash = :hash AND seen_at < :before

-- name: end-session
DELETE FROM console_session WHERE id = :id

-- name: end-session-of
DELETE FROM console_session WHERE hash = :hash

-- name: end-surplus-sessions
DELETE FROM console_session WHERE key_name = :key AND id NOT IN
  (SELECT id FROM console_session WHERE key_name = :key ORDER BY seen_at DESC FETCH FIRST :kept ROWS ONLY)

-- name: forget-sessions
DELETE FROM console_session WHERE ends_at <= :now OR seen_at <= :idle
