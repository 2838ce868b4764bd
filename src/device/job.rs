//! Work for a live device, whatever it is: the device knows its deadline and nothing more.

use std::time::Duration;

use actix::Message;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task_local;
use tracing::instrument::Instrumented;
use tracing::{Instrument, Span, field};

use super::deadline::Deadline;
use super::session::{Sending, Session};
use crate::failure::Failure;
use crate::ids::{DeviceId, UserId};
use crate::memory::Permit;

task_local! {
    /// Of the command that a task works for. Whoever moves work of it to another thread takes a clone along: the work
    /// goes on there when the command has been dropped.
    pub(super) static HELD: Permit;
}

/// Runs a command on the device that is told so.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Execute {
    /// The command.
    pub job: Job,
    /// Held until the command has ended: it bounds what one device works on.
    pub permit: OwnedSemaphorePermit,
}

/// By when, for whom, under which id and with whose memory a job is done.
#[derive(Clone)]
pub struct Terms {
    /// A job that has not started by then is dropped, never run late.
    pub deadline: Deadline,
    /// How long the command waits of its own accord.
    pub announced: Duration,
    /// How far it has come, if it sends something.
    pub sending: Sending,
    /// Who wants it.
    pub caller: UserId,
    /// The id of the message that it sends, if it sends one: chosen before anybody is asked, so that whoever hears nothing
    /// can name it.
    pub message_id: Option<String>,
    /// It is sent although WhatsApp is known to refuse it.
    pub force: bool,
    /// For what the request brought. Held until the command has ended.
    pub held: Permit,
}

/// Work on its way to a device, with the slot for its reply.
///
/// Dropping a job closes the slot, which the waiting caller reads as `device_disconnected`.
pub struct Job {
    /// By when, for whom and under which id.
    pub terms: Terms,
    work: Box<dyn Work>,
    /// Of whoever wants it: what is logged on the way belongs to that.
    span: Span,
}

/// What a job does.
pub trait Work: Send {
    /// Does it with a live device, by the deadline of its terms.
    fn run(self: Box<Self>, session: Session) -> LocalBoxFuture<'static, ()>;
    /// Says why it is not done.
    fn refuse(self: Box<Self>, failure: Failure);
}

impl Job {
    /// It belongs to the present span.
    pub fn new(work: impl Work + 'static, terms: Terms) -> Self {
        Self {
            terms,
            work: Box::new(work),
            span: Span::current(),
        }
    }

    /// Notes on which device it runs.
    pub fn reach(&self, device: DeviceId) {
        self.span.record("device.id", field::display(device));
    }

    /// Does it with a live device.
    pub fn run(self, session: Session) -> Instrumented<LocalBoxFuture<'static, ()>> {
        let held = self.terms.held.clone();
        let run = self.span.in_scope(|| self.work.run(session));
        HELD.scope(held, run).boxed_local().instrument(self.span)
    }

    /// Answers it with this.
    pub fn refuse(self, failure: Failure) {
        self.work.refuse(failure);
    }
}
