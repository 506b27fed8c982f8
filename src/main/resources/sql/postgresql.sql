-- A gateway that hangs inside a transaction must not keep its locks, and with them the turn to dispatch.
-- The queue is empty at one moment and full at the next. A plan made for one is wrong for the other, so none is kept.

-- name: connection
SET idle_in_transaction_session_timeout = '30s';
SET plan_cache_mode = 'force_custom_plan'

-- Rolled back: it fails at once, with the reason, where Flyway would try again for ten seconds.
-- name: probe
CREATE TABLE gateway_probe (id INTEGER)

-- Gateways that share tables notify each other; a database may have several sets of tables, each in its own schema.
-- name: channel
SELECT left('comfyui-gateway ' || current_schema(), 63)

-- name: notify
SELECT pg_notify(left('comfyui-gateway ' || current_schema(), 63), :news)

-- By the clock of the database, because the clocks of gateways may differ.
-- name: announce
INSERT INTO gateway_roster (id, seen_at, facts) VALUES (:id, clock_timestamp(), :facts)
ON CONFLICT (id) DO UPDATE SET seen_at = EXCLUDED.seen_at, facts = EXCLUDED.facts

-- name: others
SELECT id, facts FROM gateway_roster
WHERE id <> :id AND seen_at > clock_timestamp() - make_interval(secs => :seconds) ORDER BY id

-- name: forget-others
DELETE FROM gateway_roster WHERE seen_at < clock_timestamp() - INTERVAL '1 day'

-- name: clock
SELECT clock_timestamp()
