-- name: changes
SELECT version FROM workflow_change

-- name: note-change
UPDATE workflow_change SET version = version + 1

-- name: uploaded
SELECT name, current_version FROM workflow WHERE current_version IS NOT NULL ORDER BY name

-- name: lock-changes
SELECT version FROM workflow_change FOR UPDATE

-- name: count-uploaded
SELECT COUNT(*) FROM workflow WHERE current_version IS NOT NULL

-- name: stored-bytes
SELECT COALESCE(SUM(OCTET_LENGTH(graph) + COALESCE(OCTET_LENGTH(editor), 0)
  + COALESCE(OCTET_LENGTH(sidecar), 0) + COALESCE(OCTET_LENGTH(preset), 0)), 0)
FROM workflow_version WHERE created_by IS NOT NULL

-- name: begin
INSERT INTO workflow (name, last_version)
SELECT :name, 0 WHERE NOT EXISTS (SELECT 1 FROM workflow WHERE name = :name)

-- name: lock
SELECT last_version, current_version, file_version FROM workflow WHERE name = :name FOR UPDATE

-- name: same-content
SELECT v.version, w.file_version FROM workflow_version v JOIN workflow w ON w.name = v.name
WHERE v.name = :name AND v.hash = :hash AND v.version >= :least ORDER BY v.version DESC LIMIT 1

-- name: hash
SELECT hash FROM workflow_version WHERE name = :name AND version = :version AND retired_at IS NULL

-- name: insert-version
INSERT INTO workflow_version (name, version, hash, title, graph, editor, sidecar, preset, note, created_at, created_by)
VALUES (:name, :version, :hash, :title, :graph, :editor, :sidecar, :preset, :note, :now, :by)

-- name: set-file
UPDATE workflow SET file_version = :version WHERE name = :name

-- name: set-last
UPDATE workflow SET last_version = :version WHERE name = :name AND last_version < :version

-- name: set-current
UPDATE workflow SET current_version = :version WHERE name = :name

-- A version that is retired is there for the jobs that name it.
-- name: source
SELECT title, graph, editor, sidecar, preset, created_by,
  OCTET_LENGTH(graph) + COALESCE(OCTET_LENGTH(sidecar), 0) + COALESCE(OCTET_LENGTH(preset), 0) AS bytes
FROM workflow_version v WHERE name = :name AND version = :version
  AND (retired_at IS NULL OR EXISTS (SELECT 1 FROM job WHERE job.workflow = v.name || '@' || v.version))

-- name: versions
SELECT version, note, created_at, created_by FROM workflow_version v WHERE name = :name
  AND (retired_at IS NULL OR EXISTS (SELECT 1 FROM job WHERE job.workflow = v.name || '@' || v.version))
ORDER BY version DESC

-- name: all-versions
SELECT version, created_at, retired_at FROM workflow_version WHERE name = :name ORDER BY version DESC

-- name: kept
SELECT name, version FROM workflow_version v WHERE name IN (:names)
  AND (retired_at IS NULL OR EXISTS (SELECT 1 FROM job WHERE job.workflow = v.name || '@' || v.version))

-- name: runs
SELECT workflow, COUNT(*) AS n FROM job WHERE workflow IN (:refs) GROUP BY workflow

-- name: aliases
SELECT name, alias, version FROM workflow_alias ORDER BY name, alias

-- name: aliases-of
SELECT alias, version, moved_at, moved_by FROM workflow_alias WHERE name = :name ORDER BY alias

-- name: moves
SELECT alias, from_version, to_version, moved_at, moved_by FROM workflow_alias_move WHERE name = :name ORDER BY seq DESC

-- name: set-alias
UPDATE workflow_alias SET version = :version, moved_at = :now, moved_by = :by WHERE name = :name AND alias = :alias

-- name: insert-alias
INSERT INTO workflow_alias (name, alias, version, moved_at, moved_by) VALUES (:name, :alias, :version, :now, :by)

-- name: remove-alias
DELETE FROM workflow_alias WHERE name = :name AND alias = :alias

-- name: insert-move
INSERT INTO workflow_alias_move (name, alias, from_version, to_version, moved_at, moved_by)
VALUES (:name, :alias, :from, :to, :now, :by)

-- name: forget-moves
DELETE FROM workflow_alias_move
WHERE name = :name
  AND seq NOT IN (SELECT seq FROM workflow_alias_move WHERE name = :name ORDER BY seq DESC LIMIT :keep)

-- Names with more versions than are kept or with retired ones, and those that are removed and have versions left.
-- name: overfull
SELECT v.name FROM workflow_version v JOIN workflow w ON w.name = v.name
GROUP BY v.name, w.current_version, w.file_version
HAVING COUNT(*) > :keep OR COUNT(v.retired_at) > 0 OR (w.current_version IS NULL AND w.file_version IS NULL)

-- name: retire
UPDATE workflow_version SET retired_at = :since WHERE name = :name AND version IN (:versions)

-- name: remove-versions
DELETE FROM workflow_version WHERE name = :name AND version IN (:versions)

-- name: in-use
SELECT version FROM workflow_alias WHERE name = :name
UNION SELECT current_version FROM workflow WHERE name = :name AND current_version IS NOT NULL
UNION SELECT file_version FROM workflow WHERE name = :name AND file_version IS NOT NULL
