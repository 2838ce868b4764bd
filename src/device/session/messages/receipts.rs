//! Telling whoever wrote messages that they were received, or read.

use chrono::{DateTime, Utc};
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, JidExt as _};

use super::Messages;
use crate::device::kept::Kept;
use crate::device::session::{failures, jids};
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};
use crate::store::messages::Whose;

/// Ids in one receipt.
pub const MOST: usize = 256;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Delivered,
    Read,
}

/// Messages of one author in one chat, as WhatsApp names both.
#[derive(Clone, Debug)]
pub struct Author {
    chat: Jid,
    /// In a group, and of a status.
    author: Option<Jid>,
}

impl Author {
    /// The chat's JID.
    pub fn chat_jid(&self) -> String {
        self.chat.to_string()
    }

    /// The JID of who wrote the messages.
    pub fn author_jid(&self) -> String {
        self.author.as_ref().unwrap_or(&self.chat).to_string()
    }
}

impl Messages<'_> {
    /// Who wrote this message, and where: as the request says, and else as it is kept.
    pub async fn author(
        &self,
        message_id: &str,
        chat: Option<Chat>,
        sender: Option<Person>,
    ) -> Result<Author, Failure> {
        let kept = self.kept(message_id, Whose::Anybodys).await?;
        if let (Some(kept), Some(chat)) = (&kept, &chat)
            && !self.is_in(kept, chat).await?
        {
            let problem = format!("chat_jid is another chat than that of {message_id}");
            return Err(Invalid::field("chat_jid", problem).into());
        }
        if kept.as_ref().is_some_and(|kept| kept.mine) {
            let problem = "is this account's own: receipts are for what others have written";
            return Err(Invalid::field("id", format!("{message_id} {problem}")).into());
        }
        let jid = |text: &str| text.parse::<Jid>().ok();
        let known =
            kept.and_then(|kept| Some((jid(&kept.about.chat)?, jid(&kept.about.author_jid))));
        let named = match &chat {
            Some(Chat::Group(group)) => Some(jids::group(group)),
            Some(Chat::Person(person)) => Some(jids::person(person)),
            None => None,
        };
        let (chat, author) = match (known, named) {
            // WhatsApp's own names of both.
            (Some(known), _) => known,
            (None, Some(named)) => (named, None),
            (None, None) => {
                let problem = "chat_jid is required: the message is not known here";
                return Err(Invalid::field("chat_jid", problem).into());
            }
        };
        if !chat.is_group() && !chat.is_status_broadcast() {
            return Ok(Author { chat, author: None });
        }
        let author = author.or_else(|| sender.as_ref().map(jids::person));
        if author.is_none() {
            let problem = "sender_jid is required in a group: the message is not known here";
            return Err(Invalid::field("sender_jid", problem).into());
        }
        Ok(Author { chat, author })
    }

    /// Whether a message is in the chat that a request names; WhatsApp is asked whom it means by another spelling.
    async fn is_in(&self, kept: &Kept, chat: &Chat) -> Result<bool, Failure> {
        match chat {
            _ if kept.about.is_in(chat) => Ok(true),
            Chat::Person(person) if !kept.about.in_group() => {
                let who = self.0.lookup().find_one(person).await?;
                Ok(who.is_some_and(|who| kept.about.other.is(&who)))
            }
            _ => Ok(false),
        }
    }

    /// Tells the author of these messages. There is no answer: it returns once that is on its way.
    pub async fn tell(
        &self,
        author: &Author,
        message_ids: &[String],
        told: Told,
    ) -> Result<DateTime<Utc>, Failure> {
        let client = &self.0.client;
        let now = Utc::now();
        let ids: Vec<&str> = message_ids.iter().map(String::as_str).collect();
        let written = match told {
            Told::Read => {
                client
                    .mark_as_read(&author.chat, author.author.as_ref(), &ids)
                    .await
            }
            Told::Delivered => {
                let receipt = delivered(author, &ids, now);
                client.send_node(receipt).await.map_err(Into::into)
            }
        };
        match written {
            Ok(()) if told == Told::Delivered => Ok(now),
            Ok(()) if author.chat.is_status_broadcast() => {
                self.0.others_statuses().seen(message_ids).await?;
                Ok(now)
            }
            Ok(()) => {
                self.0.life.chats.read(&author.chat);
                Ok(now)
            }
            Err(_gone) if !client.is_connected() => Err(Failure::Disconnected),
            Err(error) => Err(failures::broken("a receipt could not be written", &error)),
        }
    }
}

fn delivered(author: &Author, ids: &[&str], now: DateTime<Utc>) -> wacore_binary::Node {
    let (first, more) = ids.split_first().unwrap_or((&"", &[]));
    let mut receipt = NodeBuilder::new("receipt")
        .attr("to", &author.chat)
        .attr("id", *first)
        .attr("t", now.timestamp().to_string());
    if let Some(author) = &author.author {
        receipt = receipt.attr("participant", author);
    }
    if !more.is_empty() {
        let item = |id: &&str| NodeBuilder::new("item").attr("id", *id).build();
        let list = NodeBuilder::new("list").children(more.iter().map(item).collect::<Vec<_>>());
        receipt = receipt.children(vec![list.build()]);
    }
    receipt.build()
}
