-- Tokens that a user has made to give away. `scopes` are names separated by spaces; `expires_at`: NULL for never. Unix seconds.
CREATE TABLE given_token (
    id         TEXT PRIMARY KEY,
    member_id  TEXT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    device_id  TEXT REFERENCES device (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    scopes     TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);

CREATE INDEX given_token_of_member ON given_token (member_id);
CREATE INDEX given_token_of_device ON given_token (device_id);

-- In the one table of all tokens.
ALTER TABLE token ADD COLUMN given_id TEXT REFERENCES given_token (id) ON DELETE CASCADE;
CREATE UNIQUE INDEX token_given ON token (given_id);
