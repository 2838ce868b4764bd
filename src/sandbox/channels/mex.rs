//! `xmlns=w:mex`, as far as it is about channels: what a query means is known by what it carries, and by its number in
//! each of several clients where that does not tell.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use wacore_binary::{Jid, JidExt};

use super::shown::{in_short, non_existing};
use super::{BAD_VALUE, Mute, Update};
use crate::sandbox::address::Address;
use crate::sandbox::channel::{Role, State};
use crate::sandbox::iq::{NOT_FOUND, Refusal};
use crate::sandbox::world::World;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Create,
    Metadata,
    Subscribed,
    Follow,
    Unfollow,
    Mute,
    Unmute,
    Setting,
    Update,
    Admins,
    Subscribers,
    ChangeOwner,
    Demote,
    Delete,
}

/// By the numbers of whatsmeow, Baileys and whatsapp-rust.
#[rustfmt::skip]
const NUMBERS: [(&str, Operation); 26] = [
    ("6234210096708695",  Operation::Create),
    ("8823471724422422",  Operation::Create),
    ("25149874324715067", Operation::Create),
    ("6563316087068696",  Operation::Metadata),
    ("27456920720571478", Operation::Metadata),
    ("6388546374527196",  Operation::Subscribed),
    ("25399611239711790", Operation::Subscribed),
    ("9926858900719341",  Operation::Follow),
    ("24404358912487870", Operation::Follow),
    ("6392786840836363",  Operation::Unfollow),
    ("9767147403369991",  Operation::Unfollow),
    ("6274038279359549",  Operation::Mute),
    ("29766401636284406", Operation::Mute),
    ("6068417879924485",  Operation::Unmute),
    ("9864994326891137",  Operation::Unmute),
    ("31938993655691868", Operation::Setting),
    ("7150902998257522",  Operation::Update),
    ("24250201037901610", Operation::Update),
    ("7130823597031706",  Operation::Admins),
    ("9783111038412085",  Operation::Subscribers),
    ("27472091235714801", Operation::Subscribers),
    ("7341777602580933",  Operation::ChangeOwner),
    ("9546742745432473",  Operation::ChangeOwner),
    ("6551828931592903",  Operation::Demote),
    ("9880997548630971",  Operation::Demote),
    ("30062808666639665", Operation::Delete),
];

impl Operation {
    /// What carries enough needs no number: those of newer clients are not known here.
    fn of(number: &str, variables: &Value) -> Option<Self> {
        let input = &variables["input"];
        if variables["newsletter_input"].is_object() || input["name"].is_string() {
            return Some(Self::Create);
        }
        if input["newsletter_id"].is_string() && input["type"].is_string() {
            return Some(Self::Setting);
        }
        if input["key"].is_string() && input["type"].is_string() {
            return Some(Self::Metadata);
        }
        if variables["newsletter_id"].is_string() && variables["updates"].is_object() {
            return Some(Self::Update);
        }
        let known = NUMBERS.iter().find(|(known, _)| *known == number);
        known.map(|(_, operation)| *operation)
    }

    /// Under which name the answer comes.
    fn key(self) -> &'static str {
        match self {
            Self::Create => "xwa2_newsletter_create",
            Self::Metadata => "xwa2_newsletter",
            Self::Subscribed => "xwa2_newsletter_subscribed",
            Self::Follow => "xwa2_newsletter_join_v2",
            Self::Unfollow => "xwa2_newsletter_leave_v2",
            Self::Mute => "xwa2_newsletter_mute_v2",
            Self::Unmute => "xwa2_newsletter_unmute_v2",
            Self::Setting => "xwa2_newsletter_update_user_setting",
            Self::Update => "xwa2_newsletter_update",
            Self::Admins => "xwa2_newsletter_admin",
            Self::Subscribers => "xwa2_newsletter_subscribers",
            Self::ChangeOwner => "xwa2_newsletter_change_owner",
            Self::Demote => "xwa2_newsletter_admin_demote",
            Self::Delete => "xwa2_newsletter_delete_v2",
        }
    }
}

/// The answer to a query about channels; `None`: it is about something else. A refusal is an answer, too.
pub fn answer(
    world: &mut World,
    device: &Address,
    number: &str,
    variables: &Value,
) -> Option<Value> {
    let operation = Operation::of(number, variables)?;
    Some(match carry_out(world, device, operation, variables) {
        Ok(data) => json!({ "data": { operation.key(): data } }),
        Err((code, text)) => json!({
            "data": null,
            "errors": [{
                "message": text,
                "path": [operation.key()],
                "extensions": { "error_code": code, "is_retryable": false, "severity": "CRITICAL" },
            }],
        }),
    })
}

fn carry_out(
    world: &mut World,
    device: &Address,
    operation: Operation,
    variables: &Value,
) -> Result<Value, Refusal> {
    let phone = device.phone.as_str();
    let id = || channel_id(&variables["newsletter_id"]);
    let channel = match operation {
        Operation::Create => {
            let input = match &variables["newsletter_input"] {
                Value::Null => &variables["input"],
                input => input,
            };
            let name = input["name"].as_str().ok_or(BAD_VALUE)?;
            let description = input["description"].as_str().unwrap_or_default();
            world.create_channel(phone, name, description, image(&input["picture"])?)?
        }
        Operation::Metadata => return Ok(metadata(world, phone, &variables["input"])),
        Operation::Subscribed => {
            let followed = world.channels().iter();
            let followed = followed.filter(|channel| channel.followers.contains_key(phone));
            return Ok(followed
                .map(|channel| world.listed(channel, Some(phone)))
                .collect());
        }
        Operation::Follow => world.follow(device, &id()?)?,
        Operation::Unfollow => world.unfollow(device, &id()?)?,
        Operation::Mute => world.mute_channel(device, &id()?, Mute::Posts, true)?,
        Operation::Unmute => world.mute_channel(device, &id()?, Mute::Posts, false)?,
        Operation::Setting => setting(world, device, &variables["input"])?,
        Operation::Update => {
            let updates = &variables["updates"];
            let text = |key: &str| updates[key].as_str().map(str::to_owned);
            let update = Update {
                name: text("name"),
                description: text("description"),
                picture: image(&updates["picture"])?,
            };
            world.update_channel(phone, &id()?, update)?
        }
        Operation::Admins => {
            let channel = world.channel_led_by(phone, &id()?)?;
            let followers = channel.followers.values();
            let admins = followers.filter(|follower| follower.role.leads()).count();
            return Ok(json!({ "id": channel.jid().to_string(), "admin_count": admins }));
        }
        Operation::Subscribers => {
            let channel = world.channel(&id()?)?;
            return Ok(json!({ "subscribers": channel.followers.len() }));
        }
        Operation::ChangeOwner => {
            let person = person(world, &variables["user_id"])?;
            world.set_channel_role(phone, &id()?, &person, Role::Owner)?
        }
        Operation::Demote => {
            let person = person(world, &variables["user_id"])?;
            world.set_channel_role(phone, &id()?, &person, Role::Subscriber)?
        }
        Operation::Delete => {
            let deleted = world.delete_channel(phone, &id()?)?;
            return Ok(in_short(&deleted, State::Deleted));
        }
    };
    Ok(world.described(&channel, Some(phone)))
}

fn metadata(world: &World, phone: &str, input: &Value) -> Value {
    let key = input["key"].as_str().unwrap_or_default();
    let found = match input["type"].as_str() {
        Some("INVITE") => world.channels().invited_to(key),
        _ => channel_id(&input["key"])
            .ok()
            .and_then(|id| world.channels().get(&id)),
    };
    found.map_or_else(non_existing, |channel| {
        world.described(channel, Some(phone))
    })
}

fn setting(
    world: &mut World,
    device: &Address,
    input: &Value,
) -> Result<crate::sandbox::channel::Channel, Refusal> {
    let what = match input["type"].as_str() {
        Some("MUTE_FOLLOWER_ACTIVITY") => Mute::Posts,
        Some("MUTE_ADMIN_ACTIVITY") => Mute::Admins,
        _ => return Err(BAD_VALUE),
    };
    let muted = match input["value"].as_str() {
        Some("ON") => true,
        Some("OFF") => false,
        _ => return Err(BAD_VALUE),
    };
    world.mute_channel(device, &channel_id(&input["newsletter_id"])?, what, muted)
}

/// The digits of a channel's JID.
fn channel_id(jid: &Value) -> Result<String, Refusal> {
    let jid = jid.as_str().and_then(|jid| jid.parse::<Jid>().ok());
    let jid = jid.filter(|jid| jid.is_newsletter());
    jid.map(|jid| jid.user.to_string()).ok_or(BAD_VALUE)
}

fn person(world: &World, jid: &Value) -> Result<String, Refusal> {
    let jid = jid.as_str().and_then(|jid| jid.parse::<Jid>().ok());
    let found = world.resolve(&jid.ok_or(BAD_VALUE)?).ok_or(NOT_FOUND)?;
    Ok(found.0.phone)
}

/// In base64; absent: nothing is said of it.
fn image(picture: &Value) -> Result<Option<Vec<u8>>, Refusal> {
    let Some(text) = picture.as_str() else {
        return Ok(None);
    };
    BASE64_STANDARD
        .decode(text)
        .map(Some)
        .map_err(|_| BAD_VALUE)
}
