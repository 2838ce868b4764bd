//! `/control/scan`, `/control/code` and `/control/kick`: linking and unlinking devices.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::accounts::account_named;
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::account::is_phone;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::after::After;
use crate::sandbox::pairing::code::{TypedCode, normalize};
use crate::sandbox::pairing::qr::Scanned;
use crate::sandbox::registration::outcome::{Linked, Outcome, PairingError};

/// The companion has this long to sign.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    qr: String,
    /// Whose phone scans, by number or JID; absent: a new account is made.
    account: Option<String>,
}

pub async fn scan(shared: Data, body: web::Bytes) -> Answer {
    let request: Scan = parse(&body)?;
    let scanned = Scanned::parse(&request.qr)?;
    let (waiter, outcome) = oneshot::channel();
    shared.with(|world| {
        let account = request.account.as_deref();
        let account = account
            .map(|account| account_named(world, "account", account))
            .transpose()?;
        Ok::<_, Rejected>(world.scan(&scanned, account.as_deref(), waiter)?)
    })?;
    linked(&shared, outcome).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    phone: String,
    code: String,
}

pub async fn code(shared: Data, body: web::Bytes) -> Answer {
    let request: Code = parse(&body)?;
    if !is_phone(&request.phone) {
        return Err(Rejected::invalid("phone must be 7 to 15 digits"));
    }
    let (id, wrapped) = shared.with(|world| world.code_expected(&request.phone))?;
    // Text that cannot be a code is a wrong code, and costs the companion no try.
    let typed = normalize(&request.code).ok_or(PairingError::WrongCode)?;
    let derived = web::block(move || TypedCode::derive(&typed, &wrapped))
        .await
        .map_err(|_| PairingError::Gone)?;
    let (waiter, outcome) = oneshot::channel();
    shared.with(|world| world.code_typed(id, &request.phone, derived, waiter))?;
    linked(&shared, outcome).await
}

async fn linked(shared: &Data, outcome: oneshot::Receiver<Outcome>) -> Answer {
    let linked = match timeout(PATIENCE, outcome).await {
        Ok(Ok(outcome)) => outcome?,
        Ok(Err(_)) => return Err(PairingError::Gone.into()),
        Err(_) => return Err(PairingError::TimedOut.into()),
    };
    let device = match linked {
        Linked::Device(device) => device,
        Linked::Checked(phone) => {
            let answer = json!({ "phone": phone, "passkey": "asked" });
            return Ok(HttpResponse::Accepted().json(answer));
        }
    };
    let jid = shared
        .with(|world| world.jid(&device, Form::Pn))
        .ok_or(PairingError::Gone)?;
    Ok(HttpResponse::Ok().json(json!({ "jid": jid.to_string(), "phone": device.phone })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kick {
    jid: String,
}

pub async fn kick(shared: Data, body: web::Bytes) -> Answer {
    let request: Kick = parse(&body)?;
    let jid = request
        .jid
        .parse()
        .map_err(|_| Rejected::invalid("jid is not a JID"))?;
    shared.with(|world| {
        let device: Option<Address> = world.resolve(&jid).map(|(device, _)| device);
        let device = device.filter(|device| world.companion(device).is_some());
        let device = device.ok_or_else(|| Rejected::not_found("jid is not a linked device"))?;
        world.then(After::Unlinked { device });
        Ok::<_, Rejected>(())
    })?;
    Ok(HttpResponse::Ok().json(json!({ "jid": request.jid })))
}
