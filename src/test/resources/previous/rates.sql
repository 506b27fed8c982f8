-- PostgreSQL alone: its clock counts, as those of the gateways differ.

-- name: take
INSERT INTO rate_use (name, full_again)
VALUES (:name, clock_timestamp() + make_interval(secs => :each))
ON CONFLICT (name) DO UPDATE
SET full_again = GREATEST(rate_use.full_again, clock_timestamp()) + make_interval(secs => :each)
WHERE GREATEST(rate_use.full_again, clock_timestamp()) + make_interval(secs => :each)
  <= clock_timestamp() + INTERVAL '1 minute'

-- name: wait-ms
SELECT CEIL(1000 * EXTRACT(EPOCH FROM
  full_again + make_interval(secs => :each) - INTERVAL '1 minute' - clock_timestamp())) FROM rate_use WHERE name = :name
