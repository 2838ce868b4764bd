//! `/control/accounts` and the messages of their phones.

use actix_web::{HttpResponse, web};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::account::Account;
use crate::sandbox::account::AccountError;
use crate::sandbox::address::Form;
use crate::sandbox::phone::{Content, MediaType};
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    phone: Option<String>,
    name: Option<String>,
    /// Others are told the LID only.
    #[serde(default)]
    hidden: bool,
    /// More numbers under which people find it.
    #[serde(default)]
    also: Vec<String>,
}

pub async fn create(shared: Data, body: web::Bytes) -> Answer {
    let request: Create = parse(&body)?;
    if request
        .name
        .as_ref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(Rejected::invalid("name must not be blank"));
    }
    let created = shared.with(|world| {
        for number in &request.also {
            world.free_number(number)?;
        }
        let phone = world.create_account(request.phone.as_deref(), request.name.as_deref())?;
        if request.hidden {
            world.hide_number(&phone);
        }
        for number in &request.also {
            world.find_also_by(&phone, number)?;
        }
        let account = known(world, &phone)?;
        Ok::<Value, AccountError>(json!({
            "phone": phone,
            "jid": account.jid(Form::Pn).to_string(),
            "lid": account.jid(Form::Lid).to_string(),
            "name": account.profile.name,
            "hidden": account.profile.hidden,
            "also": account.profile.also,
        }))
    })?;
    Ok(HttpResponse::Created().json(created))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Crowd {
    count: usize,
}

/// Many new accounts at once, all of them contacts of this one, told in one patch.
pub async fn crowd(shared: Data, owner: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Crowd = parse(&body)?;
    if request.count > MOST {
        return Err(Rejected::invalid("count must not be more than 100000"));
    }
    let phones = shared.with(|world| {
        known(world, &owner)?;
        let phones: Result<Vec<String>, AccountError> = (0..request.count)
            .map(|_| world.create_account(None, None))
            .collect();
        let phones = phones?;
        world.add_contacts(&owner, phones.iter().map(|phone| (phone.as_str(), None)))?;
        Ok::<_, AccountError>(phones)
    })?;
    Ok(HttpResponse::Created().json(json!({ "phones": phones })))
}

/// Accounts in one crowd.
const MOST: usize = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Also {
    number: String,
}

/// One more number under which people find the account; WhatsApp answers with its own JID.
pub async fn find_also(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Also = parse(&body)?;
    let also = shared.with(|world| {
        known(world, &phone)?;
        world.find_also_by(&phone, &request.number)?;
        Ok::<_, AccountError>(
            json!({ "phone": *phone, "also": known(world, &phone)?.profile.also }),
        )
    })?;
    Ok(HttpResponse::Created().json(also))
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
        "hidden": account.profile.hidden,
        "also": account.profile.also,
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

pub async fn add_contacts(shared: Data, owner: web::Path<String>, body: web::Bytes) -> Answer {
    // One, or a list of them in one patch.
    let (added, many) = match body.trim_ascii_start().starts_with(b"[") {
        true => (parse::<Vec<AddContact>>(&body)?, true),
        false => (vec![parse::<AddContact>(&body)?], false),
    };
    shared.with(|world| {
        known(world, &owner)?;
        world.add_contacts(
            &owner,
            added.iter().map(|c| (c.phone.as_str(), c.name.as_deref())),
        )
    })?;
    let answer = match added.as_slice() {
        [one] if !many => json!({ "phone": one.phone }),
        all => json!({ "added": all.len() }),
    };
    Ok(HttpResponse::Created().json(answer))
}

pub async fn remove_contact(shared: Data, path: web::Path<(String, String)>) -> Answer {
    let (owner, contact) = path.into_inner();
    shared.with(|world| {
        if !known(world, &owner)?.contacts.contains_key(&contact) {
            return Err(Rejected::not_found("no such contact"));
        }
        Ok(world.change_contacts(&owner, &[(contact, None)])?)
    })?;
    Ok(HttpResponse::NoContent().finish())
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

#[derive(Deserialize)]
pub struct InboxFilter {
    /// Only the message with this id: an inbox may hold thousands.
    id: Option<String>,
}

/// What the phone decrypted, oldest first.
pub async fn inbox(
    shared: Data,
    owner: web::Path<String>,
    filter: web::Query<InboxFilter>,
) -> Answer {
    let wanted = filter.into_inner().id;
    let messages = shared.with(|world| {
        let inbox = known(world, &owner)?.phone.inbox.iter();
        let wanted = inbox.filter(|m| wanted.as_ref().is_none_or(|id| m.id == *id));
        Ok::<_, AccountError>(wanted.cloned().collect::<Vec<_>>())
    })?;
    Ok(HttpResponse::Ok().json(json!({ "messages": messages })))
}

/// What the phone was told of messages to others, oldest first.
pub async fn receipts(shared: Data, owner: web::Path<String>) -> Answer {
    let receipts = shared.with(|world| {
        let receipts = known(world, &owner)?.phone.receipts.iter();
        Ok::<_, AccountError>(receipts.cloned().collect::<Vec<_>>())
    })?;
    Ok(HttpResponse::Ok().json(json!({ "receipts": receipts })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inbound {
    /// Phone number or JID of the account that gets the message, or JID of a group.
    to: String,
    text: Option<String>,
    media: Option<Media>,
    /// Phone number or JID of the sender; absent: somebody new.
    from: Option<String>,
}

/// A phone writes to an account or a group. Without `from` somebody writes whom nobody knew.
pub async fn inbound(shared: Data, body: web::Bytes) -> Answer {
    let request: Inbound = parse(&body)?;
    let content = content(request.text, request.media)?;
    let id = shared.with(|world| {
        let from = match &request.from {
            Some(from) => account_named(world, "from", from)?,
            None => world.create_account(None, None)?,
        };
        let sent = match request.to.strip_suffix("@g.us") {
            Some(group) => world.phone_writes_to_group(&from, group, content),
            None => {
                let to = account_named(world, "to", &request.to)?;
                world.phone_writes_to(&from, &to, content)
            }
        };
        sent.ok_or_else(|| Rejected::not_found("to is not a group of from"))
    })?;
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    text: Option<String>,
    media: Option<Media>,
}

pub async fn status(shared: Data, owner: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Status = parse(&body)?;
    let content = content(request.text, request.media)?;
    let id = shared.with(|world| {
        known(world, &owner)?;
        world
            .phone_posts_status(&owner, content)
            .ok_or_else(|| Rejected::not_found("the phone cannot post"))
    })?;
    Ok(HttpResponse::Ok().json(json!({ "id": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expiry {
    /// Gone from the phones that have sent it, too.
    #[serde(default)]
    on_phones: bool,
}

pub async fn expire_media(shared: Data, expiry: web::Query<Expiry>) -> Answer {
    let expired = shared.with(|world| world.expire_files(expiry.on_phones));
    Ok(HttpResponse::Ok().json(json!({ "expired": expired })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    r#type: MediaName,
    caption: Option<String>,
    mimetype: Option<String>,
    data_base64: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MediaName {
    Image,
    Video,
    Audio,
    Document,
    Sticker,
}

pub fn content(text: Option<String>, media: Option<Media>) -> Result<Content, Rejected> {
    match (text, media) {
        (Some(text), None) => Ok(Content::Text(text)),
        (None, Some(media)) => Ok(Content::Media {
            media_type: match media.r#type {
                MediaName::Image => MediaType::Image,
                MediaName::Video => MediaType::Video,
                MediaName::Audio => MediaType::Audio,
                MediaName::Document => MediaType::Document,
                MediaName::Sticker => MediaType::Sticker,
            },
            caption: media.caption,
            mime: media.mimetype,
            data: BASE64_STANDARD
                .decode(media.data_base64)
                .map_err(|_| Rejected::invalid("data_base64 is not base64"))?,
        }),
        _ => Err(Rejected::invalid("either text or media is needed")),
    }
}

/// The phone number of an account that a field names by number or JID.
pub fn account_named(world: &World, field: &str, text: &str) -> Result<String, Rejected> {
    if world.accounts.contains_key(text) {
        return Ok(text.to_owned());
    }
    let resolved = text.parse().ok().and_then(|jid| world.resolve(&jid));
    resolved
        .map(|(address, _)| address.phone)
        .ok_or_else(|| Rejected::not_found(format!("{field} has no account")))
}

pub fn known<'a>(world: &'a World, phone: &str) -> Result<&'a Account, AccountError> {
    world
        .accounts
        .get(phone)
        .ok_or_else(|| AccountError::Unknown(phone.to_owned()))
}
