-- A gateway that stops answering in the middle of a transaction must not keep its locks, and so the turn to dispatch.
-- The queue is empty at one moment and full at the next: a plan that was made for the one is wrong for the other, so none is
-- kept.

-- name: connection
SET idle_in_transaction_session_timeout = '30s';
SET plan_cache_mode = 'force_custom_plan'
