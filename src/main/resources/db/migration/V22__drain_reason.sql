-- Why an admin has taken a server out of service, for people.
ALTER TABLE backend_drain ADD COLUMN reason VARCHAR(200);
