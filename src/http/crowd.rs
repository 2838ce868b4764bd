//! All connections of a listener: how many there may be, in all and from one address, and which one goes first.
//!
//! A connection that rests (its next request has not come, or not all of its first head) costs nobody anything when it is
//! closed. So whoever comes when it gets narrow takes the place of the one that has rested for longest.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::time::Instant;

/// Closes its connection at this moment; `None`: not now.
pub type Deadline = watch::Sender<Option<Instant>>;

/// The connections of one listener. Its clones are the same.
#[derive(Clone)]
pub struct Crowd(Arc<Shared>);

struct Shared {
    most: usize,
    most_per_peer: Option<NonZeroUsize>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Names the next connection.
    next: u64,
    open: usize,
    by_peer: HashMap<IpAddr, usize>,
    /// By since when they rest, who has for longest first.
    resting: BTreeMap<(Instant, u64), (IpAddr, Deadline)>,
}

impl State {
    /// Closes the connection that has rested for longest, of this peer or of all. Whether there was one.
    fn close_one(&mut self, peer: Option<IpAddr>) -> bool {
        let mut resting = self.resting.iter();
        let of_peer = |other: IpAddr| peer.is_none_or(|peer| peer == other);
        let found = resting.find(|(_, (other, _))| of_peer(*other));
        let Some(key) = found.map(|(key, _)| *key) else {
            return false;
        };
        if let Some((_, deadline)) = self.resting.remove(&key) {
            deadline.send_replace(Some(Instant::now()));
        }
        true
    }
}

impl Crowd {
    /// `most`: connections in all; the listener itself lets no more in. `most_per_peer`: of one address; `None`: as many.
    pub fn new(most: usize, most_per_peer: Option<NonZeroUsize>) -> Self {
        Self(Arc::new(Shared {
            most,
            most_per_peer,
            state: Mutex::default(),
        }))
    }

    /// A place for a connection that begins now, and rests. `None`: its peer has too many, and works on all of them.
    pub fn enter(&self, peer: IpAddr, now: Instant, deadline: &Deadline) -> Option<Place> {
        let peer = network(peer);
        let mut state = self.0.state.lock();
        let own = state.by_peer.get(&peer).copied().unwrap_or(0);
        let full = self.0.most_per_peer.is_some_and(|most| own >= most.get());
        if full && !state.close_one(Some(peer)) {
            return None;
        }
        // An eighth stays free: the listener takes nobody in when there are as many as there may be.
        if state.open >= self.0.most - self.0.most.div_ceil(8) {
            state.close_one(None);
        }
        let name = state.next;
        state.next += 1;
        state.open += 1;
        *state.by_peer.entry(peer).or_default() += 1;
        drop(state);
        let place = Place {
            crowd: self.clone(),
            peer,
            name,
            rests: Mutex::new(None),
        };
        place.rest(now, deadline);
        Some(place)
    }
}

/// One address is one peer; in IPv6 everybody has at least a /64.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(peer) => {
            let network = peer.to_bits() >> 64 << 64;
            Ipv6Addr::from_bits(network).into()
        }
        peer => peer,
    }
}

/// The place of one connection; dropped when that is closed.
pub struct Place {
    crowd: Crowd,
    peer: IpAddr,
    name: u64,
    /// Since when, while it rests.
    rests: Mutex<Option<Instant>>,
}

impl Place {
    /// It may be closed for others; `deadline` does it.
    pub fn rest(&self, since: Instant, deadline: &Deadline) {
        let mut state = self.crowd.0.state.lock();
        let before = self.rests.lock().replace(since);
        if let Some(before) = before {
            state.resting.remove(&(before, self.name));
        }
        let resting = (self.peer, deadline.clone());
        state.resting.insert((since, self.name), resting);
    }

    /// It is needed.
    pub fn work(&self) {
        let mut state = self.crowd.0.state.lock();
        if let Some(since) = self.rests.lock().take() {
            state.resting.remove(&(since, self.name));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.work();
        let mut state = self.crowd.0.state.lock();
        state.open -= 1;
        if let Some(own) = state.by_peer.get_mut(&self.peer) {
            *own -= 1;
            if *own == 0 {
                state.by_peer.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn peer(number: u8) -> IpAddr {
        [10, 0, 0, number].into()
    }

    /// A connection that rests since so many seconds later, and what becomes of it.
    fn enter(crowd: &Crowd, from: u8, seconds: u64) -> Option<(Place, Deadline)> {
        let deadline = watch::channel(None).0;
        let since = Instant::now() + Duration::from_secs(seconds);
        let place = crowd.enter(peer(from), since, &deadline)?;
        Some((place, deadline))
    }

    fn is_closed((_, deadline): &(Place, Deadline)) -> bool {
        deadline.borrow().is_some()
    }

    #[test]
    fn who_comes_when_it_is_full_takes_the_place_of_who_has_rested_for_longest() {
        let crowd = Crowd::new(16, None);
        let crowded: Vec<_> = (0..14)
            .map(|n| enter(&crowd, n, 10 - u64::from(n % 10)).expect("a place"))
            .collect();
        assert!(!crowded.iter().any(is_closed));
        // The last but some has rested for longest; but it works.
        crowded[9].0.work();
        let _next = enter(&crowd, 99, 10).expect("a place");
        let closed: Vec<_> = (0..14).filter(|n| is_closed(&crowded[*n])).collect();
        assert_eq!(closed, [8]);
    }

    #[test]
    fn one_address_has_so_many_and_closes_only_its_own() {
        let crowd = Crowd::new(1000, NonZeroUsize::new(2));
        let other = enter(&crowd, 2, 1).expect("a place");
        let first = enter(&crowd, 1, 5).expect("a place");
        let second = enter(&crowd, 1, 6).expect("a place");
        first.0.work();
        let third = enter(&crowd, 1, 7).expect("the place of the second");
        assert!(is_closed(&second) && !is_closed(&first) && !is_closed(&other));
        drop(second);
        third.0.work();
        assert!(enter(&crowd, 1, 5).is_none(), "both work");
        drop(first);
        assert!(enter(&crowd, 1, 5).is_some());
        drop((third, other));
        assert_eq!(crowd.0.state.lock().open, 0);
        assert!(crowd.0.state.lock().by_peer.is_empty());
        assert!(crowd.0.state.lock().resting.is_empty());
    }

    #[test]
    fn a_network_is_one_peer() {
        let parse = |text: &str| network(text.parse().expect("an address"));
        assert_eq!(parse("2001:db8::1"), parse("2001:db8::ffff:1:2:3"));
        assert_ne!(parse("2001:db8::1"), parse("2001:db8:0:1::1"));
        assert_eq!(parse("::ffff:10.0.0.1"), peer(1));
        assert_ne!(peer(1), peer(2));
    }
}
