//! Who gets a message, and what each of them gets of it.

use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt, Node};

use crate::sandbox::address::{Address, Form};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// The code of the server's refusal.
type Nack = u16;

const BAD_STANZA: Nack = 400;
const NOT_FOUND: Nack = 404;
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
        if to.is_status_broadcast() {
            return Self::plan_status(world, author, node, &to);
        }
        let (recipient, _) = world.resolve(&to).ok_or(NOT_FOUND)?;
        let targets: Vec<Target> = named(world, node, &to)
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
                .filter_map(|t| Some((t.address.clone(), direct(world, author, node, &to, t)?)))
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
        if let Some(only) = stanza::jid(node, "participant") {
            let (address, form) = world.resolve(&only).ok_or(NOT_FOUND)?;
            let target = Target {
                address: address.clone(),
                form,
                sealed: sealed(node),
            };
            return Ok(Self(vec![(
                address,
                status(world, author, node, to, &target, &[])?,
            )]));
        }
        let group = sealed(node);
        let named = named(world, node, to);
        let mut deliveries = Vec::new();
        for target in audience(world, author, named) {
            if target.sealed.is_empty() && group.is_empty() {
                continue;
            }
            let delivery = status(world, author, node, to, &target, &group)?;
            deliveries.push((target.address, delivery));
        }
        Ok(Self(deliveries))
    }
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

/// All devices of the named users and the author's other devices, each with its own part.
fn audience(world: &World, author: &Address, named: Vec<Target>) -> Vec<Target> {
    let first_form = named.first().map_or(Form::Lid, |target| target.form);
    let mut users: Vec<(String, Form)> = Vec::new();
    for target in &named {
        if !users
            .iter()
            .any(|(phone, _)| *phone == target.address.phone)
        {
            users.push((target.address.phone.clone(), target.form));
        }
    }
    if !users.iter().any(|(phone, _)| *phone == author.phone) {
        users.push((author.phone.clone(), first_form));
    }
    let mut audience = Vec::new();
    for (phone, form) in users {
        let Some(account) = world.accounts.get(&phone) else {
            continue;
        };
        for device in account.devices() {
            let address = account.address(device);
            if address == *author {
                continue;
            }
            let own = named
                .iter()
                .find(|t| t.address == address && !t.sealed.is_empty());
            let form = own.map_or(form, |target| target.form);
            let sealed = own.map(|target| target.sealed.clone()).unwrap_or_default();
            audience.push(Target {
                address,
                form,
                sealed,
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
        .attr("notify", world.account(author)?.profile.name.as_str())
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
    sealed
}

fn direct(world: &World, author: &Address, node: &Node, to: &Jid, target: Target) -> Option<Node> {
    let from = world.jid(author, target.form)?;
    let mut message = copy(world, author, node)?.attr("from", from);
    if target.address.phone == author.phone {
        // One's own devices are told which chat it belongs to; a resend says so itself.
        let chat = stanza::jid(node, "recipient").unwrap_or_else(|| to.to_non_ad());
        if !node.attrs.contains_key("category") {
            message = message.attr("recipient", chat);
        }
    } else {
        let other = match target.form {
            Form::Pn => "sender_lid",
            Form::Lid => "sender_pn",
        };
        message = message.attr(other, world.user(author, target.form.other())?);
    }
    Some(message.children(with_identity(node, target.sealed)).build())
}

fn status(
    world: &World,
    author: &Address,
    node: &Node,
    to: &Jid,
    target: &Target,
    group: &[Node],
) -> Result<Node, Nack> {
    let message = copy(world, author, node).ok_or(NOT_FOUND)?;
    let participant = world.jid(author, target.form).ok_or(NOT_FOUND)?;
    let other = world.user(author, target.form.other()).ok_or(NOT_FOUND)?;
    let other_name = match target.form {
        Form::Pn => "participant_lid",
        Form::Lid => "participant_pn",
    };
    // The sender key comes in the device's own part, so that part has to be read first.
    let sealed = [target.sealed.as_slice(), group].concat();
    Ok(message
        .attr("from", to.clone())
        .attr("participant", participant)
        .attr(other_name, other)
        .children(with_identity(node, sealed))
        .build())
}
