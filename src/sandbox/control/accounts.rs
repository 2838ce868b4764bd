//! `/control/accounts` and the messages of their phones.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Data, Refused, parse};
use crate::sandbox::account::Account;
use crate::sandbox::address::Form;
use crate::sandbox::world::{AccountError, World};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    phone: Option<String>,
    name: Option<String>,
}

pub async fn create(shared: Data, body: web::Bytes) -> Answer {
    let request: Create = parse(&body)?;
    if request
        .name
        .as_ref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(Refused::invalid("name must not be blank"));
    }
    let created = shared.with(|world| {
        let phone = world.create_account(request.phone.as_deref(), request.name.as_deref())?;
        let account = known(world, &phone)?;
        Ok::<Value, AccountError>(json!({
            "phone": phone,
            "jid": account.jid(Form::Pn).to_string(),
            "lid": account.jid(Form::Lid).to_string(),
            "name": account.profile.name,
        }))
    })?;
    Ok(HttpResponse::Created().json(created))
}

pub async fn list(shared: Data) -> Answer {
    let accounts = shared.with(|world| {
        world
            .accounts
            .values()
            .map(|account| describe(world, account))
            .collect::<Vec<_>>()
    });
    Ok(HttpResponse::Ok().json(json!({ "accounts": accounts })))
}

pub fn describe(world: &World, account: &Account) -> Value {
    let devices = account.companions.values().map(|companion| {
        let registered = &companion.registered;
        let address = account.address(registered.device);
        json!({
            "jid": account.device_jid(registered.device, Form::Pn).to_string(),
            "lid": account.device_jid(registered.device, Form::Lid).to_string(),
            "connected": world.connection(&address).is_some(),
            "platform": registered.platform,
            "key_index": registered.key_index,
            "one_time_keys": companion.one_time.len(),
            "queued": companion.queue.len(),
        })
    });
    json!({
        "phone": account.profile.phone,
        "jid": account.jid(Form::Pn).to_string(),
        "lid": account.jid(Form::Lid).to_string(),
        "name": account.profile.name,
        "contacts": account.contacts.keys().collect::<Vec<_>>(),
        "devices": devices.collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AddContact {
    phone: String,
    name: Option<String>,
}

pub async fn add_contact(shared: Data, owner: web::Path<String>, body: web::Bytes) -> Answer {
    let request: AddContact = parse(&body)?;
    shared.with(|world| {
        known(world, &owner)?;
        world.add_contact(&owner, &request.phone, request.name.as_deref())
    })?;
    let answer = json!({ "phone": request.phone });
    Ok(HttpResponse::Created().json(answer))
}

pub async fn contacts(shared: Data, owner: web::Path<String>) -> Answer {
    let contacts = shared.with(|world| {
        let contacts = known(world, &owner)?.contacts.iter();
        let contacts =
            contacts.map(|(phone, contact)| json!({ "phone": phone, "name": contact.name }));
        Ok::<_, AccountError>(contacts.collect::<Vec<_>>())
    })?;
    Ok(HttpResponse::Ok().json(json!({ "contacts": contacts })))
}

pub async fn inbox(shared: Data, owner: web::Path<String>) -> Answer {
    let messages = shared.with(|world| {
        let inbox = &known(world, &owner)?.phone.inbox;
        Ok::<_, AccountError>(inbox.iter().cloned().collect::<Vec<_>>())
    })?;
    Ok(HttpResponse::Ok().json(json!({ "messages": messages })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inbound {
    /// Phone number or JID of the account that gets the text.
    to: String,
    text: String,
    /// Phone number or JID of the sender; absent: somebody new.
    from: Option<String>,
}

pub async fn inbound(shared: Data, body: web::Bytes) -> Answer {
    let request: Inbound = parse(&body)?;
    let id = shared.with(|world| {
        let to = account_named(world, "to", &request.to)?;
        let from = match &request.from {
            Some(from) => account_named(world, "from", from)?,
            None => world.create_account(None, None)?,
        };
        world
            .phone_texts(&from, &to, &request.text)
            .ok_or_else(|| Refused::not_found("to has no account"))
    })?;
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

/// The phone number of an account that a field names by number or JID.
pub fn account_named(world: &World, field: &str, text: &str) -> Result<String, Refused> {
    if world.accounts.contains_key(text) {
        return Ok(text.to_owned());
    }
    let resolved = text.parse().ok().and_then(|jid| world.resolve(&jid));
    resolved
        .map(|(address, _)| address.phone)
        .ok_or_else(|| Refused::not_found(format!("{field} has no account")))
}

fn known<'a>(world: &'a World, phone: &str) -> Result<&'a Account, AccountError> {
    world
        .accounts
        .get(phone)
        .ok_or_else(|| AccountError::Unknown(phone.to_owned()))
}
