-- Messages that were promised with a 202 and of whose outcome nobody has been told. `value`: sealed, the chat.
CREATE TABLE job (
    device     BIGINT NOT NULL REFERENCES device (number) ON DELETE CASCADE,
    message_id TEXT NOT NULL,
    value      {BLOB} NOT NULL,
    -- 1: its first byte may have left.
    leaving    BIGINT NOT NULL,
    PRIMARY KEY (device, message_id)
);

-- 1: what the answer promised has failed since, so that an answer that comes later is not to be kept.
ALTER TABLE idempotency ADD COLUMN failed BIGINT NOT NULL DEFAULT 0;

-- A job's end opens its key.
CREATE INDEX idempotency_by_message ON idempotency (message_id);
