-- Many jobs of one request. How its jobs ended is counted here, in the transaction that ends each, so that one of them is the
-- last, and the counts outlive the jobs.
CREATE TABLE batch (
  id          UUID PRIMARY KEY,
  owner       VARCHAR(100) NOT NULL,
  jobs        INT NOT NULL,
  succeeded   INT NOT NULL DEFAULT 0,
  failed      INT NOT NULL DEFAULT 0,
  cancelled   INT NOT NULL DEFAULT 0,
  document    BYTEA NOT NULL,
  created_at  TIMESTAMP WITH TIME ZONE NOT NULL,
  finished_at TIMESTAMP WITH TIME ZONE
);
CREATE INDEX batch_by_finish ON batch (finished_at);

-- Which row of the request made which job.
CREATE TABLE batch_job (
  batch_id UUID NOT NULL REFERENCES batch (id) ON DELETE CASCADE,
  place    INT NOT NULL,
  job_id   UUID NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  PRIMARY KEY (batch_id, place)
);
CREATE INDEX batch_job_by_job ON batch_job (job_id);

-- A delivery belongs to a job, or to a batch.
ALTER TABLE delivery ALTER COLUMN job_id DROP NOT NULL;
ALTER TABLE delivery ADD COLUMN batch_id UUID REFERENCES batch (id) ON DELETE CASCADE;
CREATE INDEX delivery_by_batch ON delivery (batch_id);
