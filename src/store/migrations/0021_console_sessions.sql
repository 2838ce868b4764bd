-- Who has logged in to the console. `hash`: SHA-256 of the cookie; `token_hash`: of the token that was shown for it, which must
-- still be somebody's. `expires_at` is in Unix seconds.
CREATE TABLE console_session (
    number     {ID},
    hash       {BLOB} NOT NULL UNIQUE,
    token_hash {BLOB} NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX console_session_by_token ON console_session (token_hash, number);
CREATE INDEX console_session_by_age ON console_session (expires_at);
