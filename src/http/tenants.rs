//! Tenants: what only the master token reaches.

pub mod delete;
pub mod list;
pub mod register;
pub mod show;

use actix_web::HttpRequest;

use crate::failure::{Failure, Invalid};
use crate::ids::TenantId;

const NOT_FOUND: Failure = Failure::NotFound("tenant not found");

fn id_required() -> Invalid {
    Invalid::field("id", "tenant ID is required")
}

/// The `{id}` of the path, which may be empty there so that it can be asked for.
fn id_in_path(request: &HttpRequest) -> Result<TenantId, Invalid> {
    let id = request.match_info().get("id").unwrap_or_default();
    if id.trim().is_empty() {
        return Err(id_required());
    }
    id.parse()
        .map_err(|_| Invalid::field("id", "tenant ID must be a UUID"))
}
