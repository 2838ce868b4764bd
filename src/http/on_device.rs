//! A command as an endpoint: for whoever has a token of a user, on the device that the request means.

use std::borrow::Cow;

use actix_web::http::Method;
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::endpoint::{Context, Endpoint, Needs};
use super::execute;
use super::input::{Fields, Shape};
use super::which::{NOT_FOUND, Which};
use super::{Api, idempotency};
use crate::commands::{Command, Input};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::contract::reply::Reply;
use crate::failure::{Backoff, Failure};
use crate::memory::Permit;
use crate::store::accounts::{Caller, Scope};

/// What a request for a command brings.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct OnDevice<I>(I);

impl<I: Input> Endpoint for OnDevice<I>
where
    <I::Command as Command>::Reply: Reply,
{
    type Caller = Caller;
    type Reply = <I::Command as Command>::Reply;
    const SUMMARY: &'static str = I::Command::SUMMARY;
    const OPERATION: Operation = I::Command::OPERATION;
    const PARAMS: &'static [Param] = I::Command::PARAMS;
    const NAMES_DEVICE: bool = true;
    const LARGE: bool = I::Command::LARGE;
    const SENDS: bool = I::Command::SENDS;
    const MAKES: bool = I::Command::MAKES;

    fn needs(method: &Method) -> Needs {
        match *method {
            Method::GET => Needs::Scope(Scope::Read),
            _ => Needs::Scope(Scope::Send),
        }
    }

    fn refusals() -> Vec<Failure> {
        // What its check makes of a request that brings nothing is an example of what it refuses.
        let shape = Shape::of::<I>(Self::PARAMS, true, Self::SENDS);
        let nothing = Fields::none(&shape).decode::<I>();
        let unchecked = nothing.ok().and_then(|input| input.check().err());
        let mut refusals = I::Command::refusals();
        refusals.extend(idempotency::refusals::<Self>());
        refusals.extend(unchecked.map(Failure::Invalid));
        refusals.extend([
            Failure::NoDevice,
            NOT_FOUND,
            Failure::Refused(String::new()),
            Failure::RateLimited(Backoff::told(None)),
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ]);
        refusals
    }

    fn refused(api: &Api, failure: &Failure) {
        execute::count_refused::<I::Command>(api, failure);
    }

    async fn answer(self, context: Context<Caller>) -> Result<Self::Reply, Failure> {
        let Context {
            api,
            caller,
            device,
            held,
            message_id,
            force,
        } = context;
        let mut terms = execute::terms::<I::Command>(&api, &caller, held.clone(), message_id);
        terms.force = force;
        let command = checked(self.0, &held);
        let command = command.inspect_err(|failure| Self::refused(&api, failure))?;
        match device {
            Which::Default => execute::dispatch(&api, caller, None, terms, command).await,
            Which::Device(id) => {
                let done = execute::dispatch(&api, caller, Some(id), terms, command).await;
                // One that was named and is not the caller's is answered like one that does not exist.
                done.map_err(|failure| match failure {
                    Failure::NoDevice => NOT_FOUND,
                    other => other,
                })
            }
            Which::None => Err(NOT_FOUND),
        }
    }
}

/// What the input brings may be decoded here: then both are there for a moment, and what stays is no longer.
fn checked<I: Input>(input: I, held: &Permit) -> Result<I::Command, Failure> {
    let brought = held.bytes();
    held.grow(brought)?;
    let command = input.check();
    held.shrink_to(brought);
    Ok(command?)
}

impl<I: PartialSchema> PartialSchema for OnDevice<I> {
    fn schema() -> RefOr<Schema> {
        I::schema()
    }
}

impl<I: ToSchema> ToSchema for OnDevice<I> {
    fn name() -> Cow<'static, str> {
        I::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        I::schemas(schemas);
    }
}
