//! From the protocol library's events to those of webhooks. What is here comes as it happens and is not kept by WhatsApp;
//! inbound messages have a way of their own, see `hook`.

mod chats;
mod messages;
mod participants;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use wacore::stanza::groups::GroupNotificationAction;
use wacore::types::call::{CallAction, IncomingCall, MissedReason};
use wacore::types::events::{Event, GroupUpdate, MessageBatch, MexNotification, Receipt};
use wacore::types::presence::ReceiptType;
use wacore_binary::Jid;

pub(super) use self::messages::describe;
pub(super) use self::participants::People;
use self::participants::{Person, head};
use crate::ids::DeviceId;
use crate::webhooks::catalog::EventName;
use crate::webhooks::event::Event as Told;

/// `None`: no name of the catalog fits, or there is nothing to tell.
pub(super) fn announcement(event: &Event) -> Option<(EventName, Value)> {
    match event {
        Event::Receipt(receipt) => self::receipt(receipt),
        Event::UndecryptableMessage(message) => {
            let mut data = head(&message.info, &People::of(&message.info.source, None));
            data.insert("is_unavailable".into(), message.is_unavailable.into());
            let why = serde_json::to_value(message.unavailable_type).unwrap_or_default();
            data.insert("unavailable_type".into(), why);
            Some((EventName::MessageUndecryptable, data.into()))
        }
        Event::PairError(error) => {
            let data = json!({ "error": error.error, "platform": error.platform });
            Some((EventName::PairError, data))
        }
        Event::Presence(update) => {
            let state = if update.unavailable {
                "unavailable"
            } else {
                "available"
            };
            let seen = update.last_seen.map(time);
            let data = about(
                "contact",
                &update.from,
                json!({ "state": state, "last_seen": seen }),
            );
            Some((EventName::ContactPresence, data))
        }
        Event::ChatPresence(update) => {
            let sender = Person::new(&update.source.sender, update.source.sender_alt.as_ref());
            let data = json!({
                "state": update.state,
                "media": update.media,
                "sender_pn": sender.number_text(),
                "sender_lid": sender.lid_text(),
            });
            Some((
                EventName::ChatPresence,
                about("chat", &update.source.chat, data),
            ))
        }
        Event::ContactUpdated(update) => {
            let data = json!({ "change": "profile", "timestamp": time(update.timestamp) });
            Some((
                EventName::ContactChanged,
                about("contact", &update.jid, data),
            ))
        }
        Event::ContactNumberChanged(update) => {
            let data = json!({
                "change": "number",
                "new_pn": update.new_jid.to_string(),
                "new_lid": update.new_lid.as_ref().map(Jid::to_string),
                "old_lid": update.old_lid.as_ref().map(Jid::to_string),
                "timestamp": time(update.timestamp),
            });
            Some((
                EventName::ContactChanged,
                about("contact", &update.old_jid, data),
            ))
        }
        Event::PushNameUpdate(update) => {
            let data =
                json!({ "old_push_name": update.old_push_name, "push_name": update.new_push_name });
            Some((
                EventName::ContactPushname,
                about("contact", &update.jid, data),
            ))
        }
        Event::UserAboutUpdate(update) => {
            let data = json!({ "about": update.status, "timestamp": time(update.timestamp) });
            Some((EventName::ContactAbout, about("contact", &update.jid, data)))
        }
        Event::PictureUpdate(update) => {
            let data = json!({
                "picture_id": update.picture_id,
                "removed": update.removed,
                "author": update.author.as_ref().map(Jid::to_string),
                "timestamp": time(update.timestamp),
            });
            Some((
                EventName::ContactPicture,
                about("contact", &update.jid, data),
            ))
        }
        Event::GroupUpdate(update) => Some(group(update)),
        Event::IncomingCall(call) => Some(self::call(call)),
        Event::MissedCall(call) if matches!(call.reason, MissedReason::Offline) => {
            let data = json!({ "call_id": call.call_id, "reason": "missed_while_offline", "timestamp": time(call.timestamp) });
            Some((EventName::CallTerminate, about("from", &call.from, data)))
        }
        Event::IdentityChange(change) => {
            let person = Person::new(&change.user, change.lid_user.as_ref());
            let data = json!({
                "contact_pn": person.number_text(),
                "contact_lid": person.lid_text(),
                "implicit": change.implicit,
            });
            Some((
                EventName::IdentityChange,
                about("contact", &change.user, data),
            ))
        }
        Event::NewsletterLiveUpdate(update) => {
            let messages = serde_json::to_value(&update.messages).unwrap_or_default();
            let data =
                json!({ "newsletter": update.newsletter_jid.to_string(), "messages": messages });
            Some((EventName::NewsletterLiveUpdate, data))
        }
        Event::MexNotification(update) => newsletter(update),
        Event::OfflineSyncPreview(preview) => {
            let data = serde_json::to_value(preview).unwrap_or_default();
            Some((EventName::OfflineSyncPreview, data))
        }
        Event::OfflineSyncCompleted(done) => Some((
            EventName::OfflineSyncCompleted,
            json!({ "count": done.count }),
        )),
        other => chats::announcement(other),
    }
}

/// Messages that do not pass the hook: those of newsletters, and those that the phone had to send again.
pub(super) fn unhooked(device: DeviceId, batch: &MessageBatch) -> Vec<Told> {
    let event = |message: &wacore::types::events::InboundMessage| {
        let source = &message.info.source;
        let data = describe(&message.message, &message.info, &People::of(source, None))?;
        let (chat, sender) = (source.chat.to_string(), source.sender.to_string());
        let parts = [chat.as_str(), &sender, &message.info.id];
        Some(Told::repeatable(
            EventName::MessageReceived,
            device,
            &parts,
            data,
        ))
    };
    match batch.hook_committed {
        true => Vec::new(),
        false => batch.iter().filter_map(event).collect(),
    }
}

fn receipt(receipt: &Receipt) -> Option<(EventName, Value)> {
    let name = match receipt.r#type {
        ReceiptType::Delivered => EventName::MessageDelivered,
        ReceiptType::Read | ReceiptType::ReadSelf => EventName::MessageRead,
        ReceiptType::Played | ReceiptType::PlayedSelf => EventName::MessageRead,
        _ => return None,
    };
    let source = &receipt.source;
    let reader = Person::new(&source.sender, source.sender_alt.as_ref());
    let data = json!({
        "message_ids": receipt.message_ids,
        "receipt_type": receipt.r#type.as_wire_str(),
        "sender_pn": reader.number_text(),
        "sender_lid": reader.lid_text(),
        "is_group": source.is_group,
        "is_from_me": source.is_from_me,
        "timestamp": time(receipt.timestamp),
    });
    Some((name, about("chat", &source.chat, data)))
}

fn group(update: &GroupUpdate) -> (EventName, Value) {
    let name = match update.action {
        GroupNotificationAction::Create { .. } => EventName::GroupJoined,
        _ => EventName::GroupInfo,
    };
    let mut action = serde_json::to_value(&update.action).unwrap_or_default();
    if let Some(action) = action.as_object_mut() {
        action.remove("raw");
    }
    let by = update.participant.as_ref();
    let by = by
        .map(|by| Person::new(by, update.participant_pn.as_ref()))
        .unwrap_or_default();
    let data = json!({
        "group": update.group_jid.to_string(),
        "action": update.action.tag_name(),
        "details": action,
        "by_pn": by.number_text(),
        "by_lid": by.lid_text(),
        "timestamp": time(update.timestamp),
    });
    (name, data)
}

fn call(call: &IncomingCall) -> (EventName, Value) {
    let name = match &call.action {
        CallAction::Offer { .. } | CallAction::OfferNotice { .. } => EventName::CallOffer,
        CallAction::Accept { .. } => EventName::CallAccept,
        CallAction::PreAccept { .. } => EventName::CallPreAccept,
        CallAction::Reject { .. } => EventName::CallReject,
        CallAction::Terminate { .. } => EventName::CallTerminate,
        CallAction::RelayLatency { .. } => EventName::CallRelayLatency,
        CallAction::Transport { .. } => EventName::CallTransport,
        _ => EventName::CallUnknown,
    };
    let details = serde_json::to_value(&call.action).unwrap_or_default();
    let data = json!({
        "call_id": call.action.call_id(),
        "creator": call.action.call_creator().to_non_ad_string(),
        "action": call.action.wire_tag(),
        "details": details,
        "timestamp": time(call.timestamp),
    });
    (name, about("from", &call.from, data))
}

/// Newsletters tell of themselves in answers to questions nobody has asked, by the names of those.
fn newsletter(update: &MexNotification) -> Option<(EventName, Value)> {
    const NAMES: [(&str, EventName); 3] = [
        ("xwa2_notify_newsletter_on_join", EventName::NewsletterJoin),
        (
            "xwa2_notify_newsletter_on_leave",
            EventName::NewsletterLeave,
        ),
        (
            "xwa2_notify_newsletter_on_mute_change",
            EventName::NewsletterMuteChange,
        ),
    ];
    let answers = update.payload.get("data").unwrap_or(&update.payload);
    NAMES.into_iter().find_map(|(key, name)| {
        let details = answers.get(key)?;
        Some((
            name,
            json!({ "newsletter": details.get("id"), "details": details }),
        ))
    })
}

/// `data` with the one it is about: as named by WhatsApp, and by number and LID as far as that tells them.
fn about(role: &str, jid: &Jid, data: Value) -> Value {
    let mut all = Map::new();
    all.insert(role.to_owned(), jid.to_non_ad_string().into());
    if jid.is_pn() || jid.is_lid() {
        let person = Person::new(jid, None);
        all.insert(format!("{role}_pn"), person.number_text());
        all.insert(format!("{role}_lid"), person.lid_text());
    }
    if let Value::Object(data) = data {
        all.extend(data);
    }
    Value::Object(all)
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests;
