-- Users are listed by tenant, and whether another admin remains is asked at every change.
CREATE INDEX member_of_tenant ON member (tenant_id, role);

-- Deleting a user looks for its devices, and deleting a tenant for those of each of its users.
CREATE INDEX device_by_user ON device (user_id);
