-- Where the events of a device go. `sealed` holds what nobody else may read: signing secrets and extra headers.
-- `events` are names separated by spaces, `timeout` is in seconds.
CREATE TABLE webhook (
    device         BIGINT PRIMARY KEY REFERENCES device (number) ON DELETE CASCADE,
    id             TEXT NOT NULL UNIQUE,
    url            TEXT NOT NULL,
    events         TEXT NOT NULL,
    enabled        BIGINT NOT NULL,
    retry_attempts BIGINT NOT NULL,
    timeout        BIGINT NOT NULL,
    sealed         {BLOB},
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);

-- Events on their way to a webhook: sealed envelopes, delivered per device in the order of `number`, and then gone.
-- `at`: since when it waits, in Unix milliseconds. `dead`: tried often enough; kept to be looked at and replayed.
CREATE TABLE outbox (
    number   {ID},
    id       TEXT NOT NULL UNIQUE,
    device   BIGINT NOT NULL REFERENCES device (number) ON DELETE CASCADE,
    event    TEXT NOT NULL,
    value    {BLOB} NOT NULL,
    size     BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    dead     BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    failure  TEXT
);

CREATE INDEX outbox_order ON outbox (device, dead, number, size);
CREATE INDEX outbox_age ON outbox (dead, at);
