//! A connection between two requests. actix-web times the head of the first one only, so whoever dribbles what comes
//! after it, or takes answers slowly, is timed here.

use std::any::Any;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BodySize;
use actix_web::dev::Extensions;
use actix_web::rt;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::crowd::{Crowd, Deadline, Place};

/// Bytes per second at which an answer must be taken at least.
const SLOWEST: u64 = 16 * 1024;

/// The clocks of connections.
#[derive(Clone, Copy)]
pub struct Clocks {
    /// The longest time for the head of a request.
    pub head: Duration,
    /// How long a connection may rest after an answer before the next request begins; actix-web closes it then.
    pub keep_alive: Duration,
    /// An answer on a connection that is older is its last one.
    pub age: Duration,
}

/// Closes its connection when no request has come in time. While one is worked on, its own clocks count.
#[derive(Clone)]
pub struct Connection {
    next_request_by: Deadline,
    /// Of an answer of no length.
    limit: Duration,
    last_answer_after: Instant,
    place: Arc<Place>,
}

impl Connection {
    /// For `HttpServer::on_connect`.
    pub fn begin(stream: &dyn Any, data: &mut Extensions, crowd: &Crowd, clocks: Clocks) {
        let Some(stream) = stream.downcast_ref::<rt::net::TcpStream>() else {
            return;
        };
        let (Ok(socket), Ok(peer)) = (second_handle(stream), stream.peer_addr()) else {
            return;
        };
        // actix-web times the first head.
        let (next_request_by, deadline) = watch::channel(None);
        let now = Instant::now();
        let Some(place) = crowd.enter(peer.ip(), now, &next_request_by) else {
            // An error means that it is closed already.
            let _ = socket.shutdown(Shutdown::Both);
            return;
        };
        rt::spawn(close_in_time(socket, deadline));
        data.insert(Self {
            next_request_by,
            limit: clocks.keep_alive + clocks.head,
            last_answer_after: now + clocks.age,
            place: Arc::new(place),
        });
    }

    pub fn work(&self) {
        self.place.work();
        self.next_request_by.send_replace(None);
    }

    /// An answer of this size is on its way.
    pub fn rest(&self, answer: BodySize) {
        let bytes = match answer {
            BodySize::Sized(bytes) => bytes,
            BodySize::None | BodySize::Stream => 0,
        };
        // It does not rest before the answer is there.
        let since = Instant::now() + Duration::from_secs(bytes / SLOWEST);
        self.place.rest(since, &self.next_request_by);
        self.next_request_by.send_replace(Some(since + self.limit));
    }

    /// A part of an answer without an end is on its way; the next one follows, or the other end takes nothing any more.
    pub fn go_on(&self, until_next: Duration) {
        self.place.work();
        let next = Instant::now() + until_next + self.limit;
        self.next_request_by.send_replace(Some(next));
    }

    /// Whether the present answer is the last one.
    pub fn is_old(&self) -> bool {
        Instant::now() >= self.last_answer_after
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
