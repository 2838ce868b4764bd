//! `/control/faults`: what shall go wrong.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use wacore_binary::Jid;

use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::faults::{Fault, Faults, Scope};
use crate::sandbox::world::World;

#[derive(Deserialize)]
struct Request {
    /// A device, an account (all its devices), or `*`.
    jid: String,
    #[serde(flatten)]
    fault: Fault,
    /// How often it acts; absent: until it is cleared.
    times: Option<u32>,
}

impl Request {
    const FIELDS: [&str; 3] = ["fault", "jid", "times"];

    fn read(body: &[u8]) -> Result<Self, Rejected> {
        let fields: Map<String, Value> = parse(body)?;
        let known = |name: &str| Self::FIELDS.contains(&name) || Fault::FIELDS.contains(&name);
        if let Some(unknown) = fields.keys().find(|name| !known(name)) {
            let unknown = format!("invalid body: unknown field `{unknown}`");
            return Err(Rejected::invalid(unknown));
        }
        let request: Self = serde_json::from_value(Value::Object(fields))
            .map_err(|error| Rejected::invalid(format!("invalid body: {error}")))?;
        if request.times == Some(0) {
            return Err(Rejected::invalid("times must be at least 1"));
        }
        let fault = request.fault.checked().map_err(Rejected::invalid)?;
        Ok(Self { fault, ..request })
    }
}

pub async fn add(shared: Data, body: web::Bytes) -> Answer {
    let Request { jid, fault, times } = Request::read(&body)?;
    let answer = shared.with(|world| {
        let scope = scope(world, &jid)?;
        let closes = fault.closes();
        // Of a restriction that a single device has, nobody is told.
        let restricted = scope.account().filter(|_| fault.restricts());
        let restricted = restricted.map(str::to_owned);
        let id = world
            .faults
            .add(&jid, scope, fault, times)
            .ok_or_else(|| Rejected::invalid("too many faults"))?;
        if closes {
            world.close_by_fault();
            world.faults.spend(id);
        }
        if let Some(phone) = restricted {
            world.tell_restrictions(&phone);
        }
        Ok::<_, Rejected>(json!({ "id": id, "hits": world.faults.hits(id) }))
    })?;
    Ok(HttpResponse::Created().json(answer))
}

pub async fn list(shared: Data) -> Answer {
    Ok(shared.with(|world| HttpResponse::Ok().json(json!({ "faults": world.faults.list() }))))
}

pub async fn clear(shared: Data) -> Answer {
    shared.with(|world| lift(world, Faults::clear));
    Ok(HttpResponse::NoContent().finish())
}

pub async fn remove(shared: Data, id: web::Path<u64>) -> Answer {
    let removed = shared.with(|world| lift(world, |faults| faults.remove(*id)));
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AskAgain {
    /// The device that has posted it.
    jid: String,
    /// Of a status.
    id: String,
}

/// The phones that have read a status lose its key and ask for it again, all at once.
pub async fn ask_again(shared: Data, body: web::Bytes) -> Answer {
    let request: AskAgain = parse(&body)?;
    let jid = request
        .jid
        .parse()
        .map_err(|_| Rejected::invalid("jid is not a JID"))?;
    let asked = shared.with(|world| {
        let unknown = || Rejected::not_found("jid is not a device");
        let (author, _) = world.resolve(&jid).ok_or_else(unknown)?;
        Ok::<_, Rejected>(world.phones_ask_again(&author, &Jid::status_broadcast(), &request.id))
    })?;
    Ok(HttpResponse::Created().json(json!({ "asked": asked })))
}

/// Takes faults away; the accounts that they restricted are told what they may do now.
fn lift<T>(world: &mut World, remove: impl FnOnce(&mut Faults) -> T) -> T {
    let restricted = world.faults.restricted();
    let removed = remove(&mut world.faults);
    world.resume_all();
    for phone in restricted {
        world.tell_restrictions(&phone);
    }
    removed
}

fn scope(world: &World, jid: &str) -> Result<Scope, Rejected> {
    if jid == "*" {
        return Ok(Scope::Everybody);
    }
    let jid = match jid.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(Jid::pn(jid)),
        false => jid.parse(),
    };
    let jid = jid.map_err(|_| Rejected::invalid("jid is neither a JID, nor a number, nor *"))?;
    let (device, _) = world
        .resolve(&jid)
        .ok_or_else(|| Rejected::not_found("jid has no account"))?;
    Ok(match device.is_phone() {
        true => Scope::Account(device.phone),
        false => Scope::Device(device),
    })
}
