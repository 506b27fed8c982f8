-- The prompts of clients of ComfyUI's own API. Each is a job; the client knows it by its own prompt_id, which only its caller may see.
-- detail and outputs are sealed. ended_at is set in the transaction that ends the job: from then on the prompt is in the history and
-- no longer in the queue.
CREATE TABLE client_prompt (
  job_id     UUID PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
  owner      VARCHAR(100) NOT NULL,
  prompt_id  UUID NOT NULL,
  client_id  VARCHAR(200),
  number     DOUBLE PRECISION NOT NULL,
  detail     TEXT NOT NULL,
  outputs    TEXT,
  hidden     BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  ended_at   TIMESTAMP WITH TIME ZONE
);
CREATE INDEX client_prompt_by_id ON client_prompt (owner, prompt_id);
CREATE INDEX client_prompt_by_end ON client_prompt (owner, ended_at);

-- The next number of each caller, as ComfyUI counts its prompts.
CREATE TABLE client_number (
  owner       VARCHAR(100) PRIMARY KEY,
  next_number BIGINT NOT NULL
);
