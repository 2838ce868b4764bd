//! The RyzeAPI: privacy settings, and the instances they belong to. An instance is a device, an account a user.
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
pub mod privacy;
pub mod rates;
pub mod reconnect;

use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::instances::follow;
use super::openapi::about::About;
use super::{Api, body, envelope};
use crate::failure::{Failure, Flaw};
use crate::operation::{Envelope, Operation};
use crate::store::accounts::{Bearer, Caller};
use crate::store::devices::Device;
use crate::supervision::view::View;

/// What all its paths begin with.
pub const ROOT: &str = "/api";
const OPERATION: Operation = Operation::new("instance", Envelope::Ryze);
const NOT_FOUND: Failure = Failure::documented(404, "Instance not found");
const BAD_BODY: &str = "Invalid request body";

/// What became of an instance.
#[derive(Serialize, ToSchema)]
#[schema(
    as = InstanceOutcome,
    example = json!({"message": "Instance deleted", "instance": {"status": "deleted"}})
)]
struct Outcome {
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

/// What all endpoints say of themselves.
fn about(summary: &'static str, operation: &Operation) -> About {
    let about = About::new(summary, operation).for_ryze();
    about.refuses([gate::MISSING])
}

/// And those with an instance in the path.
fn about_one(summary: &'static str, operation: &Operation) -> About {
    about(summary, operation).refuses([NOT_FOUND, inferred::OTHER_INSTANCE])
}

/// Whatever no route below `/api` knows.
pub async fn unknown(request: HttpRequest) -> HttpResponse {
    let text = format!("there is no {} {}", request.method(), request.path()).into();
    envelope::refuse(&OPERATION, &Failure::Documented { status: 404, text })
}

/// Whoever the gate has let in.
fn bearer(request: &HttpRequest) -> Result<Bearer, Failure> {
    let bearer = request.extensions().get::<Bearer>().copied();
    bearer.ok_or(Failure::Unauthorized)
}

/// Whoever holds the token of an account; an instance's own token is none here.
fn account(request: &HttpRequest) -> Result<Caller, Failure> {
    match bearer(request)? {
        Bearer {
            caller,
            device: None,
        } => Ok(caller),
        Bearer { .. } => Err(Failure::Unauthorized),
    }
}

/// The instance in the path and its owner. Somebody else's is not found, like none; and for the token of another
/// instance none in the path fits, whether it exists or not.
async fn instance(request: &HttpRequest, api: &Api) -> Result<(Caller, Device), Failure> {
    let Bearer { caller, device } = bearer(request)?;
    let Ok(name) = web::Path::<String>::extract(request).await else {
        return Err(NOT_FOUND);
    };
    let named = api.store.devices_named(caller.tenant, caller.user, &name);
    let mut named = named
        .await
        .map_err(|error| Failure::of_store("an instance could not be looked up", &error))?
        .into_iter();
    let found = match device {
        None => named.next().ok_or(NOT_FOUND),
        Some(own) => named
            .find(|other| other.id == own)
            .ok_or(inferred::OTHER_INSTANCE),
    };
    Ok((caller, found?))
}

/// Where an instance stands. One that is being removed at this moment is not known any more.
async fn view(api: &Api, device: &Device) -> Result<View, Failure> {
    let watch = follow(api, device.id).await.map_err(|_| NOT_FOUND)?;
    Ok(watch.now())
}

/// Reads the body. One that is no JSON object has the documented text; for others it goes before what is wrong.
async fn json<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &Api,
) -> Result<T, Failure> {
    let read = body::json(request, payload, &api.limits).await;
    read.map_err(|failure| match failure {
        Failure::Invalid(mut invalid) => {
            invalid.message = match invalid.flaw {
                Flaw::Syntax => BAD_BODY.into(),
                _ => format!("{BAD_BODY}: {}", invalid.message),
            };
            Failure::Invalid(invalid)
        }
        other => other,
    })
}
