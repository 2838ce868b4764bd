//! Work for a live device, whatever it is: the device knows its deadline and nothing more.

use futures::future::LocalBoxFuture;
use tokio::time::Instant;
use tracing::instrument::Instrumented;
use tracing::{Instrument, Span, field};

use super::session::Session;
use crate::failure::Failure;
use crate::ids::DeviceId;

/// Work on its way to a device, with the slot for its reply.
///
/// Dropping a job closes the slot, which the waiting caller reads as `device_disconnected`.
pub struct Job {
    /// A job that has not started by then is dropped, never run late.
    pub deadline: Instant,
    work: Box<dyn Work>,
    /// Of whoever wants it: what is logged on the way belongs to that.
    span: Span,
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
            span: Span::current(),
        }
    }

    /// Notes on which device it runs.
    pub fn reach(&self, device: DeviceId) {
        self.span.record("device.id", field::display(device));
    }

    pub fn run(self, session: Session) -> Instrumented<LocalBoxFuture<'static, ()>> {
        let run = self.span.in_scope(|| self.work.run(session, self.deadline));
        run.instrument(self.span)
    }

    pub fn refuse(self, failure: Failure) {
        self.work.refuse(failure);
    }
}
