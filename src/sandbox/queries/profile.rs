//! What an account shows of itself: its status privacy, its about text, its picture.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};

use crate::sandbox::account::Account;
use crate::sandbox::address::Address;
use crate::sandbox::iq::{BAD_REQUEST, NOT_FOUND, Query, Refusal, Reply};
use crate::sandbox::settings::{Picture, StatusMode};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// Characters of an about text that WhatsApp takes.
pub const ABOUT: usize = 139;
/// Bytes of a profile picture; clients send small JPEGs.
pub const PICTURE: usize = 200 * 1024;

/// `xmlns=status`: who gets status updates, and the about text.
pub fn status(world: &mut World, query: &Query) -> Reply {
    if !query.is_set {
        query.child("privacy").ok_or(BAD_REQUEST)?;
        let account = world.account(query.device).ok_or(NOT_FOUND)?;
        return Ok(vec![status_privacy(account)]);
    }
    if let Some(privacy) = query.child("privacy") {
        return set_status_privacy(world, query.device, privacy);
    }
    let text = query
        .child("status")
        .and_then(stanza::text)
        .ok_or(BAD_REQUEST)?;
    about(world, query.device, &text)?;
    Ok(Vec::new())
}

/// Sets the about text, if it is not too long.
pub fn about(world: &mut World, device: &Address, text: &str) -> Result<(), Refusal> {
    if text.chars().count() > ABOUT {
        return Err(BAD_REQUEST);
    }
    world.set_about(device, text);
    Ok(())
}

/// The list that counts comes first and is marked; one client takes the first, another the mark.
fn status_privacy(account: &Account) -> Node {
    let privacy = &account.profile.status_privacy;
    let others = StatusMode::ALL.into_iter().filter(|mode| {
        let wanted = *mode == StatusMode::Contacts || !privacy.list(*mode).is_empty();
        *mode != privacy.mode && wanted
    });
    let lists = std::iter::once(privacy.mode).chain(others).map(|mode| {
        let users = privacy.list(mode).iter();
        let jids = users.filter_map(|user| user.parse::<wacore_binary::Jid>().ok());
        let list = NodeBuilder::new("list").attr("type", mode.name());
        let list = match mode == privacy.mode {
            true => list.attr("default", "true"),
            false => list,
        };
        list.children(jids.map(|jid| NodeBuilder::new("user").attr("jid", jid).build()))
            .build()
    });
    NodeBuilder::new("privacy").children(lists).build()
}

/// The mirror image of the get. No known client sends it: it does here what the phone would do.
fn set_status_privacy(world: &mut World, device: &Address, privacy: &Node) -> Reply {
    let list = stanza::child(privacy, "list").ok_or(BAD_REQUEST)?;
    let kind = stanza::attr(list, "type").unwrap_or_default();
    let mode = StatusMode::named(&kind).ok_or(BAD_REQUEST)?;
    let users = list.get_children_by_tag("user");
    let users = users.map(|user| stanza::jid(user, "jid").map(|jid| jid.to_string()));
    let users: Option<Vec<String>> = users.collect();
    world.set_status_privacy(&device.phone, mode, users.ok_or(BAD_REQUEST)?);
    Ok(Vec::new())
}

/// `xmlns=w:profile:picture`: an address from which anybody can fetch it, or a new one of one's own.
pub fn picture(world: &mut World, query: &Query) -> Reply {
    let node = query.child("picture");
    let target = stanza::jid(query.iq, "target").or_else(|| stanza::jid(query.iq, "to"));
    let target = target.filter(|jid| !jid.user.is_empty());
    if let Some(group) = target.as_ref().filter(|target| target.is_group()) {
        return picture_of_group(world, query, group);
    }
    let target = match target {
        Some(jid) => world.resolve(&jid).ok_or(NOT_FOUND)?.0,
        None => query.device.clone(),
    };
    if query.is_set {
        if target.phone != query.device.phone {
            return Err((403, "forbidden"));
        }
        let id = world.set_picture(query.device, image(node)?);
        return Ok(changed(id));
    }
    let account = world.account(&target).ok_or(NOT_FOUND)?;
    if !world.admits(account, "profile", query.device) {
        return Err((401, "not-authorized"));
    }
    let picture = account.profile.picture.as_ref().ok_or(NOT_FOUND)?;
    Ok(vec![shown(world, picture, node)])
}

fn picture_of_group(world: &mut World, query: &Query, group: &Jid) -> Reply {
    let node = query.child("picture");
    let phone = &query.device.phone;
    if query.is_set {
        let id = world.set_group_picture(phone, &group.user, image(node)?)?;
        return Ok(changed(id));
    }
    let picture = world.group_picture(phone, &group.user)?;
    Ok(vec![shown(world, picture, node)])
}

/// The image that is to be set; none takes the present one away.
fn image(node: Option<&Node>) -> Result<Option<Vec<u8>>, Refusal> {
    let image = node.and_then(stanza::bytes);
    match image.filter(|image| !image.is_empty()) {
        Some(image) if image.len() > PICTURE => Err((406, "not-acceptable")),
        image => Ok(image.map(<[u8]>::to_vec)),
    }
}

fn changed(id: Option<String>) -> Vec<Node> {
    let picture = id.map(|id| NodeBuilder::new("picture").attr("id", id).build());
    picture.into_iter().collect()
}

fn shown(world: &World, picture: &Picture, asked: Option<&Node>) -> Node {
    let kind = asked.and_then(|node| stanza::attr(node, "type"));
    let path = format!("/pp/{}", picture.id);
    NodeBuilder::new("picture")
        .attr("id", picture.id.as_str())
        .attr("type", kind.as_deref().unwrap_or("image"))
        .attr("url", format!("http://{}{path}", world.host()))
        .attr("direct_path", path)
        .build()
}
