//! What keeps the sends to one chat in their order: one at a time, first come, first served.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

type Turn = Arc<tokio::sync::Mutex<()>>;

/// A lane for every chat that somebody writes to at this moment. As many at most as commands are under way.
#[derive(Clone, Default)]
pub struct Lanes(Arc<Mutex<HashMap<String, Turn>>>);

/// The front place in a chat's lane, until it is dropped.
pub struct Lane {
    lanes: Lanes,
    chat: String,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Lanes {
    /// Waits for one's turn in a chat. Turns come in the order in which the returned futures are first polled.
    pub async fn enter(&self, chat: &str) -> Lane {
        let turn = self.0.lock().entry(chat.to_owned()).or_default().clone();
        let mut lane = Lane {
            lanes: self.clone(),
            chat: chat.to_owned(),
            turn: None,
        };
        lane.turn = Some(turn.lock_owned().await);
        lane
    }
}

impl Drop for Lane {
    /// The last one takes the lane away. Also when it leaves before its turn.
    fn drop(&mut self) {
        self.turn = None;
        let mut lanes = self.lanes.0.lock();
        if lanes
            .get(&self.chat)
            .is_some_and(|turn| Arc::strong_count(turn) == 1)
        {
            lanes.remove(&self.chat);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::poll;
    use std::pin::pin;

    use super::*;

    #[tokio::test]
    async fn a_chat_is_entered_in_order_and_another_at_once_and_nothing_is_left_behind() {
        let lanes = Lanes::default();
        let first = lanes.enter("ada").await;
        let mut second = pin!(lanes.enter("ada"));
        let mut third = Box::pin(lanes.enter("ada"));
        let mut fourth = pin!(lanes.enter("ada"));
        assert!(poll!(&mut second).is_pending());
        assert!(poll!(&mut third).is_pending());
        assert!(poll!(&mut fourth).is_pending());
        drop(lanes.enter("bob").await);
        drop(first);
        assert!(poll!(&mut fourth).is_pending());
        let second = second.await;
        drop(third);
        assert!(poll!(&mut fourth).is_pending());
        drop(second);
        drop(fourth.await);
        assert!(lanes.0.lock().is_empty());
    }
}
