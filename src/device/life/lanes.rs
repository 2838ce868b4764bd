//! What keeps the sends to one chat in their order: one at a time, first come, first served, whatever the chat was called.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedMutexGuard};
use tokio::time::Instant;

use crate::failure::{Backoff, Failure};

/// Nobody is let wait for longer than what others have announced before him comes to.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A chat in which nothing has left for so long is a slow one.
const SLOW: Duration = Duration::from_secs(1);

/// A line for every chat that somebody writes to at this moment. As many places at most as commands are under way.
#[derive(Clone, Default)]
pub struct Lanes {
    chats: Arc<Mutex<Chats>>,
    door: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Chats {
    lines: HashMap<u64, Line>,
    /// Every name of every chat that has a line.
    names: HashMap<String, u64>,
    /// Of the line or the place that was made last.
    last: u64,
}

struct Line {
    names: Vec<String>,
    places: VecDeque<Waiting>,
    /// Since when the first one is the first.
    since: Instant,
}

struct Waiting {
    number: u64,
    announced: Duration,
    turn: Arc<Notify>,
}

/// A place in a chat's line, until its last clone is dropped.
#[derive(Clone)]
pub struct Place(Arc<Held>);

struct Held {
    lanes: Lanes,
    line: u64,
    number: u64,
    turn: Arc<Notify>,
}

impl Lanes {
    /// Places are taken by one after the other, so that whoever comes first finds out first where to stand.
    pub async fn door(&self) -> OwnedMutexGuard<()> {
        self.door.clone().lock_owned().await
    }

    /// The last place in a chat's line, and how long those before it have announced to take. `names`: all that the chat is
    /// known by. `announced`: how long this one takes of its own accord. `most`: so many may stand in a line that moves
    /// slowly, so that a device is not kept busy by one chat.
    pub fn enter(
        &self,
        names: &[String],
        announced: Duration,
        most: usize,
    ) -> Result<(Place, Duration), Failure> {
        let mut chats = self.chats.lock();
        let ahead = match chats.line(names) {
            None => Duration::ZERO,
            Some(line) => {
                let ahead = line.places.iter().map(|place| place.announced).sum();
                let slow = !Duration::is_zero(&ahead) || line.since.elapsed() >= SLOW;
                if ahead > LONGEST_WAIT || (slow && line.places.len() >= most) {
                    let first = line.places.front().map(|place| place.announced);
                    let wait = ahead.saturating_sub(LONGEST_WAIT);
                    let wait = wait.max(first.unwrap_or_default());
                    return Err(Failure::ChatBusy(Backoff::of(wait)));
                }
                ahead
            }
        };
        Ok((chats.stand(self, names, announced), ahead))
    }

    /// The same for one that was admitted long ago.
    pub fn enter_again(&self, names: &[String]) -> Place {
        self.chats.lock().stand(self, names, Duration::ZERO)
    }

    /// It has turned out by what other names the chat of this place is known: whoever comes by one of them from now on stands
    /// behind.
    pub fn also(&self, place: &Place, names: &[String]) {
        self.chats.lock().call(place.0.line, names);
    }

    /// For whoever is the first in its line. Where others stand in a line of their own under the first of these names, which
    /// is the chat's lasting one, it has to be the first there, too. The other way round nobody waits, and nobody but the
    /// first of a line does, so that no two wait for each other.
    pub fn beside(&self, place: &Place, names: &[String]) -> Option<Place> {
        let mut chats = self.chats.lock();
        let other = names
            .first()
            .and_then(|name| chats.names.get(name).copied());
        let other = other.filter(|other| *other != place.0.line);
        other.map(|_| chats.stand(self, &names[..1], Duration::ZERO))
    }
}

impl Chats {
    fn line(&self, names: &[String]) -> Option<&Line> {
        let known = names.iter().find_map(|name| self.names.get(name))?;
        self.lines.get(known)
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Calls a line by these names, where they are no other line's.
    fn call(&mut self, line: u64, names: &[String]) {
        for name in names {
            if !self.names.contains_key(name)
                && let Some(known) = self.lines.get_mut(&line)
            {
                known.names.push(name.clone());
                self.names.insert(name.clone(), line);
            }
        }
    }

    fn stand(&mut self, lanes: &Lanes, names: &[String], announced: Duration) -> Place {
        let known = names.iter().find_map(|name| self.names.get(name).copied());
        let line = known.unwrap_or_else(|| self.next());
        let number = self.next();
        let turn = Arc::new(Notify::new());
        let places = self.lines.entry(line).or_insert_with(|| Line {
            names: Vec::new(),
            places: VecDeque::new(),
            since: Instant::now(),
        });
        places.places.push_back(Waiting {
            number,
            announced,
            turn: turn.clone(),
        });
        self.call(line, names);
        Place(Arc::new(Held {
            lanes: lanes.clone(),
            line,
            number,
            turn,
        }))
    }

    fn is_first(&self, place: &Held) -> bool {
        let line = self.lines.get(&place.line);
        let first = line.and_then(|line| line.places.front());
        first.is_some_and(|first| first.number == place.number)
    }

    /// The last one takes the line away.
    fn leave(&mut self, place: &Held) {
        let was_first = self.is_first(place);
        let Some(line) = self.lines.get_mut(&place.line) else {
            return;
        };
        line.places.retain(|other| other.number != place.number);
        match line.places.front() {
            Some(first) if was_first => {
                line.since = Instant::now();
                first.turn.notify_one();
            }
            Some(_) => {}
            None => {
                let names = self.lines.remove(&place.line).map(|line| line.names);
                for name in names.into_iter().flatten() {
                    self.names.remove(&name);
                }
            }
        }
    }
}

impl Place {
    /// Waits for one's turn.
    pub async fn turn(&self) {
        while !self.0.lanes.chats.lock().is_first(&self.0) {
            self.0.turn.notified().await;
        }
    }
}

impl Drop for Held {
    /// Also when it leaves before its turn.
    fn drop(&mut self) {
        self.lanes.chats.lock().leave(self);
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;
    use std::pin::pin;

    use super::*;

    const MOST: usize = 3;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn enter(lanes: &Lanes, by: &[&str]) -> Place {
        let entered = lanes.enter(&names(by), Duration::ZERO, MOST);
        entered.expect("a place").0
    }

    #[tokio::test]
    async fn a_chat_is_entered_in_order_and_another_at_once_and_nothing_is_left_behind() {
        let lanes = Lanes::default();
        let places: Vec<Place> = (0..4).map(|_| enter(&lanes, &["ada"])).collect();
        let [first, second, third, fourth] = places.try_into().ok().expect("four");
        first.turn().await;
        enter(&lanes, &["bob"]).turn().await;
        {
            let (mut next, mut last) = (pin!(second.turn()), pin!(fourth.turn()));
            assert!(poll!(&mut next).is_pending());
            drop(first);
            assert!(poll!(&mut last).is_pending());
            next.await;
        }
        drop(third);
        {
            let mut last = pin!(fourth.turn());
            assert!(poll!(&mut last).is_pending());
            drop(second);
            last.await;
        }
        drop(fourth);
        let chats = lanes.chats.lock();
        assert!(chats.lines.is_empty() && chats.names.is_empty());
    }

    #[tokio::test]
    async fn a_chat_has_one_line_whatever_it_is_called() {
        let lanes = Lanes::default();
        let by_both = enter(&lanes, &["lid", "number"]);
        let by_number = enter(&lanes, &["number"]);
        assert!(poll!(pin!(by_number.turn())).is_pending());
        drop(by_both);
        by_number.turn().await;
        drop(by_number);
        // What it is called besides turns out when somebody stands there already.
        let first = enter(&lanes, &["number"]);
        lanes.also(&first, &names(&["lid", "number"]));
        let second = enter(&lanes, &["lid"]);
        assert!(poll!(pin!(second.turn())).is_pending());
        drop((first, second));
        // Two lines that turn out to be one chat's.
        let first = enter(&lanes, &["lid"]);
        let second = enter(&lanes, &["number"]);
        let both = names(&["lid", "number"]);
        lanes.also(&first, &both);
        lanes.also(&second, &both);
        assert!(lanes.beside(&first, &both).is_none());
        let beside = lanes.beside(&second, &both);
        let beside = beside.expect("a place behind the first");
        assert!(poll!(pin!(beside.turn())).is_pending());
        drop(first);
        beside.turn().await;
        drop((beside, second));
        assert!(lanes.chats.lock().names.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_longer_than_a_minute_and_no_slow_chat_takes_all_places() {
        let lanes = Lanes::default();
        let ada = names(&["ada"]);
        let seconds = Duration::from_secs;
        let enter = |announced| lanes.enter(&ada, seconds(announced), MOST);
        let (_first, ahead) = enter(40).expect("the first");
        assert_eq!(ahead, Duration::ZERO);
        let (_second, ahead) = enter(50).expect("the second");
        assert_eq!(ahead, seconds(40));
        // 90 seconds: in 40 of them the first has gone.
        let refused = enter(0).err().expect("too long");
        assert_eq!(refused.retry_after(), Some(seconds(40)));
        // Where nobody has announced anything all may come, until it turns out that nothing moves.
        let enter = || lanes.enter(&names(&["bob"]), Duration::ZERO, MOST);
        let places: Vec<_> = (0..2 * MOST).map(|_| enter().expect("quick")).collect();
        tokio::time::advance(seconds(2)).await;
        let refused = enter().err().expect("slow");
        assert_eq!(refused.retry_after(), Some(seconds(1)));
        drop(places);
        assert!(enter().is_ok());
    }
}
