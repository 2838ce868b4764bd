-- The chats of a device as a phone lists them. `who`: a keyed hash of the name by which a chat is known best; `value`: sealed, its names.
-- `active_at`: when somebody wrote last, in Unix seconds; `last`: sealed, which message that was. `muted_until`: Unix milliseconds, -1 for ever.
-- `by_lid`: in the app state it goes by LID. The other times are of the app state, in Unix milliseconds: what was done later counts.
CREATE TABLE chat_list (
    device      BIGINT NOT NULL REFERENCES device (number) ON DELETE CASCADE,
    who         {BLOB} NOT NULL,
    value       {BLOB} NOT NULL,
    active_at   BIGINT,
    last        {BLOB},
    unread      BIGINT NOT NULL DEFAULT 0,
    by_lid      BIGINT NOT NULL DEFAULT 0,
    pinned      BIGINT NOT NULL DEFAULT 0,
    pinned_at   BIGINT NOT NULL DEFAULT 0,
    archived    BIGINT NOT NULL DEFAULT 0,
    archived_at BIGINT NOT NULL DEFAULT 0,
    muted_until BIGINT NOT NULL DEFAULT 0,
    muted_at    BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (device, who)
);
