//! Messages to people and groups: in the order in which they were asked for, and accepted by WhatsApp or not sent.

pub mod context;
pub mod delete;
pub mod edit;
mod keep;
pub mod key;
pub mod mentions;
mod readers;
pub mod receipts;
mod shop;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use wacore::client::context::GroupInfo;
use wacore::types::message::AddressingMode;
use wacore_binary::Jid;
use whatsapp_rust::SendOptions;
use whatsapp_rust::features::ChatStateType;

use super::outgoing::Outgoing;
use super::{Ack, Session, failures, groups, jids};
use crate::device::kept::Kept;
use crate::device::life::lanes::Lane;
use crate::device::report::{MentionSent, mentions};
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};
pub use crate::store::messages::Whose;

/// A phone stops showing that somebody types when it hears nothing more for a while.
const TYPING_FADES: Duration = Duration::from_secs(8);

/// Messages to people and groups.
pub struct Messages<'a>(&'a Session);

impl Session {
    /// Messages to people and groups.
    pub fn messages(&self) -> Messages<'_> {
        Messages(self)
    }
}

impl<'a> Messages<'a> {
    /// Waits for one's turn in a chat, and finds out who that is. `field`: where the request names it.
    pub async fn open(&self, field: &'static str, chat: &Chat) -> Result<OpenChat<'a>, Failure> {
        let session = self.0;
        let lane = session.life.lanes.enter(&chat.to_string()).await;
        let (jid, group) = match chat {
            Chat::Person(person) => (self.registered(field, person).await?, None),
            Chat::Group(group) => {
                let jid = jids::group(group);
                let asked = async {
                    let groups = session.client.groups();
                    groups.query_info(&jid).await.map_err(groups::not_told)
                };
                let group = session.query(asked).await?;
                (jid, Some(group))
            }
        };
        Ok(OpenChat {
            session,
            lane,
            jid,
            group,
        })
    }

    /// Whether messages are kept at all.
    pub fn are_kept(&self) -> bool {
        self.0.life.shared.keeps()
    }

    /// What is kept of a message. `None`: it is not known here.
    pub async fn kept(&self, id: &str, whose: Whose) -> Result<Option<Kept>, Failure> {
        let life = &self.0.life;
        let kept = life.shared.store.message(life.plan.number, id, whose).await;
        kept.map_err(|error| {
            Failure::of_store("what is kept of a message could not be read", &error)
        })
    }

    /// Somebody who is on WhatsApp, by number where it is known.
    async fn registered(&self, field: &'static str, person: &Person) -> Result<Jid, Failure> {
        let who = self.0.lookup().find_one(person).await?;
        // WhatsApp tells of some people their LID only, and takes what is written to it.
        let known = who.and_then(|who| who.phone.map(Jid::pn).or(who.lid.map(Jid::lid)));
        known.ok_or_else(|| {
            let name = match person {
                Person::Phone(number) => number.to_string(),
                Person::Lid(_) => person.to_string(),
            };
            Invalid::field(field, format!("{name} is not on WhatsApp")).into()
        })
    }
}

/// How a message is announced before it leaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    /// How long nothing happens.
    pub delay: Duration,
    /// How long the chat then shows that somebody is at it.
    pub typing: Duration,
    /// Shows a recording, and no typing.
    pub recording: bool,
}

impl Pace {
    /// All of it.
    pub fn duration(&self) -> Duration {
        self.delay + self.typing
    }
}

/// A chat in which it is one's turn to write.
pub struct OpenChat<'a> {
    session: &'a Session,
    lane: Lane,
    jid: Jid,
    group: Option<Arc<GroupInfo>>,
}

impl OpenChat<'_> {
    /// The chat's JID, of a person by number where it is known.
    pub fn jid(&self) -> String {
        self.jid.to_string()
    }

    /// Of a group, how many are in it.
    pub fn participants(&self) -> Option<usize> {
        self.group.as_ref().map(|group| group.participants.len())
    }

    /// Lets the time pass that a person would take.
    pub async fn pace(&self, pace: &Pace) -> Result<(), Failure> {
        sleep(pace.delay).await;
        if pace.typing.is_zero() {
            return Ok(());
        }
        let state = match pace.recording {
            true => ChatStateType::Recording,
            false => ChatStateType::Composing,
        };
        let end = Instant::now() + pace.typing;
        loop {
            self.show(state).await?;
            let now = Instant::now();
            sleep_until(end.min(now + TYPING_FADES)).await;
            if Instant::now() >= end {
                break;
            }
        }
        self.show(ChatStateType::Paused).await
    }

    async fn show(&self, state: ChatStateType) -> Result<(), Failure> {
        let chatstate = self.session.client.chatstate();
        let shown = chatstate.send(&self.jid, state).await;
        shown.map_err(|_gone| Failure::Disconnected)
    }

    /// Whether this chat calls its people by LID.
    fn by_lid(&self) -> bool {
        self.group
            .as_ref()
            .is_some_and(|group| group.addressing_mode == AddressingMode::Lid)
    }

    /// What this chat calls these people; WhatsApp is asked for what is not known.
    async fn names(&self, people: &[Person]) -> Result<Vec<Jid>, Failure> {
        let known = self.session.lookup().names(people).await?;
        let names = known.into_iter().zip(people).map(|(known, person)| {
            let name = match self.by_lid() {
                true => known.lid.map(Jid::lid).or(known.phone.map(Jid::pn)),
                false => known.phone.map(Jid::pn).or(known.lid.map(Jid::lid)),
            };
            name.unwrap_or_else(|| jids::person(person))
        });
        Ok(names.collect())
    }

    /// What this chat calls the account itself.
    fn own(&self) -> Option<Jid> {
        let client = &self.session.client;
        let own = match self.by_lid() {
            true => client.lid(),
            false => client.pn(),
        };
        own.map(|own| own.to_non_ad())
    }

    /// Sends it, and returns once WhatsApp has accepted it; the next one may leave as soon as this one has left.
    pub async fn send(self, message: Outgoing) -> Result<Ack, Failure> {
        let message_id = self.session.id_to_send();
        let settings = self.settings().await?;
        self.keep(&message_id, &message).await?;
        let Self {
            session, lane, jid, ..
        } = self;
        let message = match &settings {
            Some(settings) => message.disappearing(settings),
            None => message,
        };
        let (to, mentions) = (jid.to_non_ad_string(), mentions(&message.0));
        let write = async |message_id: String| {
            session.has_readers(&jid, &message_id).await?;
            let mut options = SendOptions::default()
                .with_message_id(message_id)
                .with_extra_stanza_nodes(message.company());
            options.ephemeral_expiration = settings.map(|settings| settings.disappear_after);
            let written = session
                .client
                .send_message_with_options(jid, message.0, options);
            let written = written.await.map(drop).map_err(failures::not_sent);
            drop(lane);
            written
        };
        let ack = session.accepted(message_id, write).await?;
        if let Some(mentions) = mentions {
            let (webhooks, device) = (&session.life.shared.webhooks, session.life.plan.number);
            let told = MentionSent::new(&ack.message_id, to, mentions, ack.at);
            webhooks.tell(device, &told);
        }
        Ok(ack)
    }
}
