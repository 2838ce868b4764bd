//! Messages to people and groups: in the order in which they were asked for, and accepted by WhatsApp or not sent.

pub mod context;
pub mod delete;
pub mod edit;
mod keep;
pub mod key;
pub mod mentions;
pub mod payments;
mod readers;
pub mod receipts;
pub(super) mod restricted;
mod shop;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep, sleep_until};
use wacore::client::context::GroupInfo;
use wacore::types::message::AddressingMode;
use wacore_binary::Jid;
use waproto::whatsapp as wa;
use whatsapp_rust::SendOptions;
use whatsapp_rust::features::ChatStateType;

use super::outgoing::Outgoing;
use super::{Ack, Session, failures, jids, line};
use crate::device::kept::{ChatSettings, Kept};
use crate::device::known_as::{KnownAs, Named};
use crate::device::life::lanes::Place;
use crate::device::report::{MentionSent, mentions};
use crate::failure::Failure;
use crate::jid::{Chat, Person};
pub use crate::store::messages::Whose;
use crate::webhooks::event::Event;

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
    /// Takes the last place in a chat's line, and finds out who that is. What is sent is prepared while others have their
    /// turn: it waits for its own when it leaves, or is announced. `field`: where the request names it.
    pub async fn open(&self, field: &'static str, chat: &Chat) -> Result<OpenChat<'a>, Failure> {
        self.open_as(field, chat, false).await
    }

    /// The same for what may become a job: then it lets others past, and leaves after the jobs of the chat that were asked
    /// for before it.
    pub async fn open_for_job(
        &self,
        field: &'static str,
        chat: &Chat,
    ) -> Result<OpenChat<'a>, Failure> {
        self.open_as(field, chat, true).await
    }

    async fn open_as(
        &self,
        field: &'static str,
        chat: &Chat,
        may_be_job: bool,
    ) -> Result<OpenChat<'a>, Failure> {
        let session = self.0;
        let (place, names) = self.stand(chat, may_be_job).await?;
        let (jid, group, names, who) = match chat {
            Chat::Person(person) => {
                let (jid, who) = session.lookup().registered_one(field, person).await?;
                restricted::may_write(session, &jid).await?;
                let names = line::names(chat, Some(&who));
                (jid, None, names, who)
            }
            Chat::Group(group) => {
                let jid = jids::group(group);
                let group = session.groups().query(&jid).await?;
                (jid, Some(group), names, KnownAs::default())
            }
        };
        session.life.lanes.also(&place, &names);
        Ok(OpenChat {
            session,
            field,
            who,
            names,
            turn: Mutex::default(),
            jid,
            group,
        })
    }

    /// Takes the last place in a chat's line. WhatsApp is not asked, and whoever comes later stands behind.
    async fn stand(&self, chat: &Chat, may_be_job: bool) -> Result<(Place, Vec<String>), Failure> {
        let (session, life) = (self.0, &self.0.life);
        session.line.note_chat(chat.to_string());
        let _door = life.lanes.door().await;
        let known = match chat {
            Chat::Person(person) => session.lookup().known(person).await,
            Chat::Group(_) => None,
        };
        let names = line::names(chat, known.as_ref());
        let (announced, most) = (session.terms.announced, life.shared.sends_per_chat);
        let (place, ahead) = life.lanes.enter(&names, announced, most)?;
        // Others have announced that they take so long: that is not this one's time.
        session.terms.deadline.put_off(ahead);
        session.line.stand(place.clone());
        if may_be_job {
            let among_jobs = life.job_lanes.enter_again(&names);
            session.line.stand_among_jobs(among_jobs);
        }
        Ok((place, names))
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

/// One's turn in a chat, until it is dropped.
pub struct Turn(#[expect(dead_code, reason = "held, not read")] Option<Mutex<Vec<Place>>>);

/// A chat in whose line one stands to write.
pub struct OpenChat<'a> {
    session: &'a Session,
    /// Where the request names it.
    field: &'static str,
    /// Of a chat between two, the other side.
    who: KnownAs,
    /// By what it is known.
    names: Vec<String>,
    /// All places that are one's turn; none: it is not, yet.
    turn: Mutex<Vec<Place>>,
    jid: Jid,
    group: Option<Arc<GroupInfo>>,
}

impl OpenChat<'_> {
    /// The chat's JID, of a person by number where it is known.
    pub fn jid(&self) -> String {
        self.jid.to_string()
    }

    /// The same with the names of the other side.
    pub fn named(&self) -> Named {
        Named {
            jid: self.jid(),
            who: self.who.clone(),
        }
    }

    /// Of a group, how many are in it.
    pub fn participants(&self) -> Option<usize> {
        self.group.as_ref().map(|group| group.participants.len())
    }

    /// Waits until it is one's turn to write: whatever was asked for before has left.
    pub async fn turn(&self) {
        if !self.turn.lock().is_empty() {
            return;
        }
        let (line, lanes) = (&self.session.line, &self.session.life.lanes);
        if let Some(place) = line.place() {
            let first = async {
                place.turn().await;
                let beside = lanes.beside(&place, &self.names);
                if let Some(beside) = &beside {
                    beside.turn().await;
                }
                beside
            };
            tokio::select! {
                biased;
                () = self.session.is_job() => {}
                beside = first => {
                    let places = line.take_place().into_iter().chain(beside);
                    return self.turn.lock().extend(places);
                }
            }
        }
        if let Some(jobs_before) = line.among_jobs() {
            jobs_before.turn().await;
        }
        let place = lanes.enter_again(&self.names);
        place.turn().await;
        self.turn.lock().push(place);
    }

    /// Waits for one's turn, and lets the time pass that a person would take.
    pub async fn pace(&self, pace: &Pace) -> Result<(), Failure> {
        self.turn().await;
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
            let name = known.jid_in(self.by_lid());
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

    /// Sends it when it is its turn, and returns once WhatsApp has accepted it; the next one may leave as soon as this one
    /// has left.
    pub async fn send(self, message: Outgoing) -> Result<Ack, Failure> {
        self.send_in_turn(message, false).await.map(|(ack, _)| ack)
    }

    /// The same for what changes an earlier message: it is one's turn until the change is kept, too.
    pub async fn send_and_hold(self, message: Outgoing) -> Result<(Ack, Turn), Failure> {
        self.send_in_turn(message, true).await
    }

    async fn send_in_turn(self, message: Outgoing, hold: bool) -> Result<(Ack, Turn), Failure> {
        self.turn().await;
        let message_id = self.session.id_to_send();
        let settings = self.settings().await?;
        let kind = keep::asked_for(&message);
        self.keep(&message_id, kind.clone(), &message).await?;
        let Self {
            session, turn, jid, ..
        } = self;
        let (message, options) = prepared(message, settings.as_ref(), &message_id);
        let (to, mentions) = (jid.to_non_ad_string(), mentions(&message));
        let (held, passed_on) = match hold {
            true => (Some(turn), None),
            false => (None, Some(turn)),
        };
        let write = async |message_id: String| {
            session.has_readers(&jid, &message_id).await?;
            let written = session
                .client
                .send_message_with_options(jid, message, options);
            let written = written.await.map(drop).map_err(failures::not_sent);
            if let Some(turn) = passed_on {
                drop(turn);
                session.line.leave();
            }
            written
        };
        let ack = session.accepted(message_id, kind, write).await?;
        if let Some(mentions) = mentions {
            let told = MentionSent::new(&ack.message_id, &to, mentions, ack.at);
            session.life.publish(Event::of(&told));
        }
        Ok((ack, Turn(held)))
    }
}

/// As the library takes it: for a chat with these settings, under this id.
pub(super) fn prepared(
    message: Outgoing,
    settings: Option<&ChatSettings>,
    message_id: &str,
) -> (wa::Message, SendOptions) {
    let message = match settings {
        Some(settings) => message.disappearing(settings),
        None => message,
    };
    let mut options = SendOptions::default()
        .with_message_id(message_id.to_owned())
        .with_extra_stanza_nodes(message.company());
    options.ephemeral_expiration = settings.map(|settings| settings.disappear_after);
    (message.0, options)
}
