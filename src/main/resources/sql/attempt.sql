-- name: insert
INSERT INTO delivery_attempt (delivery_id, attempt, at, took_ms, result, status, error, answer, next_at)
VALUES (:delivery, :attempt, :now, :took, :result, :status, :error, :answer, :next)

-- name: of
SELECT * FROM delivery_attempt WHERE delivery_id = :delivery ORDER BY delivery_id DESC, seq DESC LIMIT :limit

-- name: list
SELECT * FROM delivery
WHERE created_at >= :after AND created_at < :until
  AND (created_at < :at OR (created_at = :at AND id < :id))
  AND (CAST(:status AS VARCHAR) IS NULL OR status = :status)
  AND (CAST(:kind AS VARCHAR) IS NULL OR kind = :kind)
  AND (CAST(:target AS VARCHAR) IS NULL OR target = :target OR destination = :target)
  AND (CAST(:anyTry AS BOOLEAN) OR id IN (SELECT delivery_id FROM delivery_attempt
    WHERE at >= :triedFrom AND at < :triedBefore AND (CAST(:result AS VARCHAR) IS NULL OR result = :result)))
ORDER BY created_at DESC, id DESC LIMIT :limit

-- name: list-own
SELECT * FROM delivery
WHERE owner = :owner AND created_at >= :after AND created_at < :until
  AND (created_at < :at OR (created_at = :at AND id < :id))
  AND (CAST(:status AS VARCHAR) IS NULL OR status = :status)
  AND (CAST(:kind AS VARCHAR) IS NULL OR kind = :kind)
  AND (CAST(:target AS VARCHAR) IS NULL OR target = :target OR destination = :target)
  AND (CAST(:anyTry AS BOOLEAN) OR id IN (SELECT delivery_id FROM delivery_attempt
    WHERE at >= :triedFrom AND at < :triedBefore AND (CAST(:result AS VARCHAR) IS NULL OR result = :result)))
ORDER BY owner DESC, created_at DESC, id DESC LIMIT :limit

-- name: count
SELECT target, status, COUNT(*) AS n FROM (
  SELECT COALESCE(destination, target) AS target, status FROM delivery
  WHERE created_at >= :after AND created_at < :until
    AND (CAST(:status AS VARCHAR) IS NULL OR status = :status)
    AND (CAST(:kind AS VARCHAR) IS NULL OR kind = :kind)
    AND (CAST(:target AS VARCHAR) IS NULL OR target = :target OR destination = :target)
    AND (CAST(:anyTry AS BOOLEAN) OR id IN (SELECT delivery_id FROM delivery_attempt
      WHERE at >= :triedFrom AND at < :triedBefore AND (CAST(:result AS VARCHAR) IS NULL OR result = :result)))
  ORDER BY created_at DESC, id DESC LIMIT :limit) newest
GROUP BY target, status

-- name: count-own
SELECT target, status, COUNT(*) AS n FROM (
  SELECT COALESCE(destination, target) AS target, status FROM delivery
  WHERE owner = :owner AND created_at >= :after AND created_at < :until
    AND (CAST(:status AS VARCHAR) IS NULL OR status = :status)
    AND (CAST(:kind AS VARCHAR) IS NULL OR kind = :kind)
    AND (CAST(:target AS VARCHAR) IS NULL OR target = :target OR destination = :target)
    AND (CAST(:anyTry AS BOOLEAN) OR id IN (SELECT delivery_id FROM delivery_attempt
      WHERE at >= :triedFrom AND at < :triedBefore AND (CAST(:result AS VARCHAR) IS NULL OR result = :result)))
  ORDER BY owner DESC, created_at DESC, id DESC LIMIT :limit) newest
GROUP BY target, status
