//! Tenants: what only the master token reaches.

pub mod delete;
pub mod list;
pub mod register;
pub mod show;

use crate::contract::param::Param;
use crate::failure::{Failure, Invalid};

const NOT_FOUND: Failure = Failure::NotFound("tenant not found");
/// The `{id}` of the path, which may be missing there: the contract has a text for that.
const ID: Param = Param::path("id");

/// What the id's type says of none.
fn id_required() -> Failure {
    Invalid::field("id", "tenant ID is required").into()
}
