//! `/control/channels`: making channels, what their followers do on their phones, and what became of posts.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::accounts::{Media, account_named, content};
use super::answer::{Answer, Data, Rejected, parse};
use crate::sandbox::address::Address;
use crate::sandbox::channel::{Channel, Follower, Post, Role, State};
use crate::sandbox::channels::Mute;
use crate::sandbox::iq::Refusal;
use crate::sandbox::world::World;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    #[serde(default)]
    description: String,
    /// Phone number or JID.
    owner: String,
    /// Phone numbers or JIDs of who follows it.
    #[serde(default)]
    followers: Vec<String>,
}

pub async fn create(shared: Data, body: web::Bytes) -> Answer {
    let request: Create = parse(&body)?;
    let channel = shared.with(|world| {
        let owner = account_named(world, "owner", &request.owner)?;
        let channel = world.create_channel(&owner, &request.name, &request.description, None);
        let channel = channel.map_err(refused)?;
        for follower in &request.followers {
            let phone = account_named(world, "followers", follower)?;
            let follows = world.follow(&Address::phone(&phone), &channel.id);
            follows.map_err(refused)?;
        }
        Ok::<_, Rejected>(describe(world, known(world, &channel.id)?))
    })?;
    Ok(HttpResponse::Created().json(channel))
}

pub async fn list(shared: Data) -> Answer {
    let channels: Vec<Value> = shared.with(|world| {
        let channels = world.channels().iter();
        channels.map(|channel| describe(world, channel)).collect()
    });
    Ok(HttpResponse::Ok().json(json!({ "channels": channels })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Follow {
    /// Phone number or JID.
    phone: String,
    /// `subscriber`, `admin`, or `guest`, who follows no longer.
    role: Option<Role>,
    muted: Option<bool>,
}

/// Somebody follows on the phone, or no longer, or wants to be told of posts, or no longer; the owner makes admins.
pub async fn follow(shared: Data, jid: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Follow = parse(&body)?;
    let channel = shared.with(|world| {
        let id = known(world, &jid)?.id.clone();
        let phone = account_named(world, "phone", &request.phone)?;
        let by = Address::phone(&phone);
        if let Some(role) = request.role {
            play(world, &by, &id, role).map_err(refused)?;
        }
        if let Some(muted) = request.muted {
            let changed = world.mute_channel(&by, &id, Mute::Posts, muted);
            changed.map_err(refused)?;
        }
        Ok::<_, Rejected>(describe(world, known(world, &id)?))
    })?;
    Ok(HttpResponse::Ok().json(channel))
}

fn play(world: &mut World, by: &Address, id: &str, role: Role) -> Result<(), Refusal> {
    if role == Role::Guest {
        return world.unfollow(by, id).map(drop);
    }
    let channel = world.follow(by, id)?;
    if channel.role(&by.phone) == role {
        return Ok(());
    }
    let owner = channel.owner().unwrap_or_default().to_owned();
    let changed = world.set_channel_role(&owner, id, &by.phone, role);
    changed.map(drop)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Posting {
    text: Option<String>,
    media: Option<Media>,
    /// Phone number or JID of an admin; absent: the owner posts.
    from: Option<String>,
}

/// An admin's phone posts.
pub async fn post(shared: Data, jid: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Posting = parse(&body)?;
    let content = content(request.text, request.media)?;
    let posted = shared.with(|world| {
        let channel = known(world, &jid)?;
        let (id, owner) = (channel.id.clone(), channel.owner().map(str::to_owned));
        let from = match &request.from {
            Some(from) => account_named(world, "from", from)?,
            None => owner.ok_or_else(|| Rejected::conflict("the channel has no owner"))?,
        };
        let (message, posted) = world.phone_posts(&from, &id, content);
        let refused = |code| Rejected::conflict(format!("the post is refused ({code})"));
        let server_id = posted.map_err(refused)?;
        Ok::<_, Rejected>(json!({ "id": message, "server_id": server_id }))
    })?;
    Ok(HttpResponse::Ok().json(posted))
}

pub async fn posts(shared: Data, jid: web::Path<String>) -> Answer {
    let posts = shared.with(|world| {
        let id = &known(world, &jid)?.id;
        let posts: Vec<Value> = world.channels().posts(id).map(describe_post).collect();
        Ok::<_, Rejected>(json!({ "posts": posts }))
    })?;
    Ok(HttpResponse::Ok().json(posts))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reaction {
    /// Phone number or JID.
    phone: String,
    server_id: u32,
    /// Empty: it is taken back.
    emoji: String,
}

/// Somebody reacts to a post on the phone.
pub async fn react(shared: Data, jid: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Reaction = parse(&body)?;
    shared.with(|world| {
        let id = known(world, &jid)?.id.clone();
        let phone = account_named(world, "phone", &request.phone)?;
        let reacted = world.react_to_post(&phone, &id, request.server_id, &request.emoji);
        reacted.map_err(|_code| Rejected::not_found("no such post"))
    })?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Standing {
    state: State,
}

/// WhatsApp suspends a channel, or lets it go on; or it is deleted.
pub async fn set_state(shared: Data, jid: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Standing = parse(&body)?;
    shared.with(|world| {
        let mut channel = known(world, &jid)?.clone();
        channel.state = request.state;
        world.keep_channel(channel);
        Ok::<_, Rejected>(())
    })?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    accepted: bool,
}

/// Whether the account has accepted the terms without which it makes no channels; new ones have, on the phone.
pub async fn terms(shared: Data, phone: web::Path<String>, body: web::Bytes) -> Answer {
    let request: Terms = parse(&body)?;
    shared.with(|world| {
        let phone = account_named(world, "phone", &phone)?;
        world.accept_terms(&phone, request.accepted);
        Ok::<_, Rejected>(())
    })?;
    Ok(HttpResponse::NoContent().finish())
}

fn known<'a>(world: &'a World, jid: &str) -> Result<&'a Channel, Rejected> {
    let found = world.channels().get(jid.trim_end_matches("@newsletter"));
    found.ok_or_else(|| Rejected::not_found("no such channel"))
}

fn refused((code, text): Refusal) -> Rejected {
    Rejected::conflict(format!("the channel refuses it: {code} {text}"))
}

fn describe(world: &World, channel: &Channel) -> Value {
    let follower = |(phone, follower): (&String, &Follower)| {
        let follower = json!({ "role": follower.role, "muted": follower.muted });
        (phone.clone(), follower)
    };
    let followers: serde_json::Map<String, Value> =
        channel.followers.iter().map(follower).collect();
    json!({
        "jid": channel.jid().to_string(),
        "name": channel.name.text,
        "description": channel.description.text,
        "invite": channel.invite,
        "state": channel.state,
        "owner": channel.owner(),
        "has_picture": channel.picture.is_some(),
        "followers": followers,
        "posts": world.channels().posts(&channel.id).count(),
    })
}

fn describe_post(post: &Post) -> Value {
    json!({
        "server_id": post.server_id,
        "id": post.id,
        "author": post.author,
        "type": post.kind,
        "views": post.views,
        "reactions": post.reactions,
        "votes": post.votes,
        "revoked": post.plaintext.is_empty(),
    })
}
