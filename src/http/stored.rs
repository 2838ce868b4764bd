//! What a failure of the store means to a caller.

use tracing::error;

use crate::failure::Failure;
use crate::store::StoreError;

/// A full queue passes; anything else is a defect or a broken disk, which `what` names in the log.
pub fn stored(what: &'static str, error: StoreError) -> Failure {
    match error {
        StoreError::Busy => Failure::Overloaded,
        error => {
            error!(error = %error, "{what}");
            Failure::Internal
        }
    }
}
