//! What is said in a channel: it is not encrypted, the server reads it, numbers it and passes it on to all who follow.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::codec::message_decode;
use waproto::whatsapp::Message;

use super::shown;
use crate::sandbox::address::Address;
use crate::sandbox::channel::{Change, Channel, Post, State};
use crate::sandbox::stanza;
use crate::sandbox::world::World;

/// The code of the server's refusal.
type Nack = u16;

const BAD_STANZA: Nack = 400;
const FORBIDDEN: Nack = 403;
const NOT_FOUND: Nack = 404;
/// "SmaxInvalid": the stanza lacks something, or has what does not belong into it.
const INVALID: Nack = 479;
/// `edit` of what replaces an earlier post, and of what takes one back.
const EDITED: &str = "3";
const REVOKED: &str = "8";

impl World {
    /// Takes what a device says in a channel. Returns the number of the post that it is, or is about.
    pub fn take_post(&mut self, author: &Address, id: &str, node: &Node) -> Result<u32, Nack> {
        let channel = self.channels().get(id).ok_or(NOT_FOUND)?;
        if channel.state != State::Active {
            return Err(FORBIDDEN);
        }
        if stanza::id(node).is_empty() {
            return Err(BAD_STANZA);
        }
        let kind = stanza::attr(node, "type").unwrap_or_default().into_owned();
        if let Some(votes) = stanza::child(node, "votes") {
            return self.take_vote(author, id, node, votes);
        }
        if kind == "reaction" {
            return self.take_reaction(author, id, node);
        }
        if !channel.role(&author.phone).leads() {
            return Err(FORBIDDEN);
        }
        match stanza::attr(node, "edit").as_deref() {
            Some(EDITED) => self.take_edit(author, id, node),
            Some(REVOKED) => self.take_revoke(author, id, node),
            Some(_) => Err(INVALID),
            None => self.take_new(author, channel.clone(), kind, node),
        }
    }

    fn take_new(
        &mut self,
        author: &Address,
        mut channel: Channel,
        kind: String,
        node: &Node,
    ) -> Result<u32, Nack> {
        let message_id = stanza::id(node);
        // It was sent twice under one id.
        if let Some(known) = self.channels().post_by_id(&channel.id, &message_id) {
            return Ok(known.server_id);
        }
        if !["text", "media", "poll"].contains(&kind.as_str()) {
            return Err(INVALID);
        }
        let (plaintext, media_type) = content(node)?;
        self.check_file(&kind, &plaintext, node)?;
        let post = Post {
            server_id: channel.next,
            id: message_id,
            author: author.phone.clone(),
            at: stanza::now(),
            kind,
            media_type,
            plaintext,
            change: None,
            reactions: Default::default(),
            views: Default::default(),
            votes: Default::default(),
        };
        channel.next += 1;
        let (id, server_id) = (channel.id.clone(), post.server_id);
        self.keep_channel(channel);
        self.keep_post(&id, post.clone());
        self.publish(author, &id, &post, None);
        Ok(server_id)
    }

    /// A file in a channel has to have been uploaded for one: readable for everybody, and named by its handle.
    fn check_file(&self, kind: &str, plaintext: &[u8], node: &Node) -> Result<(), Nack> {
        let message = message_decode(plaintext).map_err(|_| INVALID)?;
        let Some(file) = File::of(&message) else {
            return Ok(());
        };
        let handle = stanza::attr(node, "media_id").ok_or(INVALID)?;
        let hash = BASE64_URL_SAFE_NO_PAD.decode(handle.as_ref());
        let hash = hash.map_err(|_| INVALID)?;
        let present = self.media().plain_path(&hash).is_some();
        let right = kind == "media" && !file.encrypted && file.sha256 == Some(&hash);
        match present && right {
            true => Ok(()),
            false => Err(INVALID),
        }
    }

    fn take_edit(&mut self, author: &Address, id: &str, node: &Node) -> Result<u32, Nack> {
        let mut post = self.meant(id, node)?;
        let (plaintext, media_type) = content(node)?;
        post.change = Some(Change {
            posted_at: post.posted_at(),
            edited_at: Some(chrono::Utc::now().timestamp_millis().unsigned_abs()),
        });
        (post.plaintext, post.media_type, post.at) = (plaintext, media_type, stanza::now());
        self.change_post(author, id, post, EDITED)
    }

    fn take_revoke(&mut self, author: &Address, id: &str, node: &Node) -> Result<u32, Nack> {
        let mut post = self.meant(id, node)?;
        post.change = Some(Change {
            posted_at: post.posted_at(),
            edited_at: None,
        });
        (post.plaintext, post.media_type) = (Vec::new(), None);
        self.change_post(author, id, post, REVOKED)
    }

    /// The post that has the id of this stanza, unless it was taken back.
    fn meant(&self, id: &str, node: &Node) -> Result<Post, Nack> {
        let post = self.channels().post_by_id(id, &stanza::id(node));
        let post = post.filter(|post| !post.plaintext.is_empty());
        post.cloned().ok_or(NOT_FOUND)
    }

    fn change_post(
        &mut self,
        author: &Address,
        id: &str,
        post: Post,
        edit: &'static str,
    ) -> Result<u32, Nack> {
        let server_id = post.server_id;
        self.keep_post(id, post.clone());
        self.publish(author, id, &post, Some(edit));
        Ok(server_id)
    }

    /// Anybody who can read a post may react to it; `edit=7` without a code takes that back.
    fn take_reaction(&mut self, author: &Address, id: &str, node: &Node) -> Result<u32, Nack> {
        let reaction = stanza::child(node, "reaction").ok_or(INVALID)?;
        let code = stanza::attr(reaction, "code").unwrap_or_default();
        let removed = stanza::attr(node, "edit").as_deref() == Some("7");
        let server_id = number(node)?;
        self.react_to_post(
            &author.phone,
            id,
            server_id,
            if removed { "" } else { &code },
        )
    }

    /// An empty code takes a reaction back.
    pub fn react_to_post(
        &mut self,
        phone: &str,
        id: &str,
        server_id: u32,
        code: &str,
    ) -> Result<u32, Nack> {
        let post = self.channels().post(id, server_id);
        let mut post = post.cloned().ok_or(NOT_FOUND)?;
        match code {
            "" => drop(post.reactions.remove(phone)),
            code => drop(post.reactions.insert(phone.to_owned(), code.to_owned())),
        }
        self.keep_post(id, post);
        self.push_changes(id, &[server_id]);
        Ok(server_id)
    }

    /// All that somebody chooses of a poll; nothing takes the vote back.
    fn take_vote(
        &mut self,
        author: &Address,
        id: &str,
        node: &Node,
        votes: &Node,
    ) -> Result<u32, Nack> {
        let server_id = number(node)?;
        let post = self.channels().post(id, server_id);
        let mut post = post.cloned().ok_or(NOT_FOUND)?;
        let chosen = votes.get_children_by_tag("vote");
        let chosen = chosen.map(|vote| stanza::bytes(vote).map(hex::encode).ok_or(INVALID));
        let chosen = chosen.collect::<Result<Vec<_>, _>>()?;
        match chosen.is_empty() {
            true => drop(post.votes.remove(&author.phone)),
            false => drop(post.votes.insert(author.phone.clone(), chosen)),
        }
        self.keep_post(id, post);
        self.push_changes(id, &[server_id]);
        Ok(server_id)
    }

    /// Brings a post to the devices of all who follow, but not to the one that it comes from.
    fn publish(&mut self, author: &Address, id: &str, post: &Post, edit: Option<&'static str>) {
        let Ok(channel) = self.channel(id) else {
            return;
        };
        let followers = channel.followers.keys();
        let accounts = followers.filter_map(|phone| self.accounts.get(phone));
        let devices = accounts.flat_map(|account| {
            let devices = account.devices().into_iter();
            devices.map(|device| account.address(device))
        });
        let devices: Vec<Address> = devices.filter(|device| device != author).collect();
        let mut message = NodeBuilder::new("message")
            .attr("from", channel.jid())
            .attr("id", post.id.as_str())
            .attr("server_id", post.server_id)
            .attr("t", post.at)
            .attr("type", post.kind.as_str());
        if let Some(edit) = edit {
            message = message.attr("edit", edit);
        }
        let mut children: Vec<Node> = shown::meta(post).into_iter().collect();
        children.push(shown::plaintext(post));
        let message = message.children(children).build();
        for device in devices {
            let mut message = message.clone();
            if device.phone == post.author {
                message.attrs.push("is_sender", "true");
            }
            self.deliver(&device, message);
        }
    }
}

impl Post {
    fn posted_at(&self) -> u64 {
        self.change
            .as_ref()
            .map_or(self.at, |change| change.posted_at)
    }
}

/// What a message says of the file in it.
pub struct File<'a> {
    pub direct_path: Option<&'a str>,
    pub sha256: Option<&'a Vec<u8>>,
    /// It says how to decrypt it.
    pub encrypted: bool,
}

impl<'a> File<'a> {
    /// `None`: there is no file in it.
    pub fn of(message: &'a Message) -> Option<Self> {
        // They have these fields in common and no type.
        macro_rules! file {
            ($($kind:ident),*) => {
                $(if let Some(found) = message.$kind.as_option() {
                    return Some(Self {
                        direct_path: found.direct_path.as_deref(),
                        sha256: found.file_sha256.as_ref(),
                        encrypted: found.media_key.is_some(),
                    });
                })*
            };
        }
        file!(
            image_message,
            video_message,
            ptv_message,
            audio_message,
            document_message,
            sticker_message
        );
        None
    }
}

/// What a stanza says, and of which kind it calls that.
fn content(node: &Node) -> Result<(Vec<u8>, Option<String>), Nack> {
    let plaintext = stanza::child(node, "plaintext").ok_or(INVALID)?;
    let bytes = stanza::bytes(plaintext).filter(|bytes| !bytes.is_empty());
    let bytes = bytes.ok_or(INVALID)?;
    message_decode(bytes).map_err(|_| INVALID)?;
    let media_type = stanza::attr(plaintext, "mediatype").map(|kind| kind.into_owned());
    Ok((bytes.to_vec(), media_type))
}

/// The number of the post that a stanza is about.
fn number(node: &Node) -> Result<u32, Nack> {
    let number = stanza::attr(node, "server_id").and_then(|number| number.parse().ok());
    number.ok_or(INVALID)
}
