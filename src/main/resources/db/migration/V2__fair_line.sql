-- Callers of one priority take turns: who was served last in each line. The claim finds the next caller, and the first
-- job of that caller, in one index, however many jobs wait.
CREATE TABLE rotation (
  line  INT PRIMARY KEY,
  owner    VARCHAR(100) NOT NULL
);

-- The jobs of one priority stand in one line; its number is the priority negated, since H2 finds its way in an index only
-- upwards.
ALTER TABLE job ADD COLUMN line INT NOT NULL DEFAULT 0;
UPDATE job SET line = -priority;

DROP INDEX job_by_stage;
CREATE INDEX job_in_line ON job (stage, line, owner, seq);
CREATE INDEX job_waiting_of ON job (stage, owner);

-- One row: who holds it is the only one that accepts a job while the queue is nearly full, so that no two gateways count
-- the same last place.
CREATE TABLE admission_turn (
  id INT PRIMARY KEY
);
INSERT INTO admission_turn (id) VALUES (1);
