-- Prompts that were left on a server which did not answer; they are stopped there when it does again.
CREATE TABLE abandoned_prompt (
  backend VARCHAR(255) NOT NULL,
  job_id  UUID NOT NULL REFERENCES job (id) ON DELETE CASCADE,
  PRIMARY KEY (backend, job_id)
);
CREATE INDEX abandoned_prompt_of_job ON abandoned_prompt (job_id);
