//! What the URL table is made of: endpoints, who may call them, and what each says of itself.

use std::future::Future;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, Route, guard};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use super::Api;
use super::devices::{NOT_FOUND, Which};
use super::execute::{self, Deadline};
use super::input::Shape;
use super::openapi::about::About;
use crate::commands::{Command, Input};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::contract::reply::Reply;
use crate::failure::Failure;
use crate::store::accounts::Caller;

/// One typed request with one typed reply. Its fields are read from path, query and body.
pub trait Endpoint: DeserializeOwned + ToSchema + 'static {
    /// Who may call: without one of these nothing is answered, so that no endpoint can forget to ask.
    type Caller: Admitted;
    type Reply: Reply;

    /// What it does, in a sentence for the API's document.
    const SUMMARY: &'static str;

    /// Names the endpoint's error codes and its JSON shapes.
    const OPERATION: Operation;

    /// Fields that path or query bring.
    const PARAMS: &'static [Param] = &[];

    /// Acts on one of the caller's devices, which `device_id` names.
    const ON_DEVICE: bool = false;

    /// Carries media: a larger body.
    const LARGE: bool = false;

    /// Failures besides those that every endpoint can have, for the API's document.
    fn refusals() -> Vec<Failure> {
        Vec::new()
    }

    /// Does it.
    fn answer(
        self,
        context: Context<Self::Caller>,
    ) -> impl Future<Output = Result<Self::Reply, Failure>>;
}

/// What an endpoint works with.
pub struct Context<C> {
    pub api: Data<Api>,
    pub caller: C,
    /// Which of the caller's devices the request names; always [`Which::Default`] where it cannot.
    pub device: Which,
}

/// Somebody who may call.
pub trait Admitted: Sized + 'static {
    /// The tokens that admit, for the document; none where none is needed.
    const TOKENS: &'static [Token];

    /// Failures of whoever is not admitted, besides the 401 for a token that nobody has.
    fn refusals() -> Vec<Failure> {
        Vec::new()
    }

    fn admit(request: &HttpRequest, api: &Api) -> impl Future<Output = Result<Self, Failure>>;
}

/// The contract's kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    User,
    Master,
    /// Of a user or of one device.
    Ryze,
}

/// One line of the URL table.
pub struct Entry {
    /// The contract's `operationId`.
    pub id: &'static str,
    pub method: Method,
    /// Each path that leads here, the documented one first.
    pub paths: Vec<&'static str>,
    pub route: Route,
    /// What the document says of it, by its `operationId` and whether it takes a body.
    pub about: fn(&'static str, bool) -> About,
}

impl Entry {
    /// Another path that leads here.
    pub fn also(mut self, path: &'static str) -> Self {
        self.paths.push(path);
        self
    }
}

/// A line for an endpoint that acts on a live device.
pub fn command<I: Input>(id: &'static str, method: Method, path: &'static str) -> Entry
where
    <I::Command as Command>::Reply: Reply,
{
    endpoint::<OnDevice<I>>(id, method, path)
}

/// A line for any other endpoint.
pub fn endpoint<E: Endpoint>(id: &'static str, method: Method, path: &'static str) -> Entry {
    let shape = Arc::new(Shape::of::<E>(E::PARAMS, E::ON_DEVICE));
    let handler = move |request: HttpRequest, payload: Payload, api: Data<Api>| {
        execute::execute::<E>(request, payload, api, shape.clone())
    };
    // Whoever asks with HEAD gets the head of the answer to GET.
    let route = match method {
        Method::GET => web::route().guard(guard::Any(guard::Get()).or(guard::Head())),
        _ => web::method(method.clone()),
    };
    Entry {
        id,
        method,
        paths: vec![path],
        route: route.to(handler),
        about: About::of::<E>,
    }
}

/// Every command is an endpoint for whoever has a token of a user.
#[derive(Deserialize)]
#[serde(transparent)]
struct OnDevice<I>(I);

impl<I: Input> Endpoint for OnDevice<I>
where
    <I::Command as Command>::Reply: Reply,
{
    type Caller = Caller;
    type Reply = <I::Command as Command>::Reply;
    const SUMMARY: &'static str = I::Command::SUMMARY;
    const OPERATION: Operation = I::Command::OPERATION;
    const PARAMS: &'static [Param] = I::Command::PARAMS;
    const ON_DEVICE: bool = true;
    const LARGE: bool = I::Command::LARGE;

    fn refusals() -> Vec<Failure> {
        let shape = Shape::of::<I>(Self::PARAMS, true);
        let nothing = super::input::Fields::none(&shape).decode::<I>();
        let unchecked = nothing.ok().and_then(|input| input.check().err());
        let mut refusals = I::Command::refusals();
        refusals.extend(unchecked.map(Failure::Invalid));
        refusals.extend([
            Failure::NoDevice,
            NOT_FOUND,
            Failure::Refused(String::new()),
            Failure::Disconnected,
            Failure::TimedOut { message_id: None },
        ]);
        refusals
    }

    async fn answer(self, context: Context<Caller>) -> Result<Self::Reply, Failure> {
        let Context {
            api,
            caller,
            device,
        } = context;
        let deadline = Deadline::of::<I::Command>(&api);
        let command = self.0.check()?;
        match device {
            Which::Default => execute::dispatch(&api, caller, None, deadline, command).await,
            Which::Device(id) => {
                let done = execute::dispatch(&api, caller, Some(id), deadline, command).await;
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

impl<I: PartialSchema> PartialSchema for OnDevice<I> {
    fn schema() -> RefOr<Schema> {
        I::schema()
    }
}

impl<I: ToSchema> ToSchema for OnDevice<I> {
    fn name() -> std::borrow::Cow<'static, str> {
        I::name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        I::schemas(schemas);
    }
}
