//! Mentions that stand at given places of a text.

use std::ops::Range;

use super::OpenChat;
use super::context::References;
use crate::failure::Failure;
use crate::jid::Person;

/// What is to stand at a place of a text, in characters. Places do not overlap, and are within the text.
pub type Placed = (Range<usize>, String);

impl OpenChat<'_> {
    /// Mentions people without a word in the text.
    pub async fn mention_silently(
        &self,
        references: &mut References,
        people: &[Person],
    ) -> Result<(), Failure> {
        references.mention(self.names(people).await?);
        Ok(())
    }

    /// Mentions people who are to stand at some place of the text, as `@` and what this chat calls them.
    pub async fn mention_at(
        &self,
        references: &mut References,
        people: Vec<(Person, Range<usize>)>,
    ) -> Result<Vec<Placed>, Failure> {
        let (people, places): (Vec<Person>, Vec<_>) = people.into_iter().unzip();
        let names = self.names(&people).await?;
        let shown = names.iter().map(|name| format!("@{}", name.user));
        let placed = places.into_iter().zip(shown).collect();
        references.mention(names);
        Ok(placed)
    }
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
