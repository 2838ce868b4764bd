//! Which of the caller's devices a request means.

use crate::failure::Failure;
use crate::ids::DeviceId;

/// Also of a device that is somebody else's.
pub const NOT_FOUND: Failure = Failure::NotFound("device not found");

/// Which of the caller's devices a request means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The oldest paired one, or else the oldest: the request names none.
    Default,
    Device(DeviceId),
    /// It names something that is the id of no device.
    None,
}

impl Which {
    /// Reads a `device_id`, wherever it came from.
    pub fn named(id: Option<&str>) -> Self {
        match id {
            None | Some("") => Self::Default,
            Some(id) => id.parse().map_or(Self::None, Self::Device),
        }
    }
}
