//! What is asked about messages of any device of the caller: their ids are enough.

pub mod media;
pub mod status;

use crate::commands::messages::NOT_FOUND;
use crate::device::kept::About;
use crate::failure::Failure;
use crate::http::Api;
use crate::store::accounts::Caller;
use crate::store::messages::{Found, Whose};

/// The message of this id, on whichever device the caller may know of.
pub async fn find(
    api: &Api,
    caller: &Caller,
    id: &str,
    whose: Whose,
) -> Result<Found<About>, Failure> {
    let found = api.store.find_message(caller, id, whose).await;
    let found =
        found.map_err(|error| Failure::of_store("a message could not be looked up", &error))?;
    found.ok_or(NOT_FOUND)
}
