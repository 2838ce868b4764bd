-- Tokens that fit one device. Unique among all of them: whoever could find out by choosing one that it is taken could
-- as well have tried it.
CREATE TABLE device_token (
    device_id  TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    token_hash {BLOB} NOT NULL UNIQUE
);
