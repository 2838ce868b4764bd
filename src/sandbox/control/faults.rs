//! `/control/faults`: what shall go wrong.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::faults::{Fault, Scope};
use crate::sandbox::world::World;

/// A late answer comes within this many milliseconds: longer is silence.
const LATEST: u64 = 10 * 60 * 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// A device, an account (all its devices), or `*`.
    jid: String,
    fault: Name,
    error: Option<u16>,
    xmlns: Option<String>,
    code: Option<u16>,
    conflict: Option<String>,
    reason: Option<u16>,
    /// Seconds, both.
    backoff: Option<u32>,
    expire: Option<u64>,
    /// Milliseconds.
    ms: Option<u64>,
    status: Option<u16>,
    times: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Name {
    AckError,
    AckSilence,
    AppstateBadMac,
    AppstateConflict,
    CompanionRegRefresh,
    Drop,
    DuplicateDelivery,
    HandshakeGarbage,
    HandshakeSilence,
    IqError,
    IqLate,
    IqSilence,
    KeySilence,
    Overhear,
    LoginFailure,
    MediaSilence,
    MediaStatus,
    Mute,
    NoOfflineMarker,
    PrekeysExhausted,
    Reset,
    StreamError,
}

pub async fn add(shared: Data, body: web::Bytes) -> Answer {
    let request: Request = parse(&body)?;
    let fault = asked(&request)?;
    let answer = shared.with(|world| {
        let scope = scope(world, &request.jid)?;
        let closes = fault.closes();
        let faults = &mut world.faults;
        let id = faults
            .add(&request.jid, scope, fault, request.times)
            .ok_or_else(|| Rejected::invalid("too many faults"))?;
        if closes {
            world.close_by_fault();
            world.faults.spend(id);
        }
        Ok::<_, Rejected>(json!({ "id": id, "hits": world.faults.hits(id) }))
    })?;
    Ok(HttpResponse::Created().json(answer))
}

pub async fn list(shared: Data) -> Answer {
    Ok(shared.with(|world| HttpResponse::Ok().json(json!({ "faults": world.faults.list() }))))
}

pub async fn clear(shared: Data) -> Answer {
    shared.with(|world| {
        world.faults.clear();
        world.resume_all();
    });
    Ok(HttpResponse::NoContent().finish())
}

pub async fn remove(shared: Data, id: web::Path<u64>) -> Answer {
    let removed = shared.with(|world| {
        let removed = world.faults.remove(*id);
        world.resume_all();
        removed
    });
    match removed {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(Rejected::not_found("no such fault")),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Corrupt {
    /// A device; 0 is the phone.
    jid: String,
}

/// Spoils the ciphertext of the next message to a device.
pub async fn corrupt(shared: Data, body: web::Bytes) -> Answer {
    let request: Corrupt = parse(&body)?;
    let jid = request
        .jid
        .parse()
        .map_err(|_| Rejected::invalid("jid is not a JID"))?;
    shared.with(|world| {
        let unknown = || Rejected::not_found("jid is not a device");
        let (device, _) = world.resolve(&jid).ok_or_else(unknown)?;
        if !device.is_phone() && world.companion(&device).is_none() {
            return Err(unknown());
        }
        world.spoil_next(device);
        Ok(())
    })?;
    Ok(HttpResponse::Created().json(json!({ "jid": request.jid })))
}

fn asked(request: &Request) -> Result<Fault, Rejected> {
    if request.times == Some(0) {
        return Err(Rejected::invalid("times must be at least 1"));
    }
    let xmlns = || needed("xmlns", &request.xmlns);
    Ok(match request.fault {
        Name::AckError => Fault::AckError {
            error: needed("error", &request.error)?,
        },
        Name::AckSilence => Fault::AckSilence,
        Name::AppstateBadMac => Fault::AppstateBadMac,
        Name::AppstateConflict => Fault::AppstateConflict,
        Name::CompanionRegRefresh => Fault::CompanionRegRefresh,
        Name::Drop => Fault::Drop,
        Name::DuplicateDelivery => Fault::DuplicateDelivery,
        Name::HandshakeGarbage => Fault::HandshakeGarbage,
        Name::HandshakeSilence => Fault::HandshakeSilence,
        Name::IqError => Fault::IqError {
            xmlns: xmlns()?,
            code: needed("code", &request.code)?,
            backoff: request.backoff,
        },
        Name::IqLate => Fault::IqLate {
            xmlns: xmlns()?,
            ms: needed("ms", &request.ms)?.min(LATEST),
        },
        Name::IqSilence => Fault::IqSilence { xmlns: xmlns()? },
        Name::KeySilence => Fault::KeySilence,
        Name::Overhear => Fault::Overhear,
        Name::LoginFailure => Fault::LoginFailure {
            reason: needed("reason", &request.reason)?,
            expire: request.expire,
        },
        Name::MediaSilence => Fault::MediaSilence,
        Name::MediaStatus => Fault::MediaStatus {
            status: needed("status", &request.status).and_then(|status| {
                match (400..600).contains(&status) {
                    true => Ok(status),
                    false => Err(Rejected::invalid("status must be 400 to 599")),
                }
            })?,
        },
        Name::Mute => Fault::Mute,
        Name::NoOfflineMarker => Fault::NoOfflineMarker,
        Name::PrekeysExhausted => Fault::PrekeysExhausted,
        Name::Reset => Fault::Reset,
        Name::StreamError if request.code.is_none() && request.conflict.is_none() => {
            return Err(Rejected::invalid("code or conflict is missing"));
        }
        Name::StreamError => Fault::StreamError {
            code: request.code,
            conflict: request.conflict.clone(),
        },
    })
}

fn needed<T: Clone>(field: &str, value: &Option<T>) -> Result<T, Rejected> {
    value
        .clone()
        .ok_or_else(|| Rejected::invalid(format!("{field} is missing")))
}

fn scope(world: &World, jid: &str) -> Result<Scope, Rejected> {
    if jid == "*" {
        return Ok(Scope::Everybody);
    }
    let jid = jid
        .parse()
        .map_err(|_| Rejected::invalid("jid is neither a JID nor *"))?;
    let (device, _) = world
        .resolve(&jid)
        .ok_or_else(|| Rejected::not_found("jid has no account"))?;
    Ok(match device.is_phone() {
        true => Scope::Account(device.phone),
        false => Scope::Device(device),
    })
}
