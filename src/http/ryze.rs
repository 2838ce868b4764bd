//! The RyzeAPI: privacy settings, statuses, the state of messages, and the instances they belong to. An instance is a device, an account a user.
//!
//! Two kinds of tokens: a user's own reaches all of the user's instances, an instance's reaches that one alone. Who
//! asks is settled at the [`gate`], which also counts the requests.

pub mod connect;
pub mod create;
pub mod delete;
pub mod gate;
mod inferred;
pub mod list;
pub mod logout;
pub mod message_state;
pub mod privacy;
pub mod rates;
pub mod reconnect;
pub mod status;

use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::devices::follow;
use super::endpoint::{Admitted, Token};
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::memory::Holder;
use crate::store::accounts::{Bearer, Caller, Grant};
use crate::store::devices::Device;
use crate::supervision::view::View;

/// What all its paths begin with.
pub const ROOT: &str = "/api";
pub const OPERATION: Operation = Operation::new("instance", Envelope::Ryze);
const NOT_FOUND: Failure = Failure::documented(404, "Instance not found");
/// The `{instance}` of the path.
const INSTANCE: Param = Param::path("instance");
/// `Authorization: Bearer` takes each of them too.
const TOKENS: &[Token] = &[Token::Ryze, Token::User];

/// What became of an instance.
#[derive(Serialize, ToSchema)]
#[schema(
    as = InstanceOutcome,
    example = json!({"message": "Instance deleted", "instance": {"status": "deleted"}})
)]
pub struct Outcome {
    message: &'static str,
    instance: Status,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InstanceStatus)]
struct Status {
    status: &'static str,
}

impl Outcome {
    fn new(message: &'static str, status: &'static str) -> Self {
        let instance = Status { status };
        Self { message, instance }
    }
}

/// Whoever the gate has let in.
impl Admitted for Bearer {
    const TOKENS: &'static [Token] = TOKENS;

    fn refusals() -> Vec<Failure> {
        vec![gate::MISSING]
    }

    async fn admit(request: &HttpRequest, _: &Api) -> Result<Self, Failure> {
        let bearer = request.extensions().get::<Self>().copied();
        bearer.ok_or(Failure::Unauthorized)
    }

    fn holder(&self) -> Holder {
        self.caller.holder()
    }

    fn grant(&self) -> Option<Grant> {
        self.caller.grant
    }
}

/// Whoever holds the token of an account; an instance's own token is none here.
pub struct Account(Caller);

impl Admitted for Account {
    const TOKENS: &'static [Token] = TOKENS;

    fn refusals() -> Vec<Failure> {
        Bearer::refusals()
    }

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        match Bearer::admit(request, api).await? {
            Bearer {
                caller,
                device: None,
            } => Ok(Self(caller)),
            Bearer { .. } => Err(Failure::Unauthorized),
        }
    }

    fn holder(&self) -> Holder {
        self.0.holder()
    }

    fn grant(&self) -> Option<Grant> {
        self.0.grant
    }
}

/// Whoever holds a token that reaches the instance in the path; and that instance. Somebody else's is not found, like
/// none; and for the token of another instance none in the path fits, whether it exists or not.
pub struct Instance {
    pub caller: Caller,
    pub device: Device,
}

impl Admitted for Instance {
    const TOKENS: &'static [Token] = TOKENS;

    fn refusals() -> Vec<Failure> {
        let mut refusals = Bearer::refusals();
        refusals.extend([NOT_FOUND, inferred::OTHER_INSTANCE, inferred::SEVERAL]);
        refusals
    }

    async fn admit(request: &HttpRequest, api: &Api) -> Result<Self, Failure> {
        let Bearer { caller, device } = Bearer::admit(request, api).await?;
        let Ok(name) = web::Path::<String>::extract(request).await else {
            return Err(NOT_FOUND);
        };
        let named = api.store.devices_named(caller.tenant, caller.user, &name);
        let mut named = named
            .await
            .map_err(|error| Failure::of_store("an instance could not be looked up", &error))?
            .into_iter();
        let device = match device {
            None => match (named.next(), named.next()) {
                (Some(device), None) => device,
                (None, _) => return Err(NOT_FOUND),
                // Devices can share a name over the other API, and here nothing tells which is meant.
                (Some(_), Some(_)) => return Err(inferred::SEVERAL),
            },
            Some(own) => named
                .find(|other| other.id == own)
                .ok_or(inferred::OTHER_INSTANCE)?,
        };
        Ok(Self { caller, device })
    }

    fn holder(&self) -> Holder {
        self.caller.holder()
    }

    fn grant(&self) -> Option<Grant> {
        self.caller.grant
    }
}

impl Instance {
    /// Where it stands. One that is being removed at this moment is not known any more.
    async fn view(&self, api: &Api) -> Result<View, Failure> {
        let watch = follow(api, self.device.id)
            .await
            .map_err(|failure| match failure {
                Failure::NotFound(_) => NOT_FOUND,
                other => other,
            })?;
        Ok(watch.now())
    }
}
