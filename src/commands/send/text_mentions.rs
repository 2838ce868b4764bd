//! POST /send/text/mentions — a text to a group that mentions some of its people, or all of them.

use std::ops::Range;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Effort, Seconds, Sent, Stopwatch, by_number, pace, still_fits};
use crate::commands::{Command, Input};
use crate::contract::operation::Operation;
use crate::contract::span::Span;
use crate::contract::text::MessageText;
use crate::device::session::Session;
use crate::device::session::messages::Pace;
use crate::device::session::messages::context::References;
use crate::device::session::messages::mentions::place;
use crate::device::session::outgoing::Outgoing;
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, GroupJid, Person};

/// As many as a group has.
const MOST: usize = 1024;
const PEOPLE: &str = "mentions.specificUsers";
const EVERYBODY: &str = "mentions.mentionAllPosition";

/// What to send to which group, and whom it mentions.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "120363021234567890@g.us",
        "text": "Welcome, Maria! The meeting begins at ten, @everyone.",
        "mentions": {
            "mentionAll": true,
            "mentionAllPosition": [43, 52],
            "silent": false,
            "specificUsers": [{"jid": "5511999999999@s.whatsapp.net", "name": "Maria", "position": [9, 14]}]
        },
        "typingDuration": 3
    })
)]
pub struct SendTextMentions {
    number: GroupJid,
    /// 1 to 4096 characters.
    text: MessageText,
    mentions: Mentions,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
    /// How many seconds the group then shows that somebody is typing.
    #[serde(rename = "typingDuration")]
    typing_duration: Option<Seconds>,
}

/// Whom a text mentions: everybody, some, or both.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mentions {
    /// Whoever is in the group; absent: no.
    mention_all: Option<bool>,
    /// Where the text says so, in characters: from the first to the one after the last. It gets an `@` where it has none.
    mention_all_position: Option<Span>,
    /// They are told, and the text stays as it is; absent: no.
    silent: Option<bool>,
    /// At most 1024.
    specific_users: Option<Vec<SpecificUser>>,
}

/// Somebody who is mentioned.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SpecificUser {
    jid: Person,
    /// What the text calls them: it is looked for after an `@` where there is no `position`.
    name: Option<String>,
    /// Where the text has their name, in characters: from the first to the one after the last.
    position: Option<Span>,
}

/// Sends it: everything has its place.
pub struct MentionInText {
    group: GroupJid,
    text: String,
    everybody: bool,
    /// Where the text says "everybody".
    everybody_at: Option<Range<usize>>,
    /// With their places in the text.
    placed: Vec<(Person, Range<usize>)>,
    /// Without; the text may still have their numbers.
    unplaced: Vec<Person>,
    silent: bool,
    pace: Pace,
}

/// A text with mentions that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentTextMentions {
    #[serde(flatten)]
    sent: Sent,
    metadata: SentTextMentionsMetadata,
}

/// How it was sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentTextMentionsMetadata {
    #[serde(flatten)]
    effort: Effort,
    /// The group has shown that somebody was typing.
    presence_sent: bool,
    /// For how long.
    presence_duration_seconds: u64,
    /// How many people it mentions: all who are in the group, or those who are named.
    mentions_processed: usize,
    mention_all_applied: bool,
    /// How many people it names.
    specific_mentions: usize,
    silent_mentions: bool,
    /// How many people are in the group.
    group_participants: usize,
}

impl Input for SendTextMentions {
    type Command = MentionInText;

    fn check(self) -> Result<MentionInText, Invalid> {
        let text = String::from(self.text);
        let mentions = self.mentions;
        let (everybody, silent) = (
            mentions.mention_all.unwrap_or(false),
            mentions.silent.unwrap_or(false),
        );
        let people = mentions.specific_users.unwrap_or_default();
        if people.is_empty() && !everybody {
            let problem = "mentions must have mentionAll or specificUsers";
            return Err(Invalid::field("mentions", problem));
        }
        if people.len() > MOST {
            let problem = format!("{PEOPLE} must not name more than {MOST} people");
            return Err(Invalid::field(PEOPLE, problem));
        }
        let mut places = Places::of(&text);
        let everybody_at = mentions.mention_all_position.filter(|_| everybody);
        let everybody_at = everybody_at.map(|at| places.take(EVERYBODY, at));
        let (mut placed, mut unplaced) = (Vec::new(), Vec::new());
        for (
            number,
            SpecificUser {
                jid,
                name,
                position,
            },
        ) in people.into_iter().enumerate()
        {
            let field = format!("{PEOPLE}[{number}].position");
            let at = match position {
                Some(position) => Some(places.take(&field, position)?),
                None => name.and_then(|name| places.find(&format!("@{name}"))),
            };
            match at.filter(|_| !silent) {
                Some(at) => placed.push((jid, at)),
                None => unplaced.push(jid),
            }
        }
        Ok(MentionInText {
            group: self.number,
            everybody,
            everybody_at: everybody_at.transpose()?.filter(|_| !silent),
            text,
            placed,
            unplaced,
            silent,
            pace: pace(self.delay, self.typing_duration),
        })
    }
}

/// The places of a text, each of which holds one mention.
struct Places {
    text: Vec<char>,
    taken: Vec<Range<usize>>,
}

impl Places {
    fn of(text: &str) -> Self {
        Self {
            text: text.chars().collect(),
            taken: Vec::new(),
        }
    }

    fn is_taken(&self, at: &Range<usize>) -> bool {
        let overlaps = |taken: &Range<usize>| taken.start < at.end && at.start < taken.end;
        self.taken.iter().any(overlaps)
    }

    fn take(&mut self, field: &str, at: Span) -> Result<Range<usize>, Invalid> {
        let at = Range::from(at);
        let length = self.text.len();
        if at.end > length {
            let problem = format!("{field} ends after the text, which has {length} characters");
            return Err(Invalid::field(field, problem));
        }
        if self.is_taken(&at) {
            let problem = format!("{field} overlaps the place of another mention");
            return Err(Invalid::field(field, problem));
        }
        self.taken.push(at.clone());
        Ok(at)
    }

    /// The first place that has these words and is free.
    fn find(&mut self, words: &str) -> Option<Range<usize>> {
        let words: Vec<char> = words.chars().collect();
        let starts = self.text.windows(words.len()).enumerate();
        let starts = starts.filter(|(_, there)| *there == words);
        let mut found = starts.map(|(start, _)| start..start + words.len());
        let at = found.find(|at| !self.is_taken(at))?;
        self.taken.push(at.clone());
        Some(at)
    }
}

impl Command for MentionInText {
    type Reply = SentTextMentions;
    const SUMMARY: &'static str =
        "Sends a text to a group that mentions some of its people, or all";
    const OPERATION: Operation = by_number("send_text", "failed to send message");
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        self.pace.duration()
    }

    fn refusals() -> Vec<Failure> {
        vec![Failure::documented(404, "group not found")]
    }

    async fn run(self, session: Session) -> Result<SentTextMentions, Failure> {
        let stopwatch = Stopwatch::start(&session);
        let group = Chat::Group(self.group);
        let chat = session.messages().open("number", &group).await?;
        let mut references = References::default();
        let mut placed = chat
            .mention_at(PEOPLE, &mut references, self.placed)
            .await?;
        if let Some(at) = self.everybody_at {
            let words = self.text.chars().skip(at.start).take(at.len());
            let words: String = words.collect();
            placed.push((at, format!("@{}", words.trim_start_matches('@'))));
        }
        let mut text = place(&self.text, placed);
        match self.silent {
            true => {
                chat.mention_silently(PEOPLE, &mut references, &self.unplaced)
                    .await?
            }
            false => {
                let people = &self.unplaced;
                chat.mention(PEOPLE, &mut references, people, &mut text)
                    .await?;
            }
        }
        still_fits("text", &text, MessageText::LONGEST)?;
        if self.everybody {
            references.mention_everybody();
        }
        chat.pace(&self.pace).await?;
        let (jid, named) = (chat.named(), references.mentioned());
        let group_participants = chat.participants().unwrap_or_default();
        let ack = chat.send(Outgoing::text(text, references)).await?;
        let (sent, effort) = stopwatch.stop(ack, jid);
        Ok(SentTextMentions {
            sent,
            metadata: SentTextMentionsMetadata {
                effort,
                presence_sent: !self.pace.typing.is_zero(),
                presence_duration_seconds: self.pace.typing.as_secs(),
                mentions_processed: if self.everybody {
                    group_participants
                } else {
                    named
                },
                mention_all_applied: self.everybody,
                specific_mentions: named,
                silent_mentions: self.silent,
                group_participants,
            },
        })
    }
}
