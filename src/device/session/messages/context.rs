//! What a message refers to: another message, and people.

use wacore::proto_helpers::build_quote_context_with_info;
use wacore_binary::Jid;
use waproto::whatsapp as wa;

use super::OpenChat;
use crate::device::kept::{self, Kept};
use crate::failure::{Failure, Invalid};
use crate::jid::Person;
use crate::store::messages::Whose;

/// A message that another one answers.
#[derive(Clone, Debug)]
pub struct Quote {
    /// Its id.
    pub id: String,
    /// It is this account's own.
    pub from_me: bool,
    /// Who wrote it, where that does not follow from the chat.
    pub author: Option<Person>,
    /// What the answer shows of it.
    pub text: String,
}

/// What a message refers to, in the chat's own names.
#[derive(Default)]
pub struct References {
    /// Who is mentioned, as the chat calls them.
    mentioned: Vec<Jid>,
    everybody: bool,
    quoted: Option<wa::ContextInfo>,
}

impl References {
    /// Nothing is referred to.
    pub fn is_empty(&self) -> bool {
        self.mentioned.is_empty() && !self.everybody && self.quoted.is_none()
    }

    /// Mentions whoever is in the group.
    pub fn mention_everybody(&mut self) {
        self.everybody = true;
    }

    /// Mentions people by what their chat calls them.
    pub(super) fn mention(&mut self, names: Vec<Jid>) {
        for name in names {
            if !self.mentioned.contains(&name) {
                self.mentioned.push(name);
            }
        }
    }

    /// How many people are mentioned by name.
    pub fn mentioned(&self) -> usize {
        self.mentioned.len()
    }

    /// What is answered, as the answer shows it.
    pub(in crate::device) fn quoted(&self) -> Option<&wa::Message> {
        self.quoted.as_ref()?.quoted_message.as_option()
    }

    /// For the message itself.
    pub(in crate::device) fn into_context(self) -> wa::ContextInfo {
        wa::ContextInfo {
            mentioned_jid: self.mentioned.iter().map(Jid::to_string).collect(),
            non_jid_mentions: self.everybody.then_some(1),
            ..self.quoted.unwrap_or_default()
        }
    }
}

impl OpenChat<'_> {
    /// Mentions people, and writes `@` and what this chat calls each of them where the text has the number or LID that the
    /// request gave. `field`: where the request names them.
    pub async fn mention(
        &self,
        field: &'static str,
        references: &mut References,
        people: &[Person],
        text: &mut String,
    ) -> Result<(), Failure> {
        let names = self.members(field, people).await?;
        for (person, name) in people.iter().zip(&names) {
            let asked = match person {
                Person::Phone(number) => number.digits(),
                Person::Lid(user) => user,
            };
            if asked != name.user.as_str() {
                *text = renamed(text, asked, &name.user);
            }
        }
        references.mention(names);
        Ok(())
    }

    /// Answers a message: it shows what that holds, as far as it is known here, or else the text that the request gives.
    /// Whether it is known here.
    pub async fn quote(&self, references: &mut References, quote: Quote) -> Result<bool, Failure> {
        let known = self.quotable(&quote).await?;
        let written = known
            .as_ref()
            .and_then(|kept| kept.about.author_jid.parse().ok());
        let author = match (quote.from_me, written, quote.author) {
            (true, ..) => self.own().ok_or(Failure::Disconnected)?,
            (false, Some(author), _) => author,
            (false, None, Some(author)) => self.names(&[author]).await?.remove(0),
            (false, None, None) if self.group.is_none() => self.jid.clone(),
            (false, None, None) => {
                let missing = "is required for somebody else's message in a group";
                let field = "quoted.key.participant";
                return Err(Invalid::field(field, format!("{field} {missing}")).into());
            }
        };
        let found = known.is_some();
        let status = known.as_ref().is_some_and(|kept| kept.about.is_status());
        let quoted = match known {
            Some(kept) => kept::content(&kept),
            None => wa::Message {
                conversation: Some(quote.text),
                ..Default::default()
            },
        };
        let there = match status {
            true => Jid::status_broadcast(),
            false => self.jid.clone(),
        };
        let context = build_quote_context_with_info(quote.id, &author, &there, &self.jid, &quoted);
        references.quoted = Some(context);
        Ok(found)
    }

    /// The message that is answered, if it is known here and in this chat.
    async fn quotable(&self, quote: &Quote) -> Result<Option<Kept>, Failure> {
        let whose = match quote.from_me {
            true => Whose::Mine,
            false => Whose::Anybodys,
        };
        let kept = self.session.messages().kept(&quote.id, whose).await?;
        let kept = kept.filter(|kept| {
            let shown = !kept.about.deleted && !kept.content.is_empty();
            shown && kept.mine == quote.from_me
        });
        match kept {
            Some(kept) if self.is_where(&kept).await || self.is_status_here(&kept).await => {
                Ok(Some(kept))
            }
            _ => Ok(None),
        }
    }

    /// Whether it is a status of the one with whom this chat is: one answers it by writing to them.
    async fn is_status_here(&self, kept: &Kept) -> bool {
        self.group.is_none() && kept.about.is_status() && self.other().await.is(&kept.about.author)
    }
}

/// The text with another name after `@`, wherever the whole name stands there.
fn renamed(text: &str, from: &str, to: &str) -> String {
    let name = format!("@{from}");
    let mut parts = text.split(&name);
    let mut renamed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = match part.starts_with(|next: char| next.is_ascii_digit()) {
            // A longer number that begins alike.
            true => from,
            false => to,
        };
        renamed.push('@');
        renamed.push_str(name);
        renamed.push_str(part);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_called_as_the_chat_calls_it() {
        let table = [
            ("@551 hello", "@77 hello"),
            ("hello @551", "hello @77"),
            ("@551, @5512 and 551", "@77, @5512 and 551"),
            ("@551@551", "@77@77"),
            ("nobody", "nobody"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(renamed(text, "551", "77"), expected);
        }
    }
}
