-- What jobs need of a ComfyUI (node classes, model files, labels), once for all jobs that need the same.
CREATE TABLE needs (
  hash VARCHAR(64) PRIMARY KEY,
  body TEXT NOT NULL
);
ALTER TABLE job ADD COLUMN needs VARCHAR(64);

-- What each backend was given last, so that jobs with the same models follow each other there.
CREATE TABLE last_given (
  backend VARCHAR(200) PRIMARY KEY,
  needs   VARCHAR(64)
);
