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

use crate::accounts::tokens::TokenHash;
use crate::config::Config;
use crate::ids::DeviceId;
use crate::store::accounts::Caller;
use crate::supervision::feed::{Change, Feed};

/// Logins that are looked at, at the same time. A wrong token keeps its place for a while: so many guesses per second.
const LOGINS: usize = 32;
/// Streams of events at the same time, for one token and in all.
const STREAMS_PER_TOKEN: usize = 8;
const STREAMS: usize = 128;

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

/// How many streams of events each token has.
#[derive(Clone, Default)]
struct Streams(Arc<Mutex<HashMap<TokenHash, usize>>>);

impl Streams {
    /// A place for one more; `None`: there are too many.
    fn enter(&self, token: TokenHash) -> Option<StreamPlace> {
        let mut open = self.0.lock();
        let own = open.get(&token).copied().unwrap_or(0);
        if own >= STREAMS_PER_TOKEN || open.values().sum::<usize>() >= STREAMS {
            return None;
        }
        open.insert(token, own + 1);
        Some(StreamPlace {
            streams: self.clone(),
            token,
        })
    }
}

/// Frees itself when its stream ends.
struct StreamPlace {
    streams: Streams,
    token: TokenHash,
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock();
        if let Some(own) = open.get_mut(&self.token) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_bounded_for_one_and_for_all_and_places_free_themselves() {
        let streams = Streams::default();
        let ada: Vec<_> = (0..STREAMS_PER_TOKEN)
            .map(|_| streams.enter([1; 32]).expect("a place"))
            .collect();
        assert!(streams.enter([1; 32]).is_none());
        let others: Vec<_> = (0..STREAMS)
            .map_while(|number| streams.enter([2 + (number / STREAMS_PER_TOKEN) as u8; 32]))
            .collect();
        assert_eq!(ada.len() + others.len(), STREAMS);
        drop(ada);
        assert!(streams.enter([1; 32]).is_some());
        drop(others);
        assert!(streams.0.lock().is_empty());
    }
}
