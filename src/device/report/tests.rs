//! What each event's delivery carries, to the letter: receivers store it.

mod calls;
mod chats;
mod connection;
mod groups;
mod messages;
mod newsletters;
mod people;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use wacore::stanza::groups::{
    GroupNotificationAction, GroupParticipantInfo, MembershipRequestMethod,
};
use wacore::types::call::{CallAction, IncomingCall, MissedCall, MissedReason};
use wacore::types::events::*;
use wacore::types::message::{MessageInfo, MessageSource};
use wacore::types::presence::{ChatPresence, ChatPresenceMedia, ReceiptType};
use wacore_binary::Jid;
use waproto::whatsapp::sync_action_value::*;

use super::report;

const PN: &str = "15550000101@s.whatsapp.net";
const LID: &str = "900000000101@lid";
const GROUP: &str = "120363000000000001@g.us";
const NEWSLETTER: &str = "120363000000000002@newsletter";

fn jid(text: &str) -> Jid {
    text.parse().expect("a JID")
}

fn at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 5_000_000).expect("a time")
}

/// Name and data of an event.
fn told(event: &Event) -> Option<(&'static str, String)> {
    let told = report(event, Utc::now())?;
    Some((told.name.text(), told.data.to_string()))
}

/// Each event with its name and its data.
fn check(table: impl IntoIterator<Item = (Event, &'static str, &'static str)>) {
    for (event, name, data) in table {
        let (told, text) = told(&event).expect(name);
        assert_eq!((told, text.as_str()), (name, data));
    }
}

fn in_group() -> MessageSource {
    MessageSource {
        chat: jid(GROUP),
        sender: jid("900000000101:3@lid"),
        sender_alt: Some(jid(PN)),
        is_group: true,
        ..Default::default()
    }
}

fn between_two() -> MessageSource {
    MessageSource {
        chat: jid(LID),
        sender: jid("900000000101:3@lid"),
        ..Default::default()
    }
}
