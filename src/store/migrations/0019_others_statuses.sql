-- Of a message that is a status of somebody else: 0, or 1 when its author was told that it was seen. NULL: it is no status.
ALTER TABLE message ADD COLUMN status_read BIGINT;

CREATE INDEX message_statuses ON message (device, number) WHERE status_read IS NOT NULL;
