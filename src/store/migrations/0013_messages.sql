-- What is kept of messages, sent and received: to answer later what became of them, and what they held.
-- `mine`: this account's own. `state`: how far an own one has come. `at`: Unix seconds. `value`: sealed, all else.
CREATE TABLE message (
    number {ID},
    device BIGINT NOT NULL REFERENCES device (number) ON DELETE CASCADE,
    id     TEXT NOT NULL,
    mine   BIGINT NOT NULL,
    state  BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    value  {BLOB} NOT NULL,
    -- WhatsApp's code of a refusal.
    failure TEXT,
    UNIQUE (device, id, mine)
);

CREATE INDEX message_age ON message (at);

-- Whom an own message has reached, in Unix seconds. `who`: a keyed hash of the name; `value`: sealed, the names.
CREATE TABLE message_receipt (
    message      BIGINT NOT NULL REFERENCES message (number) ON DELETE CASCADE,
    who          {BLOB} NOT NULL,
    delivered_at BIGINT,
    read_at      BIGINT,
    played_at    BIGINT,
    value        {BLOB} NOT NULL,
    PRIMARY KEY (message, who)
);

-- What is known of chats. `who`: a keyed hash of the name; `value`: sealed, name and settings; `at`: when they were made.
CREATE TABLE chat (
    device BIGINT NOT NULL REFERENCES device (number) ON DELETE CASCADE,
    who    {BLOB} NOT NULL,
    value  {BLOB} NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (device, who)
);
