//! The one world behind its lock: an event happens, what it left to be done is done, and what it
//! changed is written.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::after::After;
use super::persistence::{Progress, Writer};
use super::world::World;

/// Stanzas that phones read with one event.
const AT_ONCE: usize = 32;

/// The world behind its lock, with the thread that keeps it on disk.
pub struct Shared {
    world: Mutex<World>,
    writer: Mutex<Option<Writer>>,
    progress: Progress,
}

impl Shared {
    /// `progress`: the writer's.
    pub fn new(world: World, writer: Option<Writer>, progress: Progress) -> Self {
        Self {
            world: Mutex::new(world),
            writer: Mutex::new(writer),
            progress,
        }
    }

    /// Which events are on disk.
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Writes what is queued and closes the file; later changes stay in memory.
    pub fn close(self: &Arc<Self>) {
        self.with(World::read_all_mail);
        drop(self.writer.lock().take());
    }

    /// Runs one event. Its changes are handed to the writer together and in order, so that a
    /// killed server is found again between two events, never inside one.
    pub fn with<T>(self: &Arc<Self>, event: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.world.lock();
        let number = self.progress.begin();
        let outcome = event(&mut world);
        world.settle();
        let changes = world.take_changes();
        let later = world.take_later();
        match self.writer.lock().as_ref() {
            Some(writer) => writer.submit(number, changes),
            None => self.progress.reach(number),
        }
        drop(world);
        for (delay, work) in later {
            self.postpone(delay, work);
        }
        outcome
    }

    fn postpone(self: &Arc<Self>, delay: Duration, work: After) {
        let shared = self.clone();
        actix_web::rt::spawn(async move {
            tokio::time::sleep(delay).await;
            shared.with(|world| world.then(work));
        });
    }
}

impl World {
    /// Does what an answered stanza left behind, and what that leaves behind in turn. Phones read
    /// some of what has come for them: a crowd of them must not keep everybody else waiting.
    fn settle(&mut self) {
        for _ in 0..AT_ONCE {
            self.finish_due();
            let Some((phone, node)) = self.mail.next(&mut self.journal) else {
                break;
            };
            self.phone_takes(&phone, &node);
        }
        self.finish_due();
        self.mail.keep(&mut self.journal);
        if self.mail.has_to_go_on() {
            self.later(Duration::ZERO, After::Mail);
        }
    }

    /// Phones read everything that has come for them.
    pub fn read_all_mail(&mut self) {
        while let Some((phone, node)) = self.mail.next(&mut self.journal) {
            self.phone_takes(&phone, &node);
            self.finish_due();
        }
    }

    fn finish_due(&mut self) {
        loop {
            let due = self.take_due();
            if due.is_empty() {
                return;
            }
            for work in due {
                self.finish(work);
            }
        }
    }

    fn finish(&mut self, work: After) {
        match work {
            After::Synced {
                author,
                collections,
            } => self.tell_synced(&author, &collections),
            After::Unlinked { device } => self.unlink(&device),
            After::Bootstrap { device } => self.bootstrap(&device),
            After::Offered {
                registration,
                phone,
                adv_secret,
                waiter,
            } => self.offer(registration, &phone, &adv_secret, waiter),
            After::PasskeyAsked {
                registration,
                phone,
            } => self.ask_for_passkey(registration, &phone),
            After::PasskeyLate {
                registration,
                challenge,
            } => self.passkey_is_late(registration, &challenge),
            After::LinkGivenUp { registration } => self.give_link_up(registration),
            After::Announced { device } => self.announce_devices(&device),
            After::Gathered { subject } => self.tell_gathered(&subject),
            After::Watched { device, channel } => self.push_all(&device, &channel),
            After::Mail => self.mail.goes_on(),
            After::Answered { link, answer } => link.send(answer),
        }
    }
}
