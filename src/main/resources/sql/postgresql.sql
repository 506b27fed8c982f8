-- A gateway that stops answering in the middle of a transaction must not keep its locks, and so the turn to dispatch.

-- name: connection
SET idle_in_transaction_session_timeout = '30s'
