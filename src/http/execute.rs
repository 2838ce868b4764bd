//! The one handler of all commands: authenticate, decode, validate, dispatch, wait, answer.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use tokio::time::{Instant, timeout_at};
use tracing::{Instrument, field, info, info_span};

use super::{Api, Limits, body, envelope};
use crate::commands::{self, Command};
use crate::failure::Failure;
use crate::http::wire::outcome;
use crate::ids::DeviceId;
use crate::metrics::InProgress;
use crate::store::accounts::Caller;
use crate::supervision::router::Dispatch;

/// The device answers by the deadline itself; this much later nobody will.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// Runs the command in body and query on the caller's device.
pub async fn execute<C: Command>(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    let result = run::<C>(&request, payload, &api).await;
    envelope::respond(&C::OPERATION, result)
}

async fn run<C: Command>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
) -> Result<C::Reply, Failure> {
    let caller = api.caller(request).await?;
    let limits = limits::<C>(api);
    let command: C =
        body::json_or_query(request, payload, &limits, C::QUERY, C::BODY_OPTIONAL).await?;
    dispatch(api, caller, None, command).await
}

/// Sends a command to a device of the caller and waits for its reply.
pub async fn dispatch<C: Command>(
    api: &Api,
    caller: Caller,
    device: Option<DeviceId>,
    command: C,
) -> Result<C::Reply, Failure> {
    let deadline = Instant::now() + limits::<C>(api).command;
    dispatch_until(deadline, api, caller, device, command).await
}

/// The same for one of several commands that share a deadline.
pub async fn dispatch_until<C: Command>(
    deadline: Instant,
    api: &Api,
    caller: Caller,
    device: Option<DeviceId>,
    command: C,
) -> Result<C::Reply, Failure> {
    let operation = C::OPERATION.name;
    // Below the request's, so that both ids are on every line.
    let span = info_span!("command", operation, device.id = field::Empty);
    let answered = async {
        let under_way = api.metrics.command_begun();
        let result = send(deadline, api, caller, device, command).await;
        count::<C>(api, &under_way, &result);
        result
    };
    answered.instrument(span).await
}

async fn send<C: Command>(
    deadline: Instant,
    api: &Api,
    caller: Caller,
    device: Option<DeviceId>,
    command: C,
) -> Result<C::Reply, Failure> {
    command.validate()?;
    let (job, slot) = commands::job(command, deadline);
    if api
        .router
        .try_send(Dispatch {
            caller,
            device,
            job,
        })
        .is_err()
    {
        return Err(Failure::Overloaded);
    }
    match timeout_at(deadline + ANSWER_GRACE, slot).await {
        Ok(Ok(result)) => result,
        // The slot was dropped with the life that held it.
        Ok(Err(_)) => Err(Failure::Disconnected),
        Err(_) => Err(Failure::TimedOut { message_id: None }),
    }
}

/// Clocks and sizes of this kind of command.
fn limits<C: Command>(api: &Api) -> Limits {
    let limits = api.limits;
    match C::LARGE {
        true => Limits {
            body: limits.large_body,
            command: limits.large_command,
            ..limits
        },
        false => limits,
    }
}

fn count<C: Command>(api: &Api, under_way: &InProgress, result: &Result<C::Reply, Failure>) {
    let operation = C::OPERATION.name;
    let outcome = match result {
        Ok(_) => "ok".into(),
        Err(failure) => {
            let outcome = outcome(failure, &C::OPERATION);
            log(failure, outcome.status);
            outcome.code
        }
    };
    api.metrics.command_answered(under_way, operation, &outcome);
}

/// What is wrong with a request is its caller's business, and may quote it.
fn log(failure: &Failure, status: u16) {
    match failure {
        Failure::Invalid(_) => {}
        failure => info!(status, reason = %failure, "a command failed"),
    }
}
