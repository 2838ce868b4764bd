//! The bounded queues before the store's threads.

use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, OwnedPermit, Receiver, Sender};
use tokio::time::timeout;

use super::StoreError;

/// How long the protocol library may wait for a place. It has no way to come back later, and a write that it
/// loses ends the life of the device.
const PATIENCE: Duration = Duration::from_secs(5);

/// The sending end. Closing it lets the receiving thread finish what waits and then end.
pub(super) struct Queue<T> {
    sender: Mutex<Option<Sender<T>>>,
}

impl<T> Queue<T> {
    /// With places for `size` items, at least one.
    pub fn bounded(size: usize) -> (Self, Receiver<T>) {
        let (sender, receiver) = mpsc::channel(size.max(1));
        (
            Self {
                sender: Mutex::new(Some(sender)),
            },
            receiver,
        )
    }

    /// Adds an item, or refuses at once when the queue is full.
    pub fn offer(&self, item: T) -> Result<(), StoreError> {
        self.sender()?.try_send(item).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Closed(_) => StoreError::Closed,
        })
    }

    /// Waits a bounded time for a place. Items are received in the order in which their places are used.
    pub async fn place(&self) -> Result<OwnedPermit<T>, StoreError> {
        let sender = match self.sender()?.try_reserve_owned() {
            Ok(place) => return Ok(place),
            Err(TrySendError::Closed(_)) => return Err(StoreError::Closed),
            Err(TrySendError::Full(sender)) => sender,
        };
        match timeout(PATIENCE, sender.reserve_owned()).await {
            Ok(place) => place.map_err(|_| StoreError::Closed),
            Err(_) => Err(StoreError::Busy),
        }
    }

    /// Items that wait now.
    pub fn depth(&self) -> usize {
        let sender = self.sender.lock();
        sender
            .as_ref()
            .map_or(0, |sender| sender.max_capacity() - sender.capacity())
    }

    /// Items that may wait.
    pub fn size(&self) -> usize {
        let sender = self.sender.lock();
        sender.as_ref().map_or(0, Sender::max_capacity)
    }

    /// Takes no more items.
    pub fn close(&self) {
        self.sender.lock().take();
    }

    fn sender(&self) -> Result<Sender<T>, StoreError> {
        self.sender.lock().clone().ok_or(StoreError::Closed)
    }
}
