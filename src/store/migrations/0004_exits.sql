-- `held`: why WhatsApp wants the device to stay away, until somebody asks for a connection or, where it is given, until
-- `held_until`. `active_at`: when somebody last used the device. Times are Unix seconds.
ALTER TABLE device ADD COLUMN held TEXT;
ALTER TABLE device ADD COLUMN held_until BIGINT;
ALTER TABLE device ADD COLUMN active_at BIGINT;
