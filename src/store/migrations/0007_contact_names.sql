-- What contacts call themselves, sealed; absent until one of them has written.
ALTER TABLE contact ADD COLUMN names {BLOB};
