//! What a life knows of the statuses that it posts: which wait, who waits for them, and to whom the latest went.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use tokio::sync::{Notify, oneshot};

use super::rules::Rules;
use crate::device::session::status::audience::Audience;
use crate::failure::{Backoff, Failure};
use crate::jid::Person;

/// An audience is found out anew after so long, whatever is heard.
const STALE: Duration = Duration::from_secs(3600);

/// People who are remembered as having been sent something; beyond that they are looked up anew.
const MOST_MET: usize = 100_000;

/// What has become of a status for which somebody waits.
pub type Ended = Result<DateTime<Utc>, Failure>;

/// The statuses of one life.
#[derive(Default)]
pub struct Statuses {
    open: Mutex<Open>,
    news: Notify,
    /// Who may have the key of the statuses, in order.
    holders: Mutex<Arc<[u64]>>,
    latest: Mutex<Option<Latest>>,
    /// Those who were sent something in this life: their devices are known by LID.
    met: Mutex<HashSet<u64>>,
}

#[derive(Default)]
struct Open {
    /// Of which the store knows, and on which there is work to do.
    jobs: usize,
    /// One of them was deleted, which comes before all else.
    deleted: bool,
    waiting: HashMap<String, oneshot::Sender<Ended>>,
}

/// An audience, and what it was made of.
pub struct Latest {
    /// Whom it admits.
    pub rules: Arc<Rules>,
    /// As [`ContactBook::changes`](super::contacts::ContactBook::changes) had it before it was made.
    pub contacts: u64,
    /// Who could not be found: they may have come to WhatsApp since.
    pub missing: Vec<Person>,
    /// When it was made.
    pub at: Instant,
    /// Who it is.
    pub audience: Audience,
}

impl Statuses {
    /// Whether some wait, or are under way: whatever comes now waits behind them.
    pub fn are_waiting(&self) -> bool {
        self.open.lock().jobs > 0
    }

    /// Work of an earlier life.
    pub fn left(&self, jobs: usize) {
        self.open.lock().jobs += jobs;
    }

    /// Room for one more, which is taken back unless it is kept. `most` may wait.
    pub fn enter(&self, most: usize) -> Result<Entered<'_>, Failure> {
        let mut open = self.open.lock();
        // One of them does not wait.
        if open.jobs > most {
            return Err(Failure::ChatBusy(Backoff::told(None)));
        }
        open.jobs += 1;
        Ok(Entered(Some(self)))
    }

    /// Waits for what becomes of a status. Whoever does not wait any more drops it.
    pub fn expect(&self, id: &str) -> oneshot::Receiver<Ended> {
        let (ended, waits) = oneshot::channel();
        self.open.lock().waiting.insert(id.to_owned(), ended);
        waits
    }

    /// There is more to do.
    pub fn wake(&self) {
        self.news.notify_one();
    }

    /// A status is deleted: whoever has it is told before anything else leaves.
    pub fn wake_for_deletion(&self) {
        self.open.lock().deleted = true;
        self.news.notify_one();
    }

    /// Whether something was deleted since this was asked last.
    pub fn take_deletion(&self) -> bool {
        std::mem::take(&mut self.open.lock().deleted)
    }

    /// Returns when there is more to do, or after so long.
    pub async fn news(&self, wait: Duration) {
        let _ = tokio::time::timeout(wait, self.news.notified()).await;
    }

    /// Returns after so long, or when something is deleted.
    pub async fn deletion(&self, wait: Duration) {
        let end = Instant::now() + wait;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.open.lock().deleted {
                return;
            }
            self.news(left).await;
        }
    }

    /// A piece of work is over. True: somebody has waited for it, and is told.
    pub fn ended(&self, id: &str, ended: Ended) -> bool {
        let waiting = {
            let mut open = self.open.lock();
            open.jobs = open.jobs.saturating_sub(1);
            open.waiting.remove(id)
        };
        waiting.is_some_and(|waits| waits.send(ended).is_ok())
    }

    /// Whether somebody waits for what becomes of a status.
    pub fn is_awaited(&self, id: &str) -> bool {
        let open = self.open.lock();
        open.waiting.get(id).is_some_and(|waits| !waits.is_closed())
    }

    /// Who may have the key of the statuses, in order.
    pub fn holders(&self) -> Arc<[u64]> {
        self.holders.lock().clone()
    }

    /// From now on these may have it.
    pub fn set_holders(&self, holders: Arc<[u64]>) {
        *self.holders.lock() = holders;
    }

    /// The latest audience, if it is what these rules and these contacts make; and who was not found for it.
    pub fn latest(&self, rules: &Rules, contacts: u64) -> Option<(Audience, Vec<Person>)> {
        let latest = self.latest.lock();
        let latest = latest.as_ref()?;
        let same = latest.contacts == contacts && *latest.rules == *rules;
        let fresh = same && latest.at.elapsed() < STALE;
        fresh.then(|| (latest.audience.clone(), latest.missing.clone()))
    }

    /// Which of these were sent something in this life, in their order.
    pub fn have_met(&self, people: &[u64]) -> Vec<bool> {
        let met = self.met.lock();
        people.iter().map(|lid| met.contains(lid)).collect()
    }

    /// These were sent something.
    pub fn meet(&self, people: &[u64]) {
        let mut met = self.met.lock();
        if met.len() > MOST_MET {
            met.clear();
        }
        met.extend(people);
    }

    /// This is the latest audience.
    pub fn keep(&self, latest: Latest) {
        *self.latest.lock() = Some(latest);
    }
}

/// Room among what waits.
pub struct Entered<'a>(Option<&'a Statuses>);

impl Entered<'_> {
    /// The store knows of it: it is taken back when the work is over.
    pub fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if let Some(statuses) = self.0 {
            let mut open = statuses.open.lock();
            open.jobs = open.jobs.saturating_sub(1);
        }
    }
}
