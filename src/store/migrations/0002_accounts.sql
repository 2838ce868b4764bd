-- Who may use the gateway, and the devices they own. Times are Unix seconds, flags are 0 or 1.
CREATE TABLE tenant (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- `token_hash` is the SHA-256 of a random token, `password_hash` an argon2 string.
CREATE TABLE member (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    email         TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    token_hash    {BLOB} NOT NULL UNIQUE,
    active        BIGINT NOT NULL,
    webhook_url   TEXT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

-- `number` is what records refer to. `wanted`: the device is to be connected whenever WhatsApp lets it.
CREATE TABLE device (
    number     {ID},
    id         TEXT NOT NULL UNIQUE,
    tenant_id  TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    user_id    TEXT NOT NULL REFERENCES member (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    jid        TEXT,
    lid        TEXT,
    wanted     BIGINT NOT NULL,
    last_seen  BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX device_of_user ON device (tenant_id, user_id);

-- What the phone shares of its address book: sealed values under the JIDs that app state knows them by.
-- `at` is the time of the change in Unix milliseconds: an older change never replaces a newer one.
CREATE TABLE contact (
    device BIGINT NOT NULL,
    jid    TEXT NOT NULL,
    value  {BLOB} NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (device, jid)
);

-- What a device has been told to do, or has done, and must still know in its next life: sealed values under our own names.
CREATE TABLE setting (
    device BIGINT NOT NULL,
    name   TEXT NOT NULL,
    value  {BLOB} NOT NULL,
    PRIMARY KEY (device, name)
);
