-- What ./gateway backup and ./gateway migrate ask of the database.

-- H2 alone: a copy of its file as it is at one moment, in a zip, while it is used.
-- name: snapshot
BACKUP TO :file
