//! Work for a live device, whatever it is: the device knows its deadline and nothing more.

use futures::future::LocalBoxFuture;
use tokio::time::Instant;

use super::session::Session;
use crate::failure::Failure;

/// Work on its way to a device, with the slot for its reply.
///
/// Dropping a job closes the slot, which the waiting caller reads as `device_disconnected`.
pub struct Job {
    /// A job that has not started by then is dropped, never run late.
    pub deadline: Instant,
    work: Box<dyn Work>,
}

/// What a job does.
pub trait Work: Send {
    fn run(self: Box<Self>, session: Session, deadline: Instant) -> LocalBoxFuture<'static, ()>;
    fn refuse(self: Box<Self>, failure: Failure);
}

impl Job {
    pub fn new(work: impl Work + 'static, deadline: Instant) -> Self {
        Self {
            deadline,
            work: Box::new(work),
        }
    }

    pub fn run(self, session: Session) -> LocalBoxFuture<'static, ()> {
        self.work.run(session, self.deadline)
    }

    pub fn refuse(self, failure: Failure) {
        self.work.refuse(failure);
    }
}
