-- One row: who holds it is the only gateway that removes what has expired.
CREATE TABLE retention_turn (
  id INT PRIMARY KEY
);
INSERT INTO retention_turn (id) VALUES (1);

CREATE INDEX job_by_finish ON job (stage, finished_at);

-- When the file was removed while its job was still kept, since the output folder had grown too large.
ALTER TABLE output ADD COLUMN expired_at TIMESTAMP WITH TIME ZONE;
