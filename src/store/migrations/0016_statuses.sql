-- What was posted to the status broadcast: how far it has come, and for a day to whom it went, so that it can be deleted.
-- `state`: see the store's module. `promised`: it goes on whatever becomes of its caller. Of the `recipients`, in their
-- order: `begun` may have it, WhatsApp has answered for `done`, and has refused `refused` of these. `told`: so many of those
-- who may have it have been told that it is deleted, under `revoke_id`. Times are Unix seconds.
CREATE TABLE status (
    number    {ID},
    device    BIGINT NOT NULL REFERENCES device (number) ON DELETE CASCADE,
    id        TEXT NOT NULL,
    state     BIGINT NOT NULL,
    promised  BIGINT NOT NULL,
    recipients BIGINT NOT NULL,
    begun     BIGINT NOT NULL,
    done      BIGINT NOT NULL,
    refused   BIGINT NOT NULL,
    told      BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    ended_at  BIGINT,
    -- WhatsApp wants to be left alone until then.
    waiting_until BIGINT,
    revoke_id TEXT,
    failure   TEXT,
    -- Sealed: the rule that it comes from, and the people. NULL: nobody has to be told of it any more.
    audience  {BLOB},
    -- Sealed. NULL: nobody is to get it any more.
    message   {BLOB},
    UNIQUE (device, id)
);

CREATE INDEX status_age ON status (at);
