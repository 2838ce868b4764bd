//! Keepalive: asks WhatsApp for a sign of life, after it has been quiet for a while, and when it left a query without an answer.
//!
//! Silence alone means nothing, an idle device hears nothing for hours. An unanswered ping does: the connection is half
//! open, or nobody at the other end takes notice of it any more.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use wacore::iq::keepalive::KeepaliveSpec;
use whatsapp_rust::{Client, IqError};

use super::awake;
use crate::config::Whatsapp;
use crate::device::exit::ExitReason;

/// So many pings in a row may stay unanswered while other things still arrive: a server, or this machine, that is busy
/// with a backlog answers late.
const MISSES: u32 = 3;

/// WhatsApp is asked when something was sent to it and nothing has come for so long: the library gives a connection up
/// that has been silent for twice as long, and asks nothing itself while one of its queries is unanswered.
const UNANSWERED: Duration = Duration::from_secs(10);

/// When to ask, and how long to wait for the answer.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Silence after which WhatsApp is asked.
    pub quiet: Duration,
    /// How long an answer may take.
    pub patience: Duration,
}

impl From<&Whatsapp> for Limits {
    fn from(config: &Whatsapp) -> Self {
        Self {
            quiet: config.probe_after,
            patience: config.probe_timeout,
        }
    }
}

/// What a life knows of its connection's health.
pub struct Keepalive {
    limits: Limits,
    heard: LastHeard,
    probe: Notify,
}

/// When anything came from WhatsApp last, and what was said to it since.
#[derive(Clone)]
pub struct LastHeard(Arc<Traffic>);

struct Traffic {
    times: Mutex<Times>,
    /// Something was sent after silence.
    sent: Notify,
}

struct Times {
    heard: Instant,
    /// The first thing that was sent since.
    asked: Option<Instant>,
}

impl LastHeard {
    fn now() -> Self {
        let times = Times {
            heard: Instant::now(),
            asked: None,
        };
        Self(Arc::new(Traffic {
            times: Mutex::new(times),
            sent: Notify::new(),
        }))
    }

    /// Something has come just now.
    pub fn note(&self) {
        *self.0.times.lock() = Times {
            heard: Instant::now(),
            asked: None,
        };
    }

    /// Something goes out just now.
    pub fn sent(&self) {
        let mut times = self.0.times.lock();
        if times.asked.is_none() {
            times.asked = Some(Instant::now());
            self.0.sent.notify_one();
        }
    }

    /// When anything came last.
    pub fn last(&self) -> Instant {
        self.0.times.lock().heard
    }

    /// When it has been quiet for too long, if nothing comes before.
    fn due(&self, limit: Duration) -> Instant {
        let times = self.0.times.lock();
        let quiet = times.heard + limit;
        let unanswered = times.asked.map(|asked| asked + UNANSWERED.min(limit));
        unanswered.map_or(quiet, |unanswered| unanswered.min(quiet))
    }

    async fn quiet_for(&self, limit: Duration) {
        loop {
            let due = self.due(limit);
            if due <= Instant::now() {
                return;
            }
            tokio::select! {
                () = sleep_until(due) => {}
                () = self.0.sent.notified() => {}
            }
        }
    }
}

/// What became of a ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pong {
    Answered,
    Missing,
    /// There is no connection to ask over.
    Gone,
}

impl Keepalive {
    /// For a connection that is about to be opened.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            heard: LastHeard::now(),
            probe: Notify::new(),
        }
    }

    /// For whoever reads from the socket.
    pub fn heard(&self) -> &LastHeard {
        &self.heard
    }

    /// Asks for a ping now: something else was not answered.
    pub fn probe_now(&self) {
        self.probe.notify_one();
    }

    /// Watches over a logged-in client. Returns when its connection is of no use any more, and why.
    pub async fn lost(&self, client: &Client) -> ExitReason {
        let patience = self.limits.patience;
        self.watch(|| ping(client, patience)).await
    }

    async fn watch<F: Future<Output = Pong>>(&self, ping: impl Fn() -> F) -> ExitReason {
        let mut misses = 0;
        loop {
            tokio::select! {
                () = self.heard.quiet_for(self.limits.quiet) => {}
                () = self.probe.notified() => {}
            }
            let asked = Instant::now();
            // The library's own clock is the same; this one also counts the time that writing takes.
            let pong = tokio::select! {
                biased;
                pong = ping() => pong,
                () = awake::sleep(self.limits.patience) => Pong::Missing,
            };
            match pong {
                Pong::Answered => misses = 0,
                Pong::Gone => return ExitReason::ConnectionLost,
                Pong::Missing => misses += 1,
            }
            let silent = misses > 0 && self.heard.last() <= asked;
            if silent || misses == MISSES {
                return ExitReason::KeepaliveTimedOut;
            }
        }
    }
}

async fn ping(client: &Client, patience: Duration) -> Pong {
    match client.execute(KeepaliveSpec::with_timeout(patience)).await {
        Ok(()) => Pong::Answered,
        // A refusal is an answer.
        Err(
            IqError::ServerError { .. }
            | IqError::UnexpectedResponseType { .. }
            | IqError::ParseError(_),
        ) => Pong::Answered,
        Err(IqError::Timeout) => Pong::Missing,
        Err(_) => Pong::Gone,
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::config::Config;

    const HOUR: Duration = Duration::from_secs(3600);

    fn by_default() -> Keepalive {
        let config = Config::load(None, &[("whatsapp.url", "wss://127.0.0.1".into())]);
        Keepalive::new(Limits::from(&config.unwrap().whatsapp))
    }

    #[tokio::test(start_paused = true)]
    async fn a_deaf_connection_is_noticed_within_45_seconds() {
        let (keepalive, start) = (by_default(), Instant::now());
        // The worst moment: something is heard just before it goes deaf.
        let noticed = keepalive.watch(pending::<Pong>).await;
        assert_eq!(noticed, ExitReason::KeepaliveTimedOut);
        let took = start.elapsed();
        assert!(took <= Duration::from_secs(45), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_hour_does_not_end_a_healthy_connection() {
        let (keepalive, pings) = (by_default(), AtomicU32::new(0));
        let answered = || async {
            sleep(Duration::from_millis(80)).await;
            pings.fetch_add(1, Ordering::Relaxed);
            keepalive.heard().note();
            Pong::Answered
        };
        assert!(timeout(HOUR, keepalive.watch(answered)).await.is_err());
        let pings = pings.load(Ordering::Relaxed);
        assert!((100..=240).contains(&pings), "{pings} pings");
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_connection_is_not_asked() {
        let keepalive = by_default();
        let chatter = async {
            loop {
                sleep(Duration::from_secs(5)).await;
                keepalive.heard().note();
            }
        };
        let asked = keepalive.watch(pending::<Pong>);
        tokio::select! {
            reason = asked => panic!("it was asked: {reason:?}"),
            () = chatter => {}
            () = sleep(HOUR) => {}
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_sent_and_not_answered_is_followed_by_a_ping_before_the_library_gives_up() {
        let (keepalive, start) = (by_default(), Instant::now());
        let asked = Mutex::new(None);
        let ping = || async {
            *asked.lock() = Some(start.elapsed());
            Pong::Gone
        };
        let sent = async {
            sleep(Duration::from_secs(1)).await;
            keepalive.heard().sent();
            sleep(Duration::from_secs(4)).await;
            keepalive.heard().sent();
            pending::<()>().await;
        };
        tokio::select! {
            reason = keepalive.watch(ping) => assert_eq!(reason, ExitReason::ConnectionLost),
            () = sent => {}
        }
        // Counted from the first thing that was sent.
        assert_eq!(*asked.lock(), Some(Duration::from_secs(11)));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_waits_while_the_process_stands_still_is_read_after_it_goes_on() {
        let keepalive = by_default();
        let pings = AtomicU32::new(0);
        // The socket is read a moment after the clocks have run out.
        let stopped = || async {
            if pings.fetch_add(1, Ordering::Relaxed) == 0 {
                tokio::time::advance(Duration::from_secs(60)).await;
                sleep(Duration::from_millis(100)).await;
            }
            keepalive.heard().note();
            Pong::Answered
        };
        let watched = timeout(HOUR, keepalive.watch(stopped)).await;
        assert!(watched.is_err(), "{watched:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_unanswered_query_is_followed_by_a_ping_at_once() {
        let (keepalive, start) = (by_default(), Instant::now());
        keepalive.probe_now();
        let noticed = keepalive.watch(pending::<Pong>).await;
        assert_eq!(noticed, ExitReason::KeepaliveTimedOut);
        assert!(start.elapsed() <= keepalive.limits.patience);
        keepalive.probe_now();
        let gone = keepalive.watch(|| ready(Pong::Gone)).await;
        assert_eq!(gone, ExitReason::ConnectionLost);
    }

    #[tokio::test(start_paused = true)]
    async fn late_answers_are_forgiven_while_other_things_arrive_but_not_for_ever() {
        let (keepalive, pings) = (by_default(), AtomicU32::new(0));
        let missed = || async {
            sleep(Duration::from_secs(1)).await;
            pings.fetch_add(1, Ordering::Relaxed);
            keepalive.heard().note();
            Pong::Missing
        };
        assert_eq!(keepalive.watch(missed).await, ExitReason::KeepaliveTimedOut);
        assert_eq!(pings.load(Ordering::Relaxed), MISSES);
    }
}
