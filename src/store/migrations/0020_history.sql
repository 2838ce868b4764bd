-- What has happened to a device, its newest entries. `at` and `until` are Unix milliseconds; `code`: WhatsApp's, of a refusal.
-- `words`: only where the reason's name does not say it all.
CREATE TABLE history (
    device BIGINT NOT NULL REFERENCES device (number) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    event  TEXT NOT NULL,
    reason TEXT,
    code   BIGINT,
    words  TEXT,
    until  BIGINT,
    PRIMARY KEY (device, number)
);
