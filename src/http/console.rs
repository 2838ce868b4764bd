//! The console: a page for people at /console, which uses the API as everybody does; its session, and what it shows live.

mod events;
mod page;
#[cfg(feature = "sandbox")]
mod sandbox;
pub mod session;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::config::Config;
use crate::ids::DeviceId;
use crate::memory::Holder;
use crate::store::accounts::Caller;
use crate::supervision::feed::{Change, Feed};

/// Logins with a wrong token at the same time. Each keeps its place for a while.
const LOGINS: usize = 32;
/// Streams of events at the same time, for one user (whatever tokens it has given away) or the master, and in all.
const STREAMS_EACH: usize = 16;
const STREAMS: usize = 512;

/// What the console needs besides the API.
pub struct Console {
    /// How long somebody stays logged in.
    session: Duration,
    /// Whether its cookie may only be sent by https.
    https: bool,
    logins: Semaphore,
    feed: Feed,
    /// Names this life of the daemon.
    life: String,
    streams: Streams,
    /// Changes when every stream is to see whether it may go on.
    looks: watch::Sender<u64>,
    /// The simulated phones, where there are any.
    #[cfg(feature = "sandbox")]
    phones: Option<sandbox::Phones>,
}

impl Console {
    /// As it is configured; `None`: there is to be none.
    pub fn of(config: &Config, feed: &Feed) -> Option<Self> {
        let public = config.http.public_url.as_deref();
        config.console.enabled.then(|| Self {
            session: config.console.session,
            https: public.is_some_and(|url| url.starts_with("https://")),
            logins: Semaphore::new(LOGINS),
            feed: feed.clone(),
            life: Uuid::new_v4().simple().to_string(),
            streams: Streams::default(),
            looks: watch::Sender::new(0),
            #[cfg(feature = "sandbox")]
            phones: config.console.control.clone().and_then(sandbox::Phones::at),
        })
    }

    /// Has those who follow a device of this user be told of it: it has another name.
    pub fn tell(&self, owner: Caller, device: DeviceId) {
        self.feed.tell(Change {
            device,
            tenant: owner.tenant,
            user: owner.user,
        });
    }

    /// Has every stream see whether it may go on: a session has ended, or the daemon stops.
    pub fn look_again(&self) {
        self.looks.send_modify(|looks| *looks += 1);
    }
}

/// The page and what only it asks for.
pub fn configure(app: &mut ServiceConfig) {
    page::configure(app);
    session::configure(app);
    events::configure(app);
    #[cfg(feature = "sandbox")]
    sandbox::configure(app);
}

/// How many streams of events each user has; `None`: the master.
#[derive(Clone, Default)]
struct Streams(Arc<Mutex<HashMap<Holder, usize>>>);

impl Streams {
    /// A place for one more; `None`: there are too many.
    fn enter(&self, holder: Holder) -> Option<StreamPlace> {
        let mut open = self.0.lock();
        let own = open.get(&holder).copied().unwrap_or(0);
        // Whoever runs the daemon gets in however many others there are.
        let full = holder.is_some() && open.values().sum::<usize>() >= STREAMS;
        if own >= STREAMS_EACH || full {
            return None;
        }
        open.insert(holder, own + 1);
        Some(StreamPlace {
            streams: self.clone(),
            holder,
        })
    }
}

/// Frees itself when its stream ends.
struct StreamPlace {
    streams: Streams,
    holder: Holder,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock();
        if let Some(own) = open.get_mut(&self.holder) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::UserId;

    #[test]
    fn streams_are_bounded_for_one_and_for_all_and_places_free_themselves() {
        let streams = Streams::default();
        let ada = Some(UserId::random());
        let hers: Vec<_> = (0..STREAMS_EACH)
            .map(|_| streams.enter(ada).expect("a place"))
            .collect();
        assert!(streams.enter(ada).is_none());
        let others: Vec<_> = (0..STREAMS)
            .map_while(|_| streams.enter(Some(UserId::random())))
            .collect();
        assert_eq!(hers.len() + others.len(), STREAMS);
        let master = streams.enter(None);
        assert!(master.is_some(), "the master comes in all the same");
        drop((hers, master));
        assert!(streams.enter(ada).is_some());
        drop(others);
        assert!(streams.0.lock().is_empty());
    }
}
