-- What was asked for under an Idempotency-Key, and what was answered: a second request with the same key is the same one.
CREATE TABLE idempotency (
    user_id TEXT NOT NULL,
    key_hash {BLOB} NOT NULL,
    request_hash {BLOB} NOT NULL,
    -- Under which the message was sent, or is sent once more.
    message_id TEXT NOT NULL,
    -- Sealed; none until it was given.
    answer {BLOB},
    -- Unix seconds.
    at BIGINT NOT NULL,
    PRIMARY KEY (user_id, key_hash)
);

-- Old ones are looked for all the time.
CREATE INDEX idempotency_by_age ON idempotency (at);
