-- Which gateways are there, and what each has that all should have in common.
CREATE TABLE gateway_roster (
  id      VARCHAR(100) PRIMARY KEY,
  seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
  facts   TEXT NOT NULL
);
