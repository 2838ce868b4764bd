//! A second hold on a client's TCP socket, with which a fault can reset it.

use std::any::Any;
use std::os::fd::{AsFd, OwnedFd};

use actix_web::HttpRequest;
use actix_web::dev::Extensions;
use actix_web::rt::net::TcpStream;
use parking_lot::Mutex;

use crate::telemetry::Chain;

/// The TCP socket under a WebSocket, kept so that it can be reset.
pub struct Socket(OwnedFd);

/// Taken out by the connection that it belongs to, so that the socket ends with that connection.
type Kept = Mutex<Option<Socket>>;

impl Socket {
    /// Remembers the socket of every new connection beside its requests.
    pub fn keep(connection: &dyn Any, extensions: &mut Extensions) {
        let stream = connection.downcast_ref::<TcpStream>();
        let duplicate = stream.and_then(|stream| stream.as_fd().try_clone_to_owned().ok());
        extensions.insert::<Kept>(Mutex::new(duplicate.map(Self)));
    }

    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.conn_data::<Kept>()?.lock().take()
    }

    /// Ends the connection with a reset, before anybody can close it in order.
    pub fn reset(&self) {
        // Linux sends a reset when a connected socket is dissolved.
        if let Err(error) = rustix::net::connect_unspec(&self.0) {
            tracing::warn!(error = %Chain(&error), "a connection cannot be reset");
        }
    }
}
