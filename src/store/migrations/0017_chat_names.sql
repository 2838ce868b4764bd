-- What a chat calls itself, sealed: a person's own name, a group's subject as it was last seen.
ALTER TABLE chat_list ADD COLUMN own_name {BLOB};
