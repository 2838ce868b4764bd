//! Mentions that stand at given places of a text.

use std::ops::Range;

use wacore::client::context::GroupInfo;
use wacore_binary::Jid;
use whatsapp_rust::Freshness;

use super::OpenChat;
use super::context::References;
use crate::device::session::groups;
use crate::failure::{Failure, Invalid};
use crate::jid::Person;

/// As many as a group has.
const MOST: usize = 1024;

/// What is to stand at a place of a text, in characters. Places do not overlap, and are within the text.
pub type Placed = (Range<usize>, String);

impl OpenChat<'_> {
    /// Mentions people without a word in the text. `field`: where the request names them.
    pub async fn mention_silently(
        &self,
        field: &'static str,
        references: &mut References,
        people: &[Person],
    ) -> Result<(), Failure> {
        references.mention(self.members(field, people).await?);
        Ok(())
    }

    /// What this chat calls these people, all of whom are in it: phones show no mention of anybody else.
    pub(super) async fn members(
        &self,
        field: &'static str,
        people: &[Person],
    ) -> Result<Vec<Jid>, Failure> {
        if people.len() > MOST {
            let problem = format!("{field} must not name more than {MOST} people");
            return Err(Invalid::field(field, problem).into());
        }
        let names = self.names(people).await?;
        let Some(group) = &self.group else {
            return Ok(names);
        };
        if names.iter().all(|name| is_in(group, name)) {
            return Ok(names);
        }
        // What is known of the group may be older than who has just joined.
        let session = self.session;
        let asked = async {
            let groups = session.client.groups();
            let group = groups.query_info_with_freshness(&self.jid, Freshness::Refresh);
            group.await.map_err(groups::not_told)
        };
        let group = session.query(asked).await?;
        let mut named = people.iter().zip(&names);
        match named.find(|(_, name)| !is_in(&group, name)) {
            Some((person, _)) => {
                let problem = format!("{field}: {person} is not in the group");
                Err(Invalid::field(field, problem).into())
            }
            None => Ok(names),
        }
    }

    /// Mentions people who are to stand at some place of the text, as `@` and what this chat calls them. `field`: where the
    /// request names them.
    pub async fn mention_at(
        &self,
        field: &'static str,
        references: &mut References,
        people: Vec<(Person, Range<usize>)>,
    ) -> Result<Vec<Placed>, Failure> {
        let (people, places): (Vec<Person>, Vec<_>) = people.into_iter().unzip();
        let names = self.members(field, &people).await?;
        let shown = names.iter().map(|name| format!("@{}", name.user));
        let placed = places.into_iter().zip(shown).collect();
        references.mention(names);
        Ok(placed)
    }
}

/// Whether somebody is in a group, under the name that it has for them or the other one that it tells.
fn is_in(group: &GroupInfo, name: &Jid) -> bool {
    let other = match name.is_lid() {
        true => group.phone_jid_for_lid_user(&name.user).cloned(),
        false => group
            .lid_user_for_phone_user(&name.user)
            .cloned()
            .map(Jid::lid),
    };
    let mut people = group.participants.iter();
    people.any(|person| {
        person.is_same_chat_as(name) || other.as_ref().is_some_and(|it| person.is_same_chat_as(it))
    })
}

/// The text with other words at some places.
pub fn place(text: &str, mut placed: Vec<Placed>) -> String {
    let mut starts: Vec<usize> = text.char_indices().map(|(start, _)| start).collect();
    starts.push(text.len());
    let mut text = text.to_owned();
    // From the end: what stands before keeps its place.
    placed.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    for (at, words) in placed {
        text.replace_range(starts[at.start]..starts[at.end], &words);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_where_they_were_placed_whatever_their_length() {
        let words = |words: &str| words.to_owned();
        let table: [(&str, Vec<Placed>, &str); 5] = [
            (
                "Olá @João, tudo?",
                vec![(4..9, words("@551199"))],
                "Olá @551199, tudo?",
            ),
            (
                "ação: Ada e Bob",
                vec![(6..9, words("@1")), (12..15, words("@23456"))],
                "ação: @1 e @23456",
            ),
            ("👍👍👍", vec![(1..2, words("@1"))], "👍@1👍"),
            ("ab", vec![(1..2, words("@2")), (0..1, words("@1"))], "@1@2"),
            ("nobody", vec![], "nobody"),
        ];
        for (text, placed, expected) in table {
            assert_eq!(place(text, placed), expected);
        }
    }
}
