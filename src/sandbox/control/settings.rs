//! `/control/accounts/{phone}/…`: what a person changes on the phone, and how it stands.

use actix_web::{HttpResponse, web};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use wacore_binary::Jid;

use super::accounts::{account_named, known};
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::account::Account;
use crate::sandbox::account::is_phone;
use crate::sandbox::address::{Address, Form};
use crate::sandbox::queries::{ABOUT, PICTURE};
use crate::sandbox::settings::{Change, ChangeError, StatusMode};
use crate::sandbox::world::World;

pub async fn show(shared: Data, phone: web::Path<String>) -> Answer {
    let settings = shared.with(|world| known(world, &phone).map(describe))?;
    Ok(HttpResponse::Ok().json(settings))
}

fn describe(account: &Account) -> Value {
    let profile = &account.profile;
    let privacy: serde_json::Map<String, Value> = profile
        .privacy
        .names()
        .map(|name| {
            let value = profile.privacy.value(name);
            let listed: Vec<String> = profile
                .privacy
                .list(name, value)
                .map(|lid| Jid::lid(lid).to_string())
                .collect();
            (name.to_owned(), json!({ "value": value, "users": listed }))
        })
        .collect();
    let status = &profile.status_privacy;
    let blocked = profile.blocked.iter().map(|lid| Jid::lid(lid).to_string());
    json!({
        "name": profile.name,
        "about": profile.about,
        "picture": profile.picture.as_ref().map(|picture| &picture.id),
        "privacy": privacy,
        "status_privacy": { "type": status.mode.name(), "users": status.list(status.mode) },
        "blocked": blocked.collect::<Vec<_>>(),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatusPrivacy {
    /// `contacts`, `whitelist` or `blacklist`.
    r#type: String,
    /// Phone numbers or JIDs.
    #[serde(default)]
    users: Vec<String>,
}

pub async fn status_privacy(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: StatusPrivacy = parse(&body)?;
    let mode = StatusMode::named(&request.r#type)
        .ok_or_else(|| Rejected::invalid("type must be contacts, whitelist or blacklist"))?;
    let users = request.users.iter().map(|user| jid("users", user));
    let users = users.collect::<Result<Vec<_>, _>>()?;
    shared.with(|world| {
        known(world, &phone)?;
        world.set_status_privacy(&phone, mode, users);
        Ok::<_, Rejected>(())
    })?;
    show(shared, phone).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    /// Phone number or JID.
    jid: String,
    #[serde(default = "block")]
    action: BlockAction,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum BlockAction {
    Block,
    Unblock,
}

fn block() -> BlockAction {
    BlockAction::Block
}

pub async fn blocklist(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Block = parse(&body)?;
    shared.with(|world| {
        known(world, &phone)?;
        let lid = lid_named(world, "jid", &request.jid)?;
        if lid == known(world, &phone)?.profile.lid {
            return Err(Rejected::invalid("nobody blocks themselves"));
        }
        let blocks = request.action == BlockAction::Block;
        world.change_block(&Address::phone(&phone), &lid, blocks);
        Ok::<_, Rejected>(())
    })?;
    show(shared, phone).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Privacy {
    /// `last`, `profile`, `status`, …
    name: String,
    value: String,
    /// Phone numbers or JIDs, for `contact_blacklist` and `contact_allowlist`.
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
    /// As a later WhatsApp has it: category and value may be anything.
    #[serde(default)]
    invented: bool,
}

pub async fn privacy(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Privacy = parse(&body)?;
    shared.with(|world| {
        known(world, &phone)?;
        if request.invented {
            world.invent_privacy(&Address::phone(&phone), request.name, request.value);
            return Ok(());
        }
        let lids = |field, users: &[String]| {
            let users = users.iter().map(|user| lid_named(world, field, user));
            users.collect::<Result<Vec<_>, _>>()
        };
        let change = Change {
            add: lids("add", &request.add)?,
            remove: lids("remove", &request.remove)?,
            name: request.name,
            value: request.value,
            dhash: None,
        };
        let changed = world.change_privacy(&Address::phone(&phone), &[change]);
        changed.map(drop).map_err(|error| match error {
            ChangeError::Value => Rejected::invalid(error),
            ChangeError::Conflict => Rejected::conflict(error),
        })
    })?;
    show(shared, phone).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profile {
    name: Option<String>,
    about: Option<String>,
    /// A JPEG or PNG in base64; empty: no picture any more.
    picture: Option<String>,
}

pub async fn profile(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Profile = parse(&body)?;
    if request
        .name
        .as_ref()
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(Rejected::invalid("name must not be blank"));
    }
    let about = request.about.as_deref().unwrap_or_default();
    if about.chars().count() > ABOUT {
        return Err(Rejected::invalid(format!(
            "about has more than {ABOUT} characters"
        )));
    }
    let picture = request.picture.as_deref().map(decoded).transpose()?;
    shared.with(|world| {
        known(world, &phone)?;
        let author = Address::phone(&phone);
        if let Some(name) = &request.name {
            world.set_name(&phone, name);
        }
        if let Some(about) = &request.about {
            world.set_about(&author, about);
        }
        if let Some(picture) = picture {
            world.set_picture(&author, Some(picture).filter(|picture| !picture.is_empty()));
        }
        Ok::<_, Rejected>(())
    })?;
    show(shared, phone).await
}

fn decoded(picture: &str) -> Result<Vec<u8>, Rejected> {
    let picture = BASE64_STANDARD.decode(picture);
    let picture = picture.map_err(|_| Rejected::invalid("picture is not base64"))?;
    match picture.len() > PICTURE {
        true => Err(Rejected::invalid(format!(
            "picture has more than {PICTURE} bytes"
        ))),
        false => Ok(picture),
    }
}

/// A JID as text; a bare number is a phone number. The user need not have an account.
fn jid(field: &str, text: &str) -> Result<String, Rejected> {
    if is_phone(text) {
        return Ok(Jid::pn(text).to_string());
    }
    match text.parse::<Jid>() {
        Ok(jid) => Ok(jid.to_non_ad().to_string()),
        Err(_) => Err(Rejected::invalid(format!(
            "{field} has something that is not a JID"
        ))),
    }
}

fn lid_named(world: &World, field: &str, text: &str) -> Result<String, Rejected> {
    let phone = account_named(world, field, text)?;
    let account = known(world, &phone)?;
    Ok(account.jid(Form::Lid).user.to_string())
}
