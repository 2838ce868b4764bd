//! What callers make us hold: bodies, what is decoded from them, downloads, pictures. All of it is counted, and bounded.
//!
//! Bytes are counted by a [`Permit`], which goes wherever the bytes go: into the job, into the closure on another thread.
//! It lives exactly as long as they do, so that nothing is forgotten when a caller resets, a deadline passes or a life
//! ends. Nobody waits for a permit: there is room at once, or the request is refused with 429.
//!
//! ```ignore
//! let permit = session.room();              // in the name of whoever asked; nothing yet
//! permit.grow(chunk.len())?;                // before the bytes are taken: `?` makes it 429
//! body.extend_from_slice(&chunk);
//! let body = Held::new(body, permit);       // from here on they go together
//! spawn_blocking(move || body.map(decode)); // also when nobody waits for it any more
//! ```
//!
//! Two rules keep one caller from being everybody's trouble. Nobody may hold more than what is then still free: one
//! alone gets half of it all, two a third each, and there is always something left for the next. And what is small has an
//! eighth for itself, so that it never fails for what is large.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::ids::UserId;
use crate::metrics::metrics;

/// The part of it all that is kept for what is small.
const FOR_SMALL: usize = 8;

metrics! {
    /// Its clones count together.
    struct Metrics {
        /// Bytes that callers make the daemon hold, by size of the piece.
        memory_held_bytes: IntGaugeVec["size"],
        /// Bytes that callers may make the daemon hold, by size of the piece.
        memory_limit_bytes: IntGaugeVec["size"],
        /// Times that there was no room for what a caller asked for, by size of the piece.
        memory_refused_total: IntCounterVec["size"],
    }
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoRoom {
    /// Others hold too much, or the caller itself does: a little later there may be.
    #[error("there is no room for it at the moment")]
    Now,
    /// There would be none if nobody held anything.
    #[error("there is never room for so much")]
    Ever,
}

/// All that callers may make us hold. Its clones are the same.
#[derive(Clone)]
pub struct Memory(Arc<Shared>);

struct Shared {
    /// A permit for more bytes is large.
    small: usize,
    /// For small and for large permits.
    pools: Mutex<[Pool; 2]>,
    metrics: Metrics,
}

/// In whose name bytes are held; `None`: whoever runs the daemon.
pub type Holder = Option<UserId>;

struct Pool {
    limit: usize,
    held: usize,
    by_holder: HashMap<Holder, usize>,
}

impl Pool {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            held: 0,
            by_holder: HashMap::new(),
        }
    }

    /// What one holder gets who is alone.
    fn most(&self) -> usize {
        self.limit / 2
    }

    fn take(&mut self, holder: Holder, bytes: usize) -> Result<(), NoRoom> {
        let own = self.by_holder.get(&holder).copied().unwrap_or(0);
        let own = own.checked_add(bytes).ok_or(NoRoom::Ever)?;
        let free = self.limit.checked_sub(self.held + bytes);
        if free.is_none_or(|free| own > free) {
            return Err(NoRoom::Now);
        }
        self.held += bytes;
        if bytes > 0 {
            self.by_holder.insert(holder, own);
        }
        Ok(())
    }

    fn give_back(&mut self, holder: Holder, bytes: usize) {
        self.held -= bytes;
        if let Some(own) = self.by_holder.get_mut(&holder) {
            *own -= bytes;
            if *own == 0 {
                self.by_holder.remove(&holder);
            }
        }
    }
}

impl Memory {
    /// `limit`: bytes in all. `small`: up to so many bytes a permit never fails for large ones.
    pub fn new(limit: usize, small: usize) -> Self {
        let for_small = limit / FOR_SMALL;
        let pools = [for_small, limit - for_small].map(Pool::new);
        let metrics = Metrics::declare();
        for (pool, size) in pools.iter().zip(SIZES) {
            let limit = metrics.memory_limit_bytes.with_label_values(&[size]);
            limit.set(pool.limit as i64);
            metrics.memory_held_bytes.with_label_values(&[size]).set(0);
            metrics.memory_refused_total.with_label_values(&[size]);
        }
        Self(Arc::new(Shared {
            small,
            pools: Mutex::new(pools),
            metrics,
        }))
    }

    /// The smallest limit with which one holder who is alone gets so many bytes at a time, and so many for small things.
    pub fn limit_for(bytes: usize, small: usize) -> usize {
        let half = bytes.saturating_mul(2);
        let for_large = half.saturating_add(half / (FOR_SMALL - 1) + 1);
        for_large.max(small.saturating_mul(2 * FOR_SMALL))
    }

    /// A permit for nothing yet.
    pub fn permit(&self, holder: Holder) -> Permit {
        Permit(Arc::new(Taken {
            memory: self.clone(),
            holder,
            large: AtomicBool::new(false),
            bytes: AtomicUsize::new(0),
        }))
    }

    /// For a registry.
    pub fn metrics(&self) -> impl Collector + 'static {
        OfMemory(self.clone())
    }
}

/// Bytes that are held in somebody's name. Clones are the same permit: whoever needs the bytes has one beside them, and
/// with the last clone the bytes are given back.
#[derive(Clone)]
pub struct Permit(Arc<Taken>);

struct Taken {
    memory: Memory,
    holder: Holder,
    /// In which pool they are. Once large, always large.
    large: AtomicBool,
    /// Changes only under the lock of the pools.
    bytes: AtomicUsize,
}

impl Permit {
    /// So many bytes more, to be asked for before they are taken.
    pub fn grow(&self, more: usize) -> Result<(), NoRoom> {
        let taken = &*self.0;
        let shared = &*taken.memory.0;
        let mut pools = shared.pools.lock();
        let (bytes, was_large) = (self.bytes(), taken.large.load(Ordering::Relaxed));
        let total = bytes.checked_add(more).ok_or(NoRoom::Ever)?;
        let large = was_large || total > shared.small;
        let pool = &mut pools[usize::from(large)];
        let asked = if large == was_large { more } else { total };
        let room = match total > pool.most() {
            true => Err(NoRoom::Ever),
            false => pool.take(taken.holder, asked),
        };
        if let Err(no_room) = room {
            let refused = &shared.metrics.memory_refused_total;
            refused
                .with_label_values(&[SIZES[usize::from(large)]])
                .inc();
            return Err(no_room);
        }
        if large != was_large {
            pools[usize::from(was_large)].give_back(taken.holder, bytes);
            taken.large.store(true, Ordering::Relaxed);
        }
        taken.bytes.store(total, Ordering::Relaxed);
        Ok(())
    }

    /// Gives back what is more than so many bytes.
    pub fn shrink_to(&self, bytes: usize) {
        let taken = &*self.0;
        let mut pools = taken.memory.0.pools.lock();
        let surplus = self.bytes().saturating_sub(bytes);
        pools[usize::from(taken.large.load(Ordering::Relaxed))].give_back(taken.holder, surplus);
        taken.bytes.store(self.bytes() - surplus, Ordering::Relaxed);
    }

    /// How many bytes it is for.
    pub fn bytes(&self) -> usize {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Another one in the same name, for nothing yet: for bytes that live shorter or longer than these.
    pub fn another(&self) -> Self {
        self.0.memory.permit(self.0.holder)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let bytes = *self.bytes.get_mut();
        let mut pools = self.memory.0.pools.lock();
        pools[usize::from(*self.large.get_mut())].give_back(self.holder, bytes);
    }
}

/// Something that takes memory, with the permit for it.
pub struct Held<T> {
    // In this order they are dropped.
    value: T,
    permit: Permit,
}

impl<T> Held<T> {
    /// The permit is for all that the value holds.
    pub fn new(value: T, permit: Permit) -> Self {
        Self { value, permit }
    }

    /// Makes something of it that takes no more than it did.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Held<U> {
        Held::new(make(self.value), self.permit)
    }

    /// The same where it may fail.
    pub fn try_map<U, E>(self, make: impl FnOnce(T) -> Result<U, E>) -> Result<Held<U>, E> {
        Ok(Held::new(make(self.value)?, self.permit))
    }

    /// For whoever keeps them apart: the permit must not be dropped before the value.
    pub fn into_parts(self) -> (T, Permit) {
        (self.value, self.permit)
    }

    /// A clone of it beside a part of the value keeps all of it counted.
    pub fn permit(&self) -> &Permit {
        &self.permit
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Labels of the two pools.
const SIZES: [&str; 2] = ["small", "large"];

/// How much is held is looked up when it is scraped.
struct OfMemory(Memory);

impl Collector for OfMemory {
    fn desc(&self) -> Vec<&Desc> {
        self.0.0.metrics.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let shared = &*self.0.0;
        let held = shared.pools.lock().each_ref().map(|pool| pool.held);
        for (held, size) in held.into_iter().zip(SIZES) {
            let gauge = shared.metrics.memory_held_bytes.with_label_values(&[size]);
            gauge.set(held as i64);
        }
        shared.metrics.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 100 bytes for what has at most 10, 700 for the rest.
    fn memory() -> Memory {
        Memory::new(800, 10)
    }

    fn somebody() -> Holder {
        Some(UserId::random())
    }

    fn held(memory: &Memory) -> [usize; 2] {
        memory.0.pools.lock().each_ref().map(|pool| pool.held)
    }

    #[test]
    fn bytes_are_counted_until_the_last_who_needs_them_has_gone() {
        let memory = memory();
        let permit = memory.permit(None);
        permit.grow(300).expect("room");
        let elsewhere = Held::new(vec![0; 300], permit.clone());
        drop(permit);
        assert_eq!(held(&memory), [0, 300]);
        let half = elsewhere.map(|bytes| bytes[..150].to_vec());
        half.permit().shrink_to(150);
        assert_eq!(held(&memory), [0, 150]);
        drop(half);
        assert_eq!(held(&memory), [0, 0]);
        assert!(
            memory
                .0
                .pools
                .lock()
                .iter()
                .all(|pool| pool.by_holder.is_empty())
        );
    }

    #[test]
    fn nobody_holds_more_than_is_still_free() {
        let memory = memory();
        let (first, second) = (memory.permit(somebody()), memory.permit(somebody()));
        first.grow(350).expect("half of it");
        assert_eq!(first.another().grow(11), Err(NoRoom::Now));
        second.grow(175).expect("half of the rest");
        assert_eq!(second.another().grow(11), Err(NoRoom::Now));
        // However many there are, the next finds something.
        let others: Vec<_> = (0..4).map(|_| memory.permit(somebody())).collect();
        for other in &others {
            other.grow(11).expect("a little");
        }
        first.shrink_to(0);
        second.grow(100).expect("what the first gave back");
        assert_eq!(second.another().grow(351), Err(NoRoom::Ever));
    }

    #[test]
    fn what_is_small_never_fails_for_what_is_large() {
        let memory = memory();
        let (user, large) = (somebody(), memory.permit(None));
        large.grow(350).expect("half of it");
        let rest: Vec<_> = (0..9).map(|_| memory.permit(somebody())).collect();
        for permit in &rest {
            while permit.grow(11).is_ok() {}
        }
        let small: Vec<_> = (0..5).map(|_| memory.permit(user)).collect();
        for permit in &small {
            permit.grow(10).expect("room for what is small");
        }
        assert_eq!(
            memory.permit(user).grow(1),
            Err(NoRoom::Now),
            "its share is taken"
        );
        memory.permit(None).grow(10).expect("but not another's");
        // What grows large leaves the room of the small.
        assert_eq!(small[0].grow(1), Err(NoRoom::Now));
        drop(large);
        small[0].grow(1).expect("room among the large");
        assert_eq!(held(&memory)[0], 40);
    }

    #[test]
    fn the_smallest_limit_is_enough_and_no_more() {
        for bytes in [100, 12_345, 89_478_488] {
            let alone = |limit| Memory::new(limit, 0).permit(None).grow(bytes);
            assert_eq!(alone(Memory::limit_for(bytes, 0)), Ok(()), "{bytes}");
            assert_eq!(alone(bytes * 2), Err(NoRoom::Ever), "{bytes}");
            let small = Memory::new(Memory::limit_for(0, bytes), bytes);
            assert_eq!(small.permit(None).grow(bytes), Ok(()), "{bytes}");
        }
    }
}
