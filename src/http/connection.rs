//! A connection between two requests. actix-web times the head of the first one only, so whoever dribbles what comes
//! after it, or takes answers slowly, is timed here.

use std::any::Any;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::time::Duration;

use actix_web::body::BodySize;
use actix_web::dev::Extensions;
use actix_web::rt;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// How long a connection may rest after an answer before the next request begins; actix-web closes it then.
pub const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Bytes per second at which an answer must be taken at least.
const SLOWEST: u64 = 16 * 1024;

/// Closes its connection when no request has come in time. While one is worked on, its own clocks count.
#[derive(Clone)]
pub struct Connection {
    next_request_by: watch::Sender<Option<Instant>>,
    /// Of an answer of no length.
    limit: Duration,
}

impl Connection {
    /// For `HttpServer::on_connect`. `head`: the longest time for the head of a request.
    pub fn begin(stream: &dyn Any, data: &mut Extensions, head: Duration) {
        let Some(stream) = stream.downcast_ref::<rt::net::TcpStream>() else {
            return;
        };
        let Ok(socket) = second_handle(stream) else {
            return;
        };
        // actix-web times the first head.
        let (next_request_by, deadline) = watch::channel(None);
        rt::spawn(close_in_time(socket, deadline));
        data.insert(Self {
            next_request_by,
            limit: KEEP_ALIVE + head,
        });
    }

    pub fn work(&self) {
        self.next_request_by.send_replace(None);
    }

    /// An answer of this size is on its way.
    pub fn rest(&self, answer: BodySize) {
        let bytes = match answer {
            BodySize::Sized(bytes) => bytes,
            BodySize::None | BodySize::Stream => 0,
        };
        let limit = self.limit + Duration::from_secs(bytes / SLOWEST);
        self.next_request_by
            .send_replace(Some(Instant::now() + limit));
    }
}

/// Ends with the connection, or ends it.
async fn close_in_time(socket: TcpStream, mut deadline: watch::Receiver<Option<Instant>>) {
    loop {
        let next_request_by = *deadline.borrow_and_update();
        let too_late = async {
            match next_request_by {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = deadline.changed() => if changed.is_err() { return },
            () = too_late => {
                // An error means that it is closed already.
                let _ = socket.shutdown(Shutdown::Both);
                return;
            }
        }
    }
}

fn second_handle(stream: &rt::net::TcpStream) -> io::Result<TcpStream> {
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}
