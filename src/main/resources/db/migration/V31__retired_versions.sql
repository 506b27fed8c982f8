-- Since when no new job finds a version. It is removed an hour later, unless a job that had found it before names it by then.
ALTER TABLE workflow_version ADD COLUMN retired_at TIMESTAMP WITH TIME ZONE;
