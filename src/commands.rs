//! A command is one typed request with one typed reply, run against a session; one file per endpoint.

pub mod appstate;
pub mod calls;
pub mod chats;
pub mod communities;
pub mod contacts;
pub mod groups;
pub mod logout;
pub mod messages;
pub mod named;
pub mod newsletters;
pub mod payments;
pub mod presence;
pub mod privacy;
pub mod profile;
pub mod send;
pub mod status;
pub mod statuses;

use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;
use tokio::time::sleep;
use utoipa::ToSchema;

use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::device::deadline::Deadline;
use crate::device::job::{Job, Terms, Work};
use crate::device::session::{Sending, Session};
use crate::failure::{Failure, Invalid};

/// RFC 3339 in UTC, to the second, as most replies have times.
fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// One thing to do with a live device. Nothing about it can be wrong any more: its fields are of types that cannot be.
pub trait Command: Send + 'static {
    type Reply: Send + 'static;

    /// What it does, in a sentence for the API's document.
    const SUMMARY: &'static str;

    /// Names the endpoint's error codes and its JSON shapes.
    const OPERATION: Operation;

    /// Fields that path or query bring.
    const PARAMS: &'static [Param] = &[];

    /// Carries media: a larger body and a longer deadline. What it holds is given up when its caller goes before anything
    /// is sent.
    const LARGE: bool = false;

    /// May take longer than its caller waits: it is answered by [`Command::taken_on`] then, and goes on as a job.
    const JOB: bool = false;

    /// Sends a message, whose id is chosen before anything is asked.
    const SENDS: bool = false;

    /// Makes something that has no id before it is there: what may have been made is not made once more under the same
    /// `Idempotency-Key`.
    const MAKES: bool = false;

    /// How long it waits of its own accord, which its deadline does not count.
    fn patience(&self) -> Duration {
        Duration::ZERO
    }

    /// Failures besides those that every command can have, for the API's document.
    fn refusals() -> Vec<Failure> {
        Vec::new()
    }

    /// What is answered when it goes on as a job. `message_id`: of the message that it is to send.
    fn taken_on(&self, _message_id: &str) -> Option<TakenOn<Self::Reply>> {
        None
    }

    /// What is answered when its device goes although it goes on: the device's next life takes it up. `message_id`: of the
    /// message that it is to send, if it sends one.
    fn going_on(&self, _message_id: &str) -> Option<Self::Reply> {
        None
    }

    /// Does it. Dropped when the device's life ends or the deadline passes.
    fn run(self, session: Session) -> impl Future<Output = Result<Self::Reply, Failure>>;
}

/// The answer to a command that goes on as a job.
pub struct TakenOn<R> {
    /// What the caller hears.
    pub reply: R,
    /// The JID of the chat that it sends to, as it was asked for.
    pub to: String,
}

/// What a request for a command brings. A command whose fields are each right by themselves is its own input; another
/// is made of its input by a check that sees several fields.
pub trait Input: DeserializeOwned + ToSchema + 'static {
    type Command: Command;

    /// Refuses what can be refused without asking WhatsApp.
    fn check(self) -> Result<Self::Command, Invalid>;
}

impl<C: Command + DeserializeOwned + ToSchema> Input for C {
    type Command = C;

    fn check(self) -> Result<C, Invalid> {
        Ok(self)
    }
}

/// A job that runs the command, and the receiver of its one reply.
pub fn job<C: Command>(command: C, terms: Terms) -> (Job, ReplySlot<C>) {
    let (reply, slot) = oneshot::channel();
    (Job::new(Pending { command, reply }, terms), slot)
}

/// Where the one reply of a command arrives; closed without one when its life ends.
pub type ReplySlot<C> = oneshot::Receiver<Result<<C as Command>::Reply, Failure>>;

/// Runs a command to its end, its deadline or its panic, which is its caller's failure and nobody else's.
async fn within<T>(
    deadline: &Deadline,
    run: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let run = AssertUnwindSafe(run).catch_unwind();
    match deadline.limit(Duration::ZERO, run).await {
        Some(Ok(result)) => result,
        Some(Err(_panic)) => Err(Failure::Internal),
        None => Err(Failure::TimedOut { message_id: None }),
    }
}

struct Pending<C: Command> {
    command: C,
    reply: oneshot::Sender<Result<C::Reply, Failure>>,
}

/// Where the reply goes. Dropped without one, it says so of what goes on.
struct Slot<R> {
    reply: Option<oneshot::Sender<Result<R, Failure>>>,
    going_on: Option<R>,
    sending: Sending,
}

impl<R> Slot<R> {
    /// The caller may have gone; nobody else is interested.
    fn send(mut self, result: Result<R, Failure>) {
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(result);
        }
    }

    /// Returns when the caller has gone.
    async fn closed(&mut self) {
        if let Some(reply) = &mut self.reply {
            reply.closed().await;
        }
    }
}

impl<R> Drop for Slot<R> {
    fn drop(&mut self) {
        if let (Some(reply), Some(going_on)) = (self.reply.take(), self.going_on.take())
            && self.sending.promised()
        {
            let _ = reply.send(Ok(going_on));
        }
    }
}

impl<C: Command> Work for Pending<C> {
    fn run(self: Box<Self>, session: Session) -> LocalBoxFuture<'static, ()> {
        let Self { command, reply } = *self;
        Box::pin(async move {
            if reply.is_closed() {
                return;
            }
            let (sending, deadline) = (session.sending(), session.deadline());
            let going_on = command.going_on(session.message_id().unwrap_or_default());
            let mut reply = Slot {
                reply: Some(reply),
                going_on,
                sending: session.sending(),
            };
            let attempt = session.attempt();
            let taken_on = session
                .message_id()
                .and_then(|id| command.taken_on(id))
                .filter(|_| C::JOB);
            let answer_after = session.answer_after() + command.patience();
            // In a box of its own: whatever waits for it would make room for it once more, and they are many.
            let run = command.run(session.clone()).boxed_local();
            let mut run = pin!(within(&deadline, run));
            let result = tokio::select! {
                biased;
                result = &mut run => Some(result),
                () = given_up::<C>(&mut reply, sending) => return attempt.end(None).await,
                () = sleep(answer_after), if taken_on.is_some() => None,
            };
            let result = match (result, taken_on) {
                (Some(result), _) => result,
                (None, None) => run.await,
                (None, Some(taken_on)) => {
                    match session.begin_job(taken_on.to).await {
                        Ok(job) => {
                            attempt.end(None).await;
                            reply.send(Ok(taken_on.reply));
                            job.end(run.await.err());
                            return;
                        }
                        // Nothing is promised that could be forgotten: its caller waits on.
                        Err(_) => run.await,
                    }
                }
            };
            attempt.end(result.as_ref().err()).await;
            reply.send(result);
        })
    }

    fn refuse(self: Box<Self>, failure: Failure) {
        let _ = self.reply.send(Err(failure));
    }
}

/// Returns when the caller has gone and the command has sent nothing; else never. What was sent is seen through: it
/// counts for others, and small commands hold nothing worth while.
async fn given_up<C: Command>(reply: &mut Slot<C::Reply>, sending: Sending) {
    reply.closed().await;
    if !C::LARGE || sending.begun() {
        pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_command_ends_with_its_result_its_deadline_or_its_panic() {
        let deadline = &Deadline::after(Duration::from_secs(30));
        assert_eq!(within(deadline, async { Ok(1) }).await, Ok(1));
        let panics = async { panic!("a defect") };
        assert_eq!(within::<()>(deadline, panics).await, Err(Failure::Internal));
        let late = Err(Failure::TimedOut { message_id: None });
        assert_eq!(
            within::<()>(&Deadline::after(Duration::ZERO), pending()).await,
            late
        );
    }
}
