//! The one way of every request: who calls, what is asked, do it, answer; and how a command reaches its device.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use tracing::{Instrument, field, info, info_span, warn};

use super::endpoint::{Admitted, Context, Endpoint, Needs};
use super::input::{self, Fields, Shape};
use super::which::Which;
use super::{Api, Limits, UnknownFields, envelope, idempotency, wire};
use crate::commands::{self, Command};
use crate::contract::operation::Envelope;
use crate::device::deadline::Deadline;
use crate::device::job::Terms;
use crate::device::session::Sending;
use crate::failure::{Failure, Invalid};
use crate::ids::{DeviceId, new_message_id};
use crate::memory::Permit;
use crate::metrics::InProgress;
use crate::store::accounts::Caller;
use crate::store::idempotency::Asked;
use crate::supervision::router::Dispatch;

/// Names what a request brought and nobody reads: a misspelt field, mostly.
pub const IGNORED_FIELDS: HeaderName = HeaderName::from_static("x-ignored-fields");
/// Names in that header, and bytes of it.
const MOST_IGNORED: usize = 20;
const LONGEST_IGNORED: usize = 500;

/// The device answers by the deadline itself; this much later nobody will.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// Answers a request to this endpoint.
pub async fn execute<E: Endpoint>(
    request: HttpRequest,
    payload: Payload,
    api: Data<Api>,
    shape: Arc<Shape>,
    needs: Needs,
) -> HttpResponse {
    let mut fields = Fields::default();
    let read = read::<E>(&request, payload, api, (&shape, needs), &mut fields).await;
    let respond = {
        let fields = Rc::new(fields);
        move |result| respond::<E>(&fields, result)
    };
    let (endpoint, context, key) = match read {
        Ok(read) => read,
        Err(failure) => return respond(Err(failure)),
    };
    let Some(key) = key else {
        return respond(endpoint.answer(context).await);
    };
    let answered = idempotency::once(endpoint, context, key, respond.clone()).await;
    answered.unwrap_or_else(|failure| respond(Err(failure)))
}

/// Writes the answer.
fn respond<E: Endpoint>(fields: &Fields, result: Result<E::Reply, Failure>) -> HttpResponse {
    let result = result.map_err(|failure| match failure {
        Failure::Invalid(invalid) => fields.blame(invalid).into(),
        other => other,
    });
    if let Err(Failure::Documented {
        status: status @ 500..,
        text,
        ..
    }) = &result
    {
        warn!(status, reason = %text, operation = E::OPERATION.name, "a request failed");
    }
    let mut response = envelope::respond(&E::OPERATION, result);
    if let Some(names) = listed(fields) {
        response.headers_mut().insert(IGNORED_FIELDS, names);
    }
    response
}

/// Who calls, what is asked, and whether it is to be done once only.
async fn read<E: Endpoint>(
    request: &HttpRequest,
    payload: Payload,
    api: Data<Api>,
    (shape, needs): (&Shape, Needs),
    fields: &mut Fields,
) -> Result<(E, Context<E::Caller>, Option<Asked>), Failure> {
    // Before the body is taken in: strangers take no memory.
    let caller = E::Caller::admit(request, &api).await?;
    needs.check(caller.grant())?;
    let (limits, held) = (api.limits.of(E::LARGE), api.room(&caller));
    let key = match E::SENDS || E::MAKES {
        true => idempotency::key(request)?,
        false => None,
    };
    let read = input::read(request, payload, &held, &limits, shape).await;
    *fields = read.map_err(|failure| match failure {
        Failure::Invalid(invalid) => wire::of_input(&E::OPERATION, true, invalid),
        other => other,
    })?;
    let key = key.zip(fields.fingerprint);
    let key = key.and_then(|(key, request)| idempotency::asked(&caller, &key, request));
    let device = Which::named(fields.device.as_deref());
    let asked = decode::<E>(&api, shape, fields);
    let in_body = input::takes_body(request, shape);
    let asked = asked.map_err(|invalid| wire::of_input(&E::OPERATION, in_body, invalid));
    let force = input::forced(fields.force.as_deref());
    let force = force.map_err(|invalid| wire::of_input(&E::OPERATION, in_body, invalid));
    let (asked, force) = asked
        .and_then(|asked| Ok((asked, force?)))
        .inspect_err(|failure| E::refused(&api, failure))?;
    let context = Context {
        api,
        caller,
        device,
        held,
        message_id: None,
        force,
    };
    Ok((asked, context, key))
}

fn decode<E: Endpoint>(api: &Api, shape: &Shape, fields: &mut Fields) -> Result<E, Invalid> {
    let asked = fields.decode::<E>()?;
    let refuses = api.limits.unknown_fields == UnknownFields::Refuse;
    // Whoever watches the daemon may ask as it likes.
    if !refuses || E::OPERATION.envelope == Envelope::Open {
        return Ok(asked);
    }
    if let Some(name) = fields.unknown_in_query.first() {
        return Err(input::unknown_parameter(name, &shape.in_query()));
    }
    if let Some(name) = fields.ignored.first() {
        return Err(input::unknown_field(name, &shape.in_bodies()));
    }
    Ok(asked)
}

/// As the value of a header, in which only visible ASCII can stand.
fn listed(fields: &Fields) -> Option<HeaderValue> {
    let names = fields.unknown_in_query.iter().chain(&fields.ignored);
    let (count, names) = (names.clone().count(), names.take(MOST_IGNORED));
    let names: Vec<&str> = names.map(String::as_str).collect();
    let mut text: String = names.join(", ").escape_default().collect();
    text.truncate(LONGEST_IGNORED);
    if count > MOST_IGNORED {
        text.push_str(&format!(" and {} more", count - MOST_IGNORED));
    }
    HeaderValue::from_str(&text)
        .ok()
        .filter(|text| !text.is_empty())
}

/// The terms of a command of this kind that begins now. `held`: for what the command holds. `message_id`: where it was
/// promised before.
pub fn terms<C: Command>(
    api: &Api,
    caller: &Caller,
    held: Permit,
    message_id: Option<String>,
) -> Terms {
    let longest = match C::JOB {
        true => api.limits.job,
        false => api.limits.of(C::LARGE).command,
    };
    Terms {
        deadline: Deadline::after(longest),
        announced: Duration::ZERO,
        sending: Sending::default(),
        caller: caller.user,
        force: false,
        message_id: C::SENDS.then(|| message_id.unwrap_or_else(new_message_id)),
        held,
    }
}

/// Sends a command to a device of the caller and waits for its reply.
pub async fn dispatch<C: Command>(
    api: &Api,
    caller: Caller,
    device: Option<DeviceId>,
    terms: Terms,
    command: C,
) -> Result<C::Reply, Failure> {
    let operation = C::OPERATION.name;
    // Below the request's, so that both ids are on every line.
    let span = info_span!("command", operation, device.id = field::Empty);
    let answered = async {
        let under_way = api.metrics.command_begun();
        let result = send(api, caller, device, terms, command).await;
        count::<C>(api, &under_way, &result);
        result
    };
    answered.instrument(span).await
}

async fn send<C: Command>(
    api: &Api,
    caller: Caller,
    device: Option<DeviceId>,
    mut terms: Terms,
    command: C,
) -> Result<C::Reply, Failure> {
    terms.announced = command.patience();
    terms.deadline.put_off(terms.announced);
    let (deadline, sending) = (terms.deadline.clone(), terms.sending.clone());
    let message_id = terms.message_id.clone();
    let (job, slot) = commands::job(command, terms);
    let asked = Dispatch {
        caller,
        device,
        job,
    };
    if api.router.try_send(asked).is_err() {
        return Err(Failure::Overloaded);
    }
    let result = match deadline.limit(ANSWER_GRACE, slot).await {
        Some(Ok(result)) => result,
        // The slot was dropped with the life that held it.
        Some(Err(_)) => Err(Failure::Disconnected),
        None => Err(Failure::TimedOut { message_id: None }),
    };
    result.map_err(|failure| match message_id {
        Some(id) if sending.started() => failure.of_send(&id, sending.begun()),
        Some(id) if matches!(failure, Failure::TimedOut { .. }) => failure.of_send(&id, false),
        None if sending.changing() => failure.perhaps(),
        _ => failure,
    })
}

impl Limits {
    /// Clocks and sizes of requests that carry media, or that do not.
    pub fn of(self, large: bool) -> Self {
        match large {
            true => Self {
                body: self.large_body,
                command: self.large_command,
                ..self
            },
            false => self,
        }
    }
}

fn count<C: Command>(api: &Api, under_way: &InProgress, result: &Result<C::Reply, Failure>) {
    let outcome = match result {
        Ok(_) => "ok".into(),
        Err(failure) => code_of::<C>(failure),
    };
    let operation = C::OPERATION.name;
    api.metrics.command_answered(under_way, operation, &outcome);
}

/// Counts a command that was refused before it could be sent anywhere.
pub fn count_refused<C: Command>(api: &Api, failure: &Failure) {
    let under_way = api.metrics.command_begun();
    let outcome = code_of::<C>(failure);
    let operation = C::OPERATION.name;
    api.metrics
        .command_answered(&under_way, operation, &outcome);
}

fn code_of<C: Command>(failure: &Failure) -> Cow<'static, str> {
    let outcome = wire::outcome(failure, &C::OPERATION);
    // What is wrong with a request is its caller's business, and may quote it.
    if !matches!(failure, Failure::Invalid(_)) {
        info!(status = outcome.status, reason = %failure, "a command failed");
    }
    outcome.code
}
