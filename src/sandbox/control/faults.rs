//! `/control/faults`: what shall go wrong.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;

use super::{Answer, Data, Refused, parse};
use crate::sandbox::faults::{Fault, Scope};
use crate::sandbox::pairing::stream_error;
use crate::sandbox::world::World;

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
    times: Option<u32>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Name {
    Drop,
    StreamError,
    AckSilence,
    AckError,
    IqSilence,
    IqError,
    Mute,
    LoginFailure,
}

/// What a request asks for: something now, or something from now on.
enum Asked {
    Drop,
    StreamError(Node),
    Keep(Fault),
}

pub async fn add(shared: Data, body: web::Bytes) -> Answer {
    let request: Request = parse(&body)?;
    let asked = asked(&request)?;
    let answer = shared.with(|world| {
        let scope = scope(world, &request.jid)?;
        match asked {
            Asked::Drop => Ok(json!({ "hits": each(world, &scope, |link| link.cut()) })),
            Asked::StreamError(node) => {
                let hits = each(world, &scope, |link| link.finish(node.clone()));
                Ok(json!({ "hits": hits }))
            }
            Asked::Keep(fault) => {
                let id = world.faults.add(&request.jid, scope, fault, request.times);
                id.map(|id| json!({ "id": id }))
                    .ok_or_else(|| Refused::invalid("too many faults"))
            }
        }
    })?;
    Ok(HttpResponse::Created().json(answer))
}

pub async fn list(shared: Data) -> Answer {
    Ok(shared.with(|world| HttpResponse::Ok().json(json!({ "faults": world.faults.list() }))))
}

pub async fn clear(shared: Data) -> Answer {
    shared.with(|world| world.faults.clear());
    Ok(HttpResponse::NoContent().finish())
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
        .map_err(|_| Refused::invalid("jid is not a JID"))?;
    shared.with(|world| {
        let unknown = || Refused::not_found("jid is not a device");
        let (device, _) = world.resolve(&jid).ok_or_else(unknown)?;
        if !device.is_phone() && world.companion(&device).is_none() {
            return Err(unknown());
        }
        world.corrupt.insert(device);
        Ok(())
    })?;
    Ok(HttpResponse::Created().json(json!({ "jid": request.jid })))
}

fn asked(request: &Request) -> Result<Asked, Refused> {
    fn needed<T: Clone>(field: &str, value: &Option<T>) -> Result<T, Refused> {
        value
            .clone()
            .ok_or_else(|| Refused::invalid(format!("{field} is missing")))
    }
    if request.times == Some(0) {
        return Err(Refused::invalid("times must be at least 1"));
    }
    Ok(match request.fault {
        Name::Drop => Asked::Drop,
        Name::StreamError => Asked::StreamError(stream_error_node(request)?),
        Name::AckSilence => Asked::Keep(Fault::AckSilence),
        Name::AckError => Asked::Keep(Fault::AckError {
            error: needed("error", &request.error)?,
        }),
        Name::IqSilence => Asked::Keep(Fault::IqSilence {
            xmlns: needed("xmlns", &request.xmlns)?,
        }),
        Name::IqError => Asked::Keep(Fault::IqError {
            xmlns: needed("xmlns", &request.xmlns)?,
            code: needed("code", &request.code)?,
        }),
        Name::Mute => Asked::Keep(Fault::Mute),
        Name::LoginFailure => Asked::Keep(Fault::LoginFailure {
            reason: needed("reason", &request.reason)?,
        }),
    })
}

fn stream_error_node(request: &Request) -> Result<Node, Refused> {
    let Some(kind) = &request.conflict else {
        let code = request
            .code
            .ok_or_else(|| Refused::invalid("code or conflict is missing"))?;
        return Ok(stream_error(code));
    };
    let conflict = NodeBuilder::new("conflict")
        .attr("type", kind.as_str())
        .build();
    let node = NodeBuilder::new("stream:error");
    let node = match request.code {
        Some(code) => node.attr("code", code),
        // A removal has both; a replacement has no code.
        None if kind == "device_removed" => node.attr("code", 401),
        None => node,
    };
    Ok(node.children([conflict]).build())
}

fn scope(world: &World, jid: &str) -> Result<Scope, Refused> {
    if jid == "*" {
        return Ok(Scope::Everybody);
    }
    let jid = jid
        .parse()
        .map_err(|_| Refused::invalid("jid is neither a JID nor *"))?;
    let (device, _) = world
        .resolve(&jid)
        .ok_or_else(|| Refused::not_found("jid has no account"))?;
    Ok(match device.is_phone() {
        true => Scope::Account(device.phone),
        false => Scope::Device(device),
    })
}

/// Does something to the present connections in scope and says to how many.
fn each(world: &World, scope: &Scope, act: impl Fn(&crate::sandbox::link::Link)) -> usize {
    let connections = world
        .connections
        .iter()
        .filter(|(device, _)| scope.includes(device));
    connections
        .map(|(_, connection)| act(&connection.link))
        .count()
}
