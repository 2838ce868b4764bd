-- What the protocol library keeps: sealed values under clear keys.
-- `at` is a clear time in Unix seconds for the sweep of old records; most records have none.
CREATE TABLE record (
    device BIGINT NOT NULL,
    kind   BIGINT NOT NULL,
    key    {BLOB} NOT NULL,
    value  {BLOB} NOT NULL,
    at     BIGINT,
    PRIMARY KEY (device, kind, key)
);

CREATE INDEX record_at ON record (kind, at) WHERE at IS NOT NULL;
