-- One row for an output at a destination. The key is chosen at the first try, so that a later one writes to the same place.
CREATE TABLE output_copy (
  job_id      UUID NOT NULL,
  idx         INT NOT NULL,
  destination VARCHAR(100) NOT NULL,
  object_key  VARCHAR(1024) NOT NULL,
  location    VARCHAR(2048),
  copied_at   TIMESTAMP WITH TIME ZONE,
  PRIMARY KEY (job_id, idx, destination),
  FOREIGN KEY (job_id, idx) REFERENCES output (job_id, idx) ON DELETE CASCADE
);

-- The destination of a copy or of an event; empty for callbacks and for what a gateway of the version before has added.
ALTER TABLE delivery ADD COLUMN destination VARCHAR(100);
