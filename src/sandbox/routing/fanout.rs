//! Who gets a message, and what each of them gets of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};

use super::strict::{company, is_dropped, is_invalid, misnames};
use crate::sandbox::address::{Address, Form};
use crate::sandbox::groups::shown::mode;
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// The code of the server's refusal.
type Nack = u16;

const BAD_STANZA: Nack = 400;
const FORBIDDEN: Nack = 403;
const NOT_FOUND: Nack = 404;
/// "Reach-out timelock": no message to a stranger without a trusted-contact token.
const TIMELOCKED: Nack = 463;
/// No more new chats.
const CAPPED: Nack = 475;
/// A group's people are not called as the group calls them.
const MISNAMED: Nack = 421;
/// "SmaxInvalid": the stanza has a part that does not belong into it.
const INVALID: Nack = 479;

/// The stanzas that one message becomes.
pub struct Fanout(Vec<(Address, Node)>);

/// One device, in the form in which the author named it.
struct Target {
    address: Address,
    form: Form,
    sealed: Vec<Node>,
}

impl Fanout {
    pub fn into_deliveries(self) -> Vec<(Address, Node)> {
        self.0
    }

    /// Reads whom the stanza names. An error is the code the author is told.
    pub fn plan(world: &World, author: &Address, node: &Node) -> Result<Self, Nack> {
        let to = stanza::jid(node, "to").ok_or(BAD_STANZA)?;
        if stanza::id(node).is_empty() {
            return Err(BAD_STANZA);
        }
        let many = to.is_status_broadcast() || to.is_group();
        if says_it_twice(node, many) || is_invalid(node) {
            return Err(INVALID);
        }
        let planned = match to {
            _ if to.is_status_broadcast() => Self::plan_status(world, author, node, &to)?,
            _ if to.is_group() => Self::plan_group(world, author, node, &to)?,
            _ => Self::plan_direct(world, author, node, &to)?,
        };
        // The author is told nothing of it.
        match is_dropped(node) {
            true => Ok(Self(Vec::new())),
            false => Ok(planned),
        }
    }

    fn plan_direct(world: &World, author: &Address, node: &Node, to: &Jid) -> Result<Self, Nack> {
        let (recipient, _) = world.resolve(to).ok_or(NOT_FOUND)?;
        if !reaches(world, author, &recipient, node) {
            return Err(TIMELOCKED);
        }
        if world.is_capped(author, &recipient) {
            return Err(CAPPED);
        }
        if mixes_names(node, to) {
            return Err(BAD_STANZA);
        }
        let targets: Vec<Target> = named(world, node, to)
            .into_iter()
            .filter(|target| target.address != *author)
            // A message may name the devices of its two sides and nobody else's.
            .filter(|t| t.address.phone == recipient.phone || t.address.phone == author.phone)
            .collect();
        let deliveries = targets
            .into_iter()
            .filter(|target| !target.sealed.is_empty());
        Ok(Self(
            deliveries
                .filter_map(|t| Some((t.address.clone(), direct(world, author, node, to, t)?)))
                .collect(),
        ))
    }

    /// A status reaches every device of every user that it names, in whatever form it names them:
    /// some clients list each device every time, others only the devices that lack the sender key.
    fn plan_status(world: &World, author: &Address, node: &Node, to: &Jid) -> Result<Self, Nack> {
        if stanza::child(node, "status").is_some() {
            return Err(BAD_STANZA);
        }
        if node.attrs.contains_key("addressing_mode") {
            return Err(INVALID);
        }
        // The audience's kind does not belong to what somebody says about another's post.
        let reaction = stanza::attr(node, "type").as_deref() == Some("reaction");
        let says =
            stanza::child(node, "meta").is_some_and(|m| m.attrs.contains_key("status_setting"));
        if reaction && says {
            return Err(INVALID);
        }
        if let Some(only) = stanza::jid(node, "participant") {
            return Self::plan_one(world, author, node, to, &only);
        }
        let named = named(world, node, to);
        let usual = named.first().map_or(Form::Lid, |target| target.form);
        let audience = audience(world, author, named, usual, None);
        Self::plan_many(world, author, node, to, audience)
    }

    /// A group's message reaches every device of every member, whichever devices it names.
    fn plan_group(world: &World, author: &Address, node: &Node, to: &Jid) -> Result<Self, Nack> {
        let group = world.group(&to.user).ok_or(NOT_FOUND)?;
        if !group.lets_write(&author.phone) {
            return Err(FORBIDDEN);
        }
        if misnames(node, group) {
            return Err(MISNAMED);
        }
        if let Some(only) = stanza::jid(node, "participant") {
            return Self::plan_one(world, author, node, to, &only);
        }
        let named = named(world, node, to);
        let audience = audience(
            world,
            author,
            named,
            group.form(),
            Some(&group.participants),
        );
        Self::plan_many(world, author, node, to, audience)
    }

    /// A resend to one device.
    fn plan_one(
        world: &World,
        author: &Address,
        node: &Node,
        to: &Jid,
        only: &Jid,
    ) -> Result<Self, Nack> {
        let (address, form) = world.resolve(only).ok_or(NOT_FOUND)?;
        let target = Target {
            address: address.clone(),
            form,
            sealed: sealed(node),
        };
        let delivery = to_many(world, author, node, to, &target, &[])?;
        Ok(Self(vec![(address, delivery)]))
    }

    fn plan_many(
        world: &World,
        author: &Address,
        node: &Node,
        to: &Jid,
        audience: Vec<Target>,
    ) -> Result<Self, Nack> {
        let group = sealed(node);
        let mut deliveries = Vec::new();
        for target in audience {
            if target.sealed.is_empty() && group.is_empty() {
                continue;
            }
            let delivery = to_many(world, author, node, to, &target, &group)?;
            deliveries.push((target.address, delivery));
        }
        Ok(Self(deliveries))
    }
}

/// Whether the message is in the stanza for one device and for named ones, too: a resend has the one
/// form, a message the other. What is sealed for all goes with the parts that bring its key.
fn says_it_twice(node: &Node, many: bool) -> bool {
    let mut direct = node.get_children_by_tag("enc");
    let for_one = |enc: &Node| stanza::attr(enc, "type").as_deref() != Some("skmsg");
    stanza::child(node, "participants").is_some() && direct.any(|enc| !many || for_one(enc))
}

/// Whether devices are named by number in a chat by LID, or the other way round.
fn mixes_names(node: &Node, to: &Jid) -> bool {
    let named = stanza::child(node, "participants").map(stanza::children);
    let named = named.unwrap_or_default().iter();
    let mut named = named.filter_map(|to| stanza::jid(to, "jid"));
    named.any(|jid| jid.is_lid() != to.is_lid())
}

/// Whether a first contact is let through. An account that takes messages from its contacts only
/// refuses others with the code that the real server has for senders without a token.
fn reaches(world: &World, author: &Address, recipient: &Address, node: &Node) -> bool {
    let own = author.phone == recipient.phone;
    if !own && world.is_locked_out(author, recipient) {
        return false;
    }
    let account = world.account(recipient);
    let open = account.is_some_and(|account| world.admits(account, "messages", author));
    own || open || stanza::child(node, "tctoken").is_some()
}

/// Every `<to>` of the stanza, or its own address when it carries `<enc>` directly.
fn named(world: &World, node: &Node, to: &Jid) -> Vec<Target> {
    let Some(participants) = stanza::child(node, "participants") else {
        let resolved = world.resolve(to);
        let target = resolved.map(|(address, form)| Target {
            address,
            form,
            sealed: sealed(node),
        });
        return target.into_iter().collect();
    };
    participants
        .get_children_by_tag("to")
        .filter_map(|to| {
            let (address, form) = world.resolve(&stanza::jid(to, "jid")?)?;
            Some(Target {
                address,
                form,
                sealed: sealed(to),
            })
        })
        .collect()
}

fn sealed(node: &Node) -> Vec<Node> {
    node.get_children_by_tag("enc").cloned().collect()
}

/// All devices of the named users, or of `members`, and the author's other devices, each with its
/// own part. Users are answered in the form in which the stanza names them.
fn audience(
    world: &World,
    author: &Address,
    named: Vec<Target>,
    usual: Form,
    members: Option<&BTreeSet<String>>,
) -> Vec<Target> {
    let mut users: BTreeMap<String, Form> = BTreeMap::new();
    let mut parts: HashMap<Address, Target> = HashMap::new();
    for target in named {
        users
            .entry(target.address.phone.clone())
            .or_insert(target.form);
        if !target.sealed.is_empty() {
            parts.entry(target.address.clone()).or_insert(target);
        }
    }
    if let Some(members) = members {
        users.retain(|phone, _| members.contains(phone));
        for phone in members {
            users.entry(phone.clone()).or_insert(usual);
        }
    }
    users.entry(author.phone.clone()).or_insert(usual);
    let mut audience = Vec::new();
    for (phone, form) in users {
        let Some(account) = world.accounts.get(&phone) else {
            continue;
        };
        let devices = account.devices().into_iter();
        let devices = devices.map(|device| account.address(device));
        for address in devices.filter(|address| address != author) {
            let part = parts.remove(&address);
            audience.push(part.unwrap_or(Target {
                address,
                form,
                sealed: Vec::new(),
            }));
        }
    }
    for phone in world.faults.overhearing() {
        let address = Address::phone(phone);
        if audience.iter().all(|target| target.address != address) {
            audience.push(Target {
                address,
                form: usual,
                sealed: Vec::new(),
            });
        }
    }
    audience
}

/// The attributes and children that travel with every copy.
fn copy(world: &World, author: &Address, node: &Node) -> Option<NodeBuilder> {
    let mut message = NodeBuilder::new("message")
        .attr("id", stanza::id(node))
        .attr("t", stanza::now())
        .attr("notify", stanza::word(&world.account(author)?.profile.name))
        .attr(
            "type",
            stanza::attr(node, "type").unwrap_or("text".into()).as_ref(),
        );
    for key in ["edit", "category"] {
        if let Some(value) = node.attrs.get(key) {
            message = message.attr(key, value.clone());
        }
    }
    Some(message)
}

fn with_identity(node: &Node, mut sealed: Vec<Node>) -> Vec<Node> {
    sealed.extend(stanza::child(node, "device-identity").cloned());
    sealed.extend(company(node));
    sealed
}

fn direct(world: &World, author: &Address, node: &Node, to: &Jid, target: Target) -> Option<Node> {
    let own = target.address.phone == author.phone;
    let form = match own {
        true => target.form,
        false => world.account(author)?.seen_in(target.form),
    };
    let from = world.jid(author, form)?;
    let mut message = copy(world, author, node)?.attr("from", from);
    if own {
        // One's own devices are told which chat it belongs to; a resend says so itself.
        let chat = stanza::jid(node, "recipient").unwrap_or_else(|| to.to_non_ad());
        if !node.attrs.contains_key("category") {
            message = message.attr("recipient", chat);
        }
    } else {
        let name = match form {
            Form::Pn => "sender_lid",
            Form::Lid => "sender_pn",
        };
        if let Some(other) = world.other_name(author, form) {
            message = message.attr(name, other);
        }
    }
    Some(message.children(with_identity(node, target.sealed)).build())
}

fn to_many(
    world: &World,
    author: &Address,
    node: &Node,
    to: &Jid,
    target: &Target,
    group: &[Node],
) -> Result<Node, Nack> {
    let message = copy(world, author, node).ok_or(NOT_FOUND)?;
    let form = world.account(author).ok_or(NOT_FOUND)?.seen_in(target.form);
    let participant = world.jid(author, form).ok_or(NOT_FOUND)?;
    let other_name = match form {
        Form::Pn => "participant_lid",
        Form::Lid => "participant_pn",
    };
    // The sender key comes in the device's own part, so that part has to be read first.
    let sealed = [target.sealed.as_slice(), group].concat();
    let message = match to.is_group() {
        true => message.attr("addressing_mode", mode(form)),
        false => message,
    };
    let message = match world.other_name(author, form) {
        Some(other) => message.attr(other_name, other),
        None => message,
    };
    Ok(message
        .attr("from", to.clone())
        .attr("participant", participant)
        .children(with_identity(node, sealed))
        .build())
}
