//! Work that must not stop half-way.

use std::future::Future;

use actix_web::rt;
use tracing::Instrument;

use crate::failure::Failure;

/// Runs a change to its end. Handlers are dropped when their caller resets the connection, and then what is durable
/// would not reach the token cache, the supervisor or the devices.
pub async fn to_the_end<T: 'static>(
    change: impl Future<Output = Result<T, Failure>> + 'static,
) -> Result<T, Failure> {
    // Its lines in the log are those of the request.
    let done = rt::spawn(change.in_current_span()).await;
    done.unwrap_or_else(|error| Err(Failure::internal("a change did not end", &error)))
}
