//! Why the simulated WhatsApp does not start.

use std::net::SocketAddr;

use super::persistence::PersistenceError;

/// Why the simulated WhatsApp does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error("the simulated WhatsApp listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}")]
    Bind {
        address: SocketAddr,
        source: std::io::Error,
    },
    #[error("cannot start the server")]
    Start(#[source] std::io::Error),
    #[error(transparent)]
    Persistence(#[from] PersistenceError),
}
