//! A command is one typed request with one typed reply, run against a session; one file per endpoint.

pub mod logout;
pub mod status;

use std::future::Future;

use futures::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::device::session::Session;
use crate::failure::{Failure, Invalid, Operation};

/// One endpoint that acts on a live device.
pub trait Command: DeserializeOwned + Send + 'static {
    type Reply: Serialize + Send + 'static;
    /// Names the endpoint's error codes and its JSON shapes.
    const OPERATION: Operation;

    /// Refuses what can be refused without asking WhatsApp.
    fn validate(&self) -> Result<(), Invalid> {
        Ok(())
    }

    /// Does it. Dropped when the device's life ends or the deadline passes.
    fn run(self, session: Session) -> impl Future<Output = Result<Self::Reply, Failure>>;
}

/// A command on its way to a device, with the slot for its reply.
///
/// Dropping a job closes the slot, which the waiting caller reads as `device_disconnected`.
pub struct Job {
    /// A job that has not started by then is dropped, never run late.
    pub deadline: Instant,
    work: Box<dyn Work>,
}

impl Job {
    /// The job and the receiver of its one reply.
    pub fn new<C: Command>(command: C, deadline: Instant) -> (Self, ReplySlot<C>) {
        let (reply, slot) = oneshot::channel();
        (
            Self {
                deadline,
                work: Box::new(Pending { command, reply }),
            },
            slot,
        )
    }

    pub fn run(self, session: Session) -> LocalBoxFuture<'static, ()> {
        self.work.run(session, self.deadline)
    }

    pub fn refuse(self, failure: Failure) {
        self.work.refuse(failure);
    }
}

pub type ReplySlot<C> = oneshot::Receiver<Result<<C as Command>::Reply, Failure>>;

/// What a job does, whatever its command is.
trait Work: Send {
    fn run(self: Box<Self>, session: Session, deadline: Instant) -> LocalBoxFuture<'static, ()>;
    fn refuse(self: Box<Self>, failure: Failure);
}

struct Pending<C: Command> {
    command: C,
    reply: oneshot::Sender<Result<C::Reply, Failure>>,
}

impl<C: Command> Work for Pending<C> {
    fn run(self: Box<Self>, session: Session, deadline: Instant) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move {
            let run = self.command.run(session);
            let result = tokio::time::timeout_at(deadline, run)
                .await
                .unwrap_or(Err(Failure::TimedOut { message_id: None }));
            // The caller may have gone; nobody else is interested.
            let _ = self.reply.send(result);
        })
    }

    fn refuse(self: Box<Self>, failure: Failure) {
        let _ = self.reply.send(Err(failure));
    }
}
