-- Whose delivery it is: callers take turns. A gateway of the version before leaves it empty.
ALTER TABLE delivery ADD COLUMN owner VARCHAR(100) DEFAULT '' NOT NULL;
UPDATE delivery SET owner = COALESCE((SELECT job.owner FROM job WHERE job.id = delivery.job_id), '') WHERE status IN ('due', 'waiting');
CREATE INDEX delivery_in_turn ON delivery (status, owner, due_at);
