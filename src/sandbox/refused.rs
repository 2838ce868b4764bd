//! Why a companion is not let in: what `<failure>` tells it.

/// Why a registration or login is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// `reason` of `<failure>`.
    pub reason: u16,
    /// Seconds that a ban lasts.
    pub expire: Option<u64>,
}

impl Refused {
    /// With no end.
    pub const fn with(reason: u16) -> Self {
        let expire = None;
        Self { reason, expire }
    }
}
