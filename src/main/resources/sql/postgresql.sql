-- A gateway that stops answering in the middle of a transaction must not keep its locks, and so the turn to dispatch.
-- The queue is empty at one moment and full at the next: a plan that was made for the one is wrong for the other, so none is
-- kept.

-- name: connection
SET idle_in_transaction_session_timeout = '30s';
SET plan_cache_mode = 'force_custom_plan'

-- Gateways that share tables hear each other; a database may have several such sets of tables, each in a schema of its own.
-- name: channel
SELECT left('comfyui-gateway ' || current_schema(), 63)

-- name: notify
SELECT pg_notify(left('comfyui-gateway ' || current_schema(), 63), :news)
