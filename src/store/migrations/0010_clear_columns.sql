-- What was in clear has moved. E-mail addresses are unique in their tenant: what others have is nobody's business.
CREATE TABLE new_member (
    id            TEXT PRIMARY KEY,
    tenant_id     TEXT NOT NULL REFERENCES tenant (id) ON DELETE CASCADE,
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role          TEXT NOT NULL,
    active        BIGINT NOT NULL,
    webhook       {BLOB},
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    UNIQUE (tenant_id, email)
);

INSERT INTO new_member (id, tenant_id, email, password_hash, role, active, webhook, created_at, updated_at)
    SELECT id, tenant_id, email, password_hash, role, active, webhook, created_at, updated_at FROM member;
DROP TABLE member;
ALTER TABLE new_member RENAME TO member;
CREATE INDEX member_of_tenant ON member (tenant_id, role);

DROP TABLE device_token;
DROP TABLE contact;
ALTER TABLE new_contact RENAME TO contact;
ALTER TABLE device DROP COLUMN jid;
ALTER TABLE device DROP COLUMN lid;
ALTER TABLE webhook DROP COLUMN url;
