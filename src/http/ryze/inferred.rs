//! What the RyzeAPI's documentation does not say, or not in full: our choice, in one place.

use crate::failure::Failure;

/// The documentation shows how it begins.
pub const OTHER_INSTANCE: Failure = Failure::documented(
    403,
    "Instance token does not match the instance in the path",
);
pub const NAME_TAKEN: Failure = Failure::documented(409, "Instance name already exists");
pub const TOKEN_TAKEN: Failure = Failure::documented(409, "Instance token already exists");
/// Pairing anew would throw the session away.
pub const ALREADY_CONNECTED: Failure =
    Failure::documented(400, "Instance is already connected to WhatsApp");
pub const HAS_SESSION: Failure = Failure::documented(
    400,
    "Instance has a saved session — call /reconnect, or /logout first",
);
pub const SEVERAL: Failure = Failure::documented(
    409,
    "Several devices have this name: use the token of one of them, or rename it",
);
pub const CREATED: &str = "Instance created";
pub const PRIVACY_UPDATED: &str = "Privacy settings updated successfully";
pub const PAIRING_CODE: &str = "Pairing code generated";
/// Beside the documented `qr`.
pub const PAIRING_STATUS: &str = "pairing";
pub const STATUS_SENT: &str = "Status sent successfully";
/// The same while WhatsApp has not taken it for everybody.
pub const STATUS_SENDING: &str = "Status is being sent";
pub const STATE_FOUND: &str = "Message status retrieved successfully";
