//! What an endpoint is, and who may call it.

use std::future::Future;

use actix_web::HttpRequest;
use actix_web::web::Data;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::Api;
use super::which::Which;
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::contract::reply::Reply;
use crate::failure::Failure;
use crate::memory::{Holder, Permit};

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
    const NAMES_DEVICE: bool = false;

    /// Carries media: a larger body.
    const LARGE: bool = false;

    /// Sends a message, and takes an `Idempotency-Key`.
    const SENDS: bool = false;

    /// Makes something that has no id before it is there, and takes an `Idempotency-Key`.
    const MAKES: bool = false;

    /// Failures besides those that every endpoint can have, for the API's document.
    fn refusals() -> Vec<Failure> {
        Vec::new()
    }

    /// Takes note of a request that could not be read as one to this endpoint.
    fn refused(_: &Api, _: &Failure) {}

    /// Does it.
    fn answer(
        self,
        context: Context<Self::Caller>,
    ) -> impl Future<Output = Result<Self::Reply, Failure>>;
}

/// What an endpoint works with.
pub struct Context<C> {
    /// What every request may use.
    pub api: Data<Api>,
    /// Who calls.
    pub caller: C,
    /// Which of the caller's devices the request names; always [`Which::Default`] where it cannot.
    pub device: Which,
    /// For what the request brought.
    pub held: Permit,
    /// The id of the message that is to be sent, where it was promised before.
    pub message_id: Option<String>,
    /// It is done although WhatsApp is known to refuse it.
    pub force: bool,
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

    /// In whose name memory is held.
    fn holder(&self) -> Holder;
}

/// The contract's kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    User,
    Master,
    /// Of a user or of one device.
    Ryze,
}
