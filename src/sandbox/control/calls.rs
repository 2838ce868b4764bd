//! `/control/accounts/{phone}/calls`: calling somebody, and what is done when it rings.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::accounts::{account_named, known};
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::calls::{Call, CallState};
use crate::sandbox::phone::calling::Touch;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    to: String,
    #[serde(default)]
    video: bool,
}

/// The phone calls somebody.
pub async fn begin(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Begin = parse(&body)?;
    let id = shared.with(|world| {
        known(world, &phone)?;
        let to = account_named(world, "to", &request.to)?;
        if to == *phone {
            return Err(Rejected::invalid("nobody calls themselves"));
        }
        let id = world.phone_calls(&phone, &to, request.video);
        id.ok_or_else(|| Rejected::not_found("to has no account"))
    })?;
    Ok(HttpResponse::Created().json(json!({ "id": id })))
}

#[derive(Serialize)]
struct Shown {
    id: String,
    from: String,
    to: String,
    video: bool,
    #[serde(flatten)]
    state: CallState,
}

impl From<&Call> for Shown {
    fn from(call: &Call) -> Self {
        Self {
            id: call.id.clone(),
            from: call.caller.to_string(),
            to: call.callee.clone(),
            video: call.video,
            state: call.state.clone(),
        }
    }
}

/// The calls of the account, the latest last.
pub async fn list(shared: Data, phone: web::Path<String>) -> Answer {
    let calls = shared.with(|world| {
        known(world, &phone)?;
        let calls = world.calls.of(&phone).map(Shown::from);
        Ok::<Vec<Shown>, Rejected>(calls.collect())
    })?;
    Ok(HttpResponse::Ok().json(json!({ "calls": calls })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Do {
    action: Touch,
}

/// Somebody does something with a call on the phone.
pub async fn touch(shared: Data, path: web::Path<(String, String)>, body: web::Bytes) -> Answer {
    let (phone, id) = path.into_inner();
    let request: Do = parse(&body)?;
    shared.with(|world| {
        known(world, &phone)?;
        match world.phone_touches_call(&phone, &id, request.action) {
            true => Ok(()),
            false => Err(Rejected::conflict(
                "the phone can do no such thing with this call now",
            )),
        }
    })?;
    Ok(HttpResponse::NoContent().finish())
}
