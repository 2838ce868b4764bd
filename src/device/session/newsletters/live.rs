//! What becomes of a newsletter's posts while it happens: WhatsApp tells it for a few minutes to whoever asks.
//!
//! Where a webhook wants to know, it is asked for what a command has posted in, marked as seen or followed, and again as
//! long as that is not long ago.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep, timeout};
use wacore::types::events::NewsletterLiveUpdate;
use whatsapp_rust::Client;

use super::{Newsletters, address};
use crate::device::life::Life;
use crate::jid::NewsletterJid;
use crate::webhooks::catalog::EventName;

/// How long what a command has touched is watched.
const INTEREST: Duration = Duration::from_secs(3600);
/// So many at a time: each costs a query every few minutes.
const MOST: usize = 32;
/// Seconds; what WhatsApp says is held to it.
const SHORTEST: u64 = 30;
const LONGEST: u64 = 600;
/// When it is asked again that did not answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Which newsletters are watched.
#[derive(Clone, Default)]
pub(in crate::device) struct Watched(Arc<Mutex<HashMap<String, Watch>>>);

struct Watch {
    until: Instant,
    /// What was told last, in short.
    told: Option<u64>,
}

impl Watched {
    /// Whether an update says anything new: whoever asks again is told everything again.
    pub fn is_news(&self, update: &NewsletterLiveUpdate) -> bool {
        let mut said = DefaultHasher::new();
        for message in &update.messages {
            message.server_id.hash(&mut said);
            for reaction in &message.reactions {
                (&reaction.code, reaction.count).hash(&mut said);
            }
        }
        let said = said.finish();
        let is_empty = update
            .messages
            .iter()
            .all(|message| message.reactions.is_empty());
        let mut watched = self.0.lock();
        let watch = watched.get_mut(&update.newsletter_jid.to_string());
        match watch.and_then(|watch| watch.told.replace(said)) {
            Some(before) => before != said,
            None => !is_empty,
        }
    }

    /// True: nobody watches it yet, and there is room.
    fn begin(&self, newsletter: &str) -> bool {
        let mut watched = self.0.lock();
        let until = Instant::now() + INTEREST;
        if let Some(known) = watched.get_mut(newsletter) {
            known.until = until;
            return false;
        }
        let room = watched.len() < MOST;
        if room {
            watched.insert(newsletter.to_owned(), Watch { until, told: None });
        }
        room
    }

    /// Whether somebody is still interested; who is not has left room for another.
    fn goes_on(&self, newsletter: &str) -> bool {
        let mut watched = self.0.lock();
        let known = watched.get(newsletter);
        let goes_on = known.is_some_and(|known| Instant::now() < known.until);
        if !goes_on {
            watched.remove(newsletter);
        }
        goes_on
    }
}

impl Newsletters<'_> {
    /// Has what becomes of its posts told for a while, where a webhook wants to know.
    pub(super) fn watch(&self, newsletter: &NewsletterJid) {
        let (life, client) = (&self.0.life, &self.0.client);
        let (webhooks, device) = (&life.shared.webhooks, life.plan.number);
        let wanted = webhooks.wants(device, EventName::NewsletterLiveUpdate);
        if wanted && life.watched.begin(newsletter.as_str()) {
            let patience = self.0.query_timeout();
            let watch = watch(
                Arc::downgrade(life),
                Arc::downgrade(client),
                patience,
                newsletter.clone(),
            );
            tokio::spawn(watch);
        }
    }
}

/// Ends with the life, which it does not hold.
async fn watch(
    life: Weak<Life>,
    client: Weak<Client>,
    patience: Duration,
    newsletter: NewsletterJid,
) {
    loop {
        let Some(present) = client.upgrade() else {
            return;
        };
        let newsletters = present.newsletter();
        let asked = newsletters.subscribe_live_updates(address(&newsletter));
        let again = match timeout(patience, asked).await {
            // A little before it ends.
            Ok(Ok(seconds)) => Duration::from_secs(seconds.clamp(SHORTEST, LONGEST)) * 9 / 10,
            _ => PATIENCE,
        };
        drop(present);
        sleep(again).await;
        let goes_on = life
            .upgrade()
            .is_some_and(|life| life.watched.goes_on(newsletter.as_str()));
        if !goes_on {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn each_is_watched_once_while_somebody_is_interested_and_not_too_many_are() {
        let watched = Watched::default();
        assert!(watched.begin("a") && !watched.begin("a"));
        for number in 1..MOST {
            assert!(watched.begin(&number.to_string()));
        }
        assert!(!watched.begin("one too many"));
        tokio::time::advance(INTEREST / 2).await;
        assert!(!watched.begin("a"), "prolonged");
        tokio::time::advance(INTEREST / 2).await;
        assert!(watched.goes_on("a"));
        assert!(!watched.goes_on("1"));
        assert!(watched.begin("one too many"));
    }
}
