-- How far a caller has used up its rate, where several gateways count together (PostgreSQL): the time at which it will have the
-- whole of a minute's again. One row for each limited key and kind of rate.
CREATE TABLE rate_use (
  name       VARCHAR(200) PRIMARY KEY,
  full_again TIMESTAMP WITH TIME ZONE NOT NULL
);
