-- What all gateways on this database have in common; the first one writes it, the others agree or do not start.
CREATE TABLE deployment (
  name VARCHAR(50) PRIMARY KEY,
  fact VARCHAR(2000) NOT NULL
);
