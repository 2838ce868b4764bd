-- Links that pair one device, for whoever has them. `hash`: of the secret in the link. `used_at`: since the device was paired.
-- Times are Unix seconds.
CREATE TABLE pairing_link (
    id         TEXT PRIMARY KEY,
    device_id  TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
    hash       {BLOB} NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT
);

CREATE INDEX pairing_link_of_device ON pairing_link (device_id);
