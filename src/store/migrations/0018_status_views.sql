-- Who has got or seen what was posted to the status broadcast, in the order in which it was first heard. `who`: a keyed hash
-- of the name; `value`: sealed, the names. Times are Unix seconds.
CREATE TABLE status_view (
    number       {ID},
    status       BIGINT NOT NULL REFERENCES status (number) ON DELETE CASCADE,
    who          {BLOB} NOT NULL,
    delivered_at BIGINT,
    viewed_at    BIGINT,
    value        {BLOB} NOT NULL,
    UNIQUE (status, who)
);

CREATE INDEX status_view_order ON status_view (status, number);
