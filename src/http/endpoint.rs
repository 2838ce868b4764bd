//! What an endpoint is, and who may call it.

use std::future::Future;

use actix_web::HttpRequest;
use actix_web::http::Method;
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
use crate::store::accounts::{Grant, Scope};

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

    /// What a token that was given away must be good for. A command says otherwise by itself, see [`OnDevice`]; what should
    /// be reached by fewer tokens says so here.
    ///
    /// [`OnDevice`]: super::on_device::OnDevice
    fn needs(method: &Method) -> Needs {
        match *method {
            Method::GET => Needs::Scope(Scope::Read),
            _ => Needs::Scope(Scope::Manage),
        }
    }

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

    /// The limits of the token, if it was given away.
    fn grant(&self) -> Option<Grant>;
}

/// What a token that was given away must be good for. A user's own token needs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// This.
    Scope(Scope),
    /// This, and it must not be for one device: other devices or people are concerned.
    AllDevices(Scope),
    /// Nothing helps: only the user's own will do.
    OwnToken,
}

const OWN_TOKEN: Failure = Failure::documented(
    403,
    "this needs the user's own token: one that was given away is not enough",
);
const ALL_DEVICES: Failure = Failure::documented(
    403,
    "this needs a token that is not for one device: it concerns others, too",
);

impl Needs {
    /// Refuses a token that was given away and is not good for this.
    pub fn check(self, grant: Option<Grant>) -> Result<(), Failure> {
        let Some(grant) = grant else {
            return Ok(());
        };
        match self {
            Self::OwnToken => Err(OWN_TOKEN),
            Self::Scope(scope) | Self::AllDevices(scope) if !grant.scopes.contains(scope) => {
                Err(lacking(scope))
            }
            Self::AllDevices(_) if grant.device.is_some() => Err(ALL_DEVICES),
            Self::Scope(_) | Self::AllDevices(_) => Ok(()),
        }
    }

    /// What the document says of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scope(scope) | Self::AllDevices(scope) => scope.name(),
            Self::OwnToken => "own",
        }
    }

    /// How it refuses, for the document.
    pub fn refusals(self) -> Vec<Failure> {
        match self {
            Self::Scope(scope) => vec![lacking(scope)],
            Self::AllDevices(scope) => vec![lacking(scope), ALL_DEVICES],
            Self::OwnToken => vec![OWN_TOKEN],
        }
    }
}

fn lacking(scope: Scope) -> Failure {
    let scope = scope.name();
    Failure::told(
        403,
        format!("this token may not: it needs the scope {scope}"),
    )
}

/// The contract's kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    User,
    Master,
    /// Of a user or of one device.
    Ryze,
}
