-- Numbers and addresses go where nobody reads them: places for what is sealed from now on. What is in clear moves next.

-- Every token there is, of users and of devices, active or not: nobody's may be another's.
CREATE TABLE token (
    hash      {BLOB} PRIMARY KEY NOT NULL,
    member_id TEXT UNIQUE REFERENCES member (id) ON DELETE CASCADE,
    device_id TEXT UNIQUE REFERENCES device (id) ON DELETE CASCADE
);

INSERT INTO token (hash, member_id) SELECT token_hash, id FROM member;
-- A user keeps a token that a device has too: whoever chose it for the device must not speak for the user.
INSERT INTO token (hash, device_id) SELECT token_hash, device_id FROM device_token
    WHERE token_hash NOT IN (SELECT token_hash FROM member);

-- `who` is a keyed hash of the JID that app state knows somebody by; `value` and `names` are sealed, with the JID in `value`.
CREATE TABLE new_contact (
    device BIGINT NOT NULL,
    who    {BLOB} NOT NULL,
    value  {BLOB} NOT NULL,
    names  {BLOB},
    at     BIGINT NOT NULL,
    PRIMARY KEY (device, who)
);

-- Sealed: whom WhatsApp knows a device as, and the URL for its user's next devices.
ALTER TABLE device ADD COLUMN account {BLOB};
ALTER TABLE member ADD COLUMN webhook {BLOB};
ALTER TABLE webhook ADD COLUMN target {BLOB};
