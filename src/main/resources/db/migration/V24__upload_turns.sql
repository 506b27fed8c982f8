-- One row of each caller that uploads: who holds it is the only one that stores a file for the caller, so that no two uploads count the
-- same free bytes or take the same name.
CREATE TABLE upload_turn (
  owner VARCHAR(100) PRIMARY KEY
);
