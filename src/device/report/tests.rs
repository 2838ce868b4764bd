//! What each event's delivery carries, to the letter: receivers store it.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use wacore::stanza::groups::{GroupNotificationAction, GroupParticipantInfo};
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
    let told = report(event)?;
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

#[test]
fn messages() {
    let receipt = |kind, source: MessageSource| {
        let ids = vec!["3EB0A".to_owned(), "3EB0B".to_owned()];
        let receipt = Receipt::builder()
            .source(source)
            .message_ids(ids)
            .timestamp(at())
            .r#type(kind)
            .offline(false);
        Event::Receipt(receipt.build())
    };
    let info = MessageInfo {
        source: between_two(),
        id: "3EB0C".into(),
        push_name: "Ada".into(),
        timestamp: at(),
        is_offline: true,
        ..Default::default()
    };
    let undecryptable = UndecryptableMessage::builder()
        .info(info.into())
        .is_unavailable(true)
        .unavailable_type(UnavailableType::ViewOnce)
        .decrypt_fail_mode(DecryptFailMode::Show);
    check([
        (
            receipt(ReceiptType::Delivered, in_group()),
            "message.delivered",
            r#"{"chat":"120363000000000001@g.us","message_ids":["3EB0A","3EB0B"],"receipt_type":"delivery","sender_pn":"15550000101@s.whatsapp.net","sender_lid":"900000000101@lid","is_group":true,"is_from_me":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            receipt(ReceiptType::PlayedSelf, between_two()),
            "message.read",
            r#"{"chat":"900000000101@lid","chat_pn":null,"chat_lid":"900000000101@lid","message_ids":["3EB0A","3EB0B"],"receipt_type":"played-self","sender_pn":null,"sender_lid":"900000000101@lid","is_group":false,"is_from_me":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::UndecryptableMessage(undecryptable.build()),
            "message.undecryptable",
            r#"{"message_id":"3EB0C","from":"900000000101@lid","to":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z","is_from_me":false,"push_name":"Ada","chat":"900000000101@lid","chat_pn":null,"chat_lid":"900000000101@lid","sender_pn":null,"sender_lid":"900000000101@lid","is_group":false,"is_offline":true,"is_unavailable":true,"unavailable_type":"view_once"}"#,
        ),
        (
            deleted_for_me(false),
            "message.delete_for_me",
            r#"{"chat":"120363000000000001@g.us","message_id":"3EB0D","is_from_me":false,"participant":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ]);
    assert_eq!(told(&receipt(ReceiptType::Retry, in_group())), None);
}

fn deleted_for_me(from_full_sync: bool) -> Event {
    let deleted = DeleteMessageForMeUpdate::builder()
        .chat_jid(jid(GROUP))
        .participant_jid(jid(LID))
        .message_id("3EB0D".into())
        .from_me(false)
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(from_full_sync);
    Event::DeleteMessageForMeUpdate(deleted.build())
}

#[test]
fn people() {
    let presence = |unavailable, seen: Option<DateTime<Utc>>| {
        let presence = PresenceUpdate::builder()
            .from(jid(PN))
            .unavailable(unavailable)
            .maybe_last_seen(seen);
        Event::Presence(presence.build())
    };
    let typing = ChatPresenceUpdate::builder()
        .source(in_group())
        .state(ChatPresence::Composing)
        .media(ChatPresenceMedia::Audio);
    let paused = ChatPresenceUpdate::builder()
        .source(between_two())
        .state(ChatPresence::Paused)
        .media(ChatPresenceMedia::Text);
    let profile = ContactUpdated::builder().jid(jid(LID)).timestamp(at());
    let number = ContactNumberChanged::builder()
        .old_jid(jid(PN))
        .new_jid(jid("15550000102@s.whatsapp.net"))
        .new_lid(jid(LID))
        .timestamp(at());
    let saved = |jid: Jid, full_sync| {
        let action = ContactAction {
            full_name: Some("Ada Lovelace".into()),
            lid_jid: Some(LID.into()),
            ..Default::default()
        };
        let saved = ContactUpdate::builder()
            .jid(jid)
            .timestamp(at())
            .action(action.into())
            .from_full_sync(full_sync);
        Event::ContactUpdate(saved.build())
    };
    let renamed = PushNameUpdate::builder()
        .jid(jid(PN))
        .message(Box::default())
        .old_push_name("Ada".into())
        .new_push_name("Countess".into());
    let about = UserAboutUpdate::builder()
        .jid(jid(PN))
        .status("Busy".into())
        .timestamp(at());
    let picture = PictureUpdate::builder()
        .jid(jid(GROUP))
        .author(jid(PN))
        .timestamp(at())
        .removed(false)
        .picture_id("7".into());
    let no_picture = PictureUpdate::builder()
        .jid(jid(PN))
        .timestamp(at())
        .removed(true);
    let identity = IdentityChange::builder()
        .user(jid(PN))
        .lid_user(jid(LID))
        .implicit(true);
    check([
        (
            presence(false, None),
            "contact.presence",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":null,"state":"available","last_seen":null}"#,
        ),
        (
            presence(true, Some(at())),
            "contact.presence",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":null,"state":"unavailable","last_seen":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::ChatPresence(typing.build()),
            "chat.presence",
            r#"{"chat":"120363000000000001@g.us","state":"composing","media":"audio","sender_pn":"15550000101@s.whatsapp.net","sender_lid":"900000000101@lid"}"#,
        ),
        (
            Event::ChatPresence(paused.build()),
            "chat.presence",
            r#"{"chat":"900000000101@lid","chat_pn":null,"chat_lid":"900000000101@lid","state":"paused","media":"","sender_pn":null,"sender_lid":"900000000101@lid"}"#,
        ),
        (
            Event::ContactUpdated(profile.build()),
            "contact.changed",
            r#"{"change":"profile","contact":"900000000101@lid","contact_pn":null,"contact_lid":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::ContactNumberChanged(number.build()),
            "contact.changed",
            r#"{"change":"number","contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":null,"new_pn":"15550000102@s.whatsapp.net","new_lid":"900000000101@lid","old_lid":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            saved(jid(PN), false),
            "contact.changed",
            r#"{"change":"address_book","contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z","full_name":"Ada Lovelace","first_name":null}"#,
        ),
        (
            saved(jid(LID), false),
            "contact.changed",
            r#"{"change":"address_book","contact":"900000000101@lid","contact_pn":null,"contact_lid":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z","full_name":"Ada Lovelace","first_name":null}"#,
        ),
        (
            Event::PushNameUpdate(renamed.build()),
            "contact.pushname",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":null,"old_push_name":"Ada","push_name":"Countess"}"#,
        ),
        (
            Event::UserAboutUpdate(about.build()),
            "contact.about",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":null,"about":"Busy","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::PictureUpdate(picture.build()),
            "contact.picture",
            r#"{"contact":"120363000000000001@g.us","picture_id":"7","removed":false,"author":"15550000101@s.whatsapp.net","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::PictureUpdate(no_picture.build()),
            "contact.picture",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":null,"picture_id":null,"removed":true,"author":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::IdentityChange(identity.build()),
            "identity.change",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":"900000000101@lid","implicit":true}"#,
        ),
    ]);
    assert_eq!(told(&saved(jid(PN), true)), None);
}

#[test]
fn chats() {
    fn pinned(from_full_sync: bool) -> Event {
        let action = PinAction {
            pinned: Some(true),
        };
        let pinned = PinUpdate::builder()
            .jid(jid(PN))
            .timestamp(at())
            .action(action.into())
            .from_full_sync(from_full_sync);
        Event::PinUpdate(pinned.build())
    }
    let mute = MuteAction {
        muted: Some(true),
        mute_end_timestamp: Some(1_790_003_600_000),
        ..Default::default()
    };
    let muted = MuteUpdate::builder()
        .jid(jid(GROUP))
        .timestamp(at())
        .action(mute.into())
        .from_full_sync(false);
    let unmuted = MuteUpdate::builder()
        .jid(jid(GROUP))
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(false);
    let archived = ArchiveUpdate::builder()
        .jid(jid(PN))
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(false);
    let read = MarkChatAsReadUpdate::builder()
        .jid(jid(PN))
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(false);
    let deleted = DeleteChatUpdate::builder()
        .jid(jid(LID))
        .delete_media(true)
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(false);
    let cleared = ClearChatUpdate::builder()
        .jid(jid(GROUP))
        .delete_starred(false)
        .delete_media(true)
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(false);
    let silenced = UserStatusMuteUpdate::builder()
        .jid(jid(PN))
        .muted(true)
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(false);
    let labelled = LabelAssociationUpdate::builder()
        .label_id("3".into())
        .chat_jid(jid(PN))
        .timestamp(at())
        .action(Box::default())
        .from_full_sync(false);
    let edit = LabelEditAction {
        name: Some("New order".into()),
        color: Some(2),
        ..Default::default()
    };
    let label = LabelEditUpdate::builder()
        .label_id("3".into())
        .timestamp(at())
        .action(edit.into())
        .from_full_sync(false);
    check([
        (
            pinned(false),
            "chat.pin",
            r#"{"chat":"15550000101@s.whatsapp.net","chat_pn":"15550000101@s.whatsapp.net","chat_lid":null,"pinned":true,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::MuteUpdate(muted.build()),
            "chat.mute",
            r#"{"chat":"120363000000000001@g.us","muted":true,"muted_until":1790003600000,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::MuteUpdate(unmuted.build()),
            "chat.mute",
            r#"{"chat":"120363000000000001@g.us","muted":false,"muted_until":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::ArchiveUpdate(archived.build()),
            "chat.archive",
            r#"{"chat":"15550000101@s.whatsapp.net","chat_pn":"15550000101@s.whatsapp.net","chat_lid":null,"archived":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::MarkChatAsReadUpdate(read.build()),
            "chat.mark_as_read",
            r#"{"chat":"15550000101@s.whatsapp.net","chat_pn":"15550000101@s.whatsapp.net","chat_lid":null,"read":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::DeleteChatUpdate(deleted.build()),
            "chat.delete",
            r#"{"chat":"900000000101@lid","chat_pn":null,"chat_lid":"900000000101@lid","delete_media":true,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::ClearChatUpdate(cleared.build()),
            "chat.clear",
            r#"{"chat":"120363000000000001@g.us","delete_media":true,"delete_starred":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::UserStatusMuteUpdate(silenced.build()),
            "settings.user_status_mute",
            r#"{"chat":"15550000101@s.whatsapp.net","chat_pn":"15550000101@s.whatsapp.net","chat_lid":null,"muted":true,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::LabelAssociationUpdate(labelled.build()),
            "label.association_chat",
            r#"{"chat":"15550000101@s.whatsapp.net","chat_pn":"15550000101@s.whatsapp.net","chat_lid":null,"label_id":"3","labeled":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::LabelEditUpdate(label.build()),
            "label.edit",
            r#"{"label_id":"3","name":"New order","color":2,"deleted":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ]);
    assert_eq!(told(&pinned(true)), None);
    assert_eq!(told(&deleted_for_me(true)), None);
}

#[test]
fn groups() {
    fn changed(action: GroupNotificationAction, by: Option<&str>) -> Event {
        let changed = GroupUpdate::builder()
            .group_jid(jid(GROUP))
            .maybe_participant(by.map(jid))
            .timestamp(at())
            .is_lid_addressing_mode(true)
            .action(action);
        Event::GroupUpdate(changed.build())
    }
    let member = GroupParticipantInfo {
        jid: jid(LID),
        phone_number: Some(jid(PN)),
        display_name: None,
        r#type: None,
        lid: None,
        username: None,
        join_time: None,
        group_history_sent_state: None,
    };
    let add = GroupNotificationAction::Add {
        participants: vec![member],
        reason: Some("invite".into()),
    };
    let create = GroupNotificationAction::Create {
        raw: wacore_binary::builder::NodeBuilder::new("create").build(),
    };
    check([
        (
            changed(add, Some(LID)),
            "group.info",
            r#"{"group":"120363000000000001@g.us","action":"add","details":{"type":"add","participants":[{"jid":{"user":"900000000101","server":"lid","agent":0,"device":0,"integrator":0},"phone_number":{"user":"15550000101","server":"s.whatsapp.net","agent":0,"device":0,"integrator":0}}],"reason":"invite"},"by_pn":null,"by_lid":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            changed(GroupNotificationAction::Announce, None),
            "group.info",
            r#"{"group":"120363000000000001@g.us","action":"announcement","details":{"type":"announcement"},"by_pn":null,"by_lid":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            changed(create, Some(PN)),
            "group.joined",
            r#"{"group":"120363000000000001@g.us","action":"create","details":{"type":"create"},"by_pn":"15550000101@s.whatsapp.net","by_lid":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ]);
}

#[test]
fn calls() {
    fn call(action: CallAction) -> Event {
        let call = IncomingCall::builder()
            .from(jid(LID))
            .stanza_id("1".into())
            .timestamp(at())
            .offline(false)
            .action(action);
        Event::IncomingCall(call.build())
    }
    let (call_id, call_creator) = ("C1".to_owned(), jid("900000000101:2@lid"));
    let offer = CallAction::Offer {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
        caller_pn: Some(jid(PN)),
        caller_country_code: None,
        device_class: None,
        joinable: false,
        is_video: true,
        audio: Vec::new(),
        group_jid: None,
    };
    let terminate = CallAction::Terminate {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
        reason: Some("timeout".into()),
        duration: None,
        audio_duration: Some(3),
    };
    let latency = CallAction::RelayLatency {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
    };
    let hand = CallAction::RaiseHand {
        call_id: call_id.clone(),
        call_creator: call_creator.clone(),
        raised: true,
    };
    let missed = |why| Event::MissedCall(MissedCall::new(jid(LID), "C2".into(), at(), why));
    check([
        (
            call(offer),
            "call.offer",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","action":"offer","details":{"type":"offer","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0},"caller_pn":{"user":"15550000101","server":"s.whatsapp.net","agent":0,"device":0,"integrator":0},"joinable":false,"is_video":true,"audio":[]},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            call(terminate),
            "call.terminate",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","action":"terminate","details":{"type":"terminate","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0},"reason":"timeout","audio_duration":3},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            call(latency),
            "call.relay_latency",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","action":"relaylatency","details":{"type":"relaylatency","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0}},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            call(hand),
            "call.unknown",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C1","creator":"900000000101@lid","action":"user_action","details":{"type":"user_action","call_id":"C1","call_creator":{"user":"900000000101","server":"lid","agent":0,"device":2,"integrator":0},"raised":true},"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            missed(MissedReason::Offline),
            "call.terminate",
            r#"{"from":"900000000101@lid","from_pn":null,"from_lid":"900000000101@lid","call_id":"C2","reason":"missed_while_offline","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ]);
    assert_eq!(told(&missed(MissedReason::Remote)), None);
    let named = |action| told(&call(action)).expect("a call").0;
    let (id, creator) = (|| call_id.clone(), || call_creator.clone());
    assert_eq!(
        named(CallAction::OfferNotice {
            call_id: id(),
            call_creator: creator(),
            is_video: false,
            is_group: true
        }),
        "call.offer"
    );
    assert_eq!(
        named(CallAction::PreAccept {
            call_id: id(),
            call_creator: creator(),
            audio: Vec::new()
        }),
        "call.pre_accept"
    );
    assert_eq!(
        named(CallAction::Accept {
            call_id: id(),
            call_creator: creator(),
            audio: Vec::new()
        }),
        "call.accept"
    );
    assert_eq!(
        named(CallAction::Reject {
            call_id: id(),
            call_creator: creator(),
            reason: None
        }),
        "call.reject"
    );
    assert_eq!(
        named(CallAction::Transport {
            call_id: id(),
            call_creator: creator(),
            p2p_cand_round: None,
            transport_message_type: None
        }),
        "call.transport"
    );
}

#[test]
fn newsletters() {
    fn answer(payload: Value) -> Event {
        let update = MexNotification::builder()
            .op_name("Notification".into())
            .payload(payload);
        Event::MexNotification(update.build())
    }
    let reaction = NewsletterLiveUpdateReaction::builder()
        .code("👍".into())
        .count(4);
    let message = NewsletterLiveUpdateMessage::builder()
        .server_id(12)
        .reactions(vec![reaction.build()]);
    let live = NewsletterLiveUpdate::builder()
        .newsletter_jid(jid(NEWSLETTER))
        .messages(vec![message.build()]);
    let of = |key: &str| answer(json!({ "data": { key: { "id": NEWSLETTER, "state": {} } } }));
    check([
        (
            Event::NewsletterLiveUpdate(live.build()),
            "newsletter.live_update",
            r#"{"newsletter":"120363000000000002@newsletter","messages":[{"server_id":12,"reactions":[{"code":"👍","count":4}]}]}"#,
        ),
        (
            of("xwa2_notify_newsletter_on_join"),
            "newsletter.join",
            r#"{"newsletter":"120363000000000002@newsletter","details":{"id":"120363000000000002@newsletter","state":{}}}"#,
        ),
        (
            of("xwa2_notify_newsletter_on_leave"),
            "newsletter.leave",
            r#"{"newsletter":"120363000000000002@newsletter","details":{"id":"120363000000000002@newsletter","state":{}}}"#,
        ),
        (
            of("xwa2_notify_newsletter_on_mute_change"),
            "newsletter.mute_change",
            r#"{"newsletter":"120363000000000002@newsletter","details":{"id":"120363000000000002@newsletter","state":{}}}"#,
        ),
        (
            answer(json!({ "xwa2_notify_newsletter_on_leave": {} })),
            "newsletter.leave",
            r#"{"newsletter":null,"details":{}}"#,
        ),
    ]);
    assert_eq!(told(&of("xwa2_notify_newsletter_on_something_else")), None);
}

#[test]
fn the_connection() {
    let failed = PairError::builder()
        .id(jid(PN))
        .lid(jid(LID))
        .business_name(String::new())
        .platform("android".into())
        .error("no signature".into());
    let preview = OfflineSyncPreview::builder()
        .total(7)
        .app_data_changes(1)
        .messages(2)
        .notifications(3)
        .receipts(1)
        .calls(0)
        .statuses(0);
    let done = OfflineSyncCompleted::builder().count(7);
    check([
        (
            Event::PairError(failed.build()),
            "connection.pair_error",
            r#"{"error":"no signature","platform":"android"}"#,
        ),
        (
            Event::OfflineSyncPreview(preview.build()),
            "offline.sync_preview",
            r#"{"total":7,"app_data_changes":1,"messages":2,"notifications":3,"receipts":1,"calls":0,"statuses":0}"#,
        ),
        (
            Event::OfflineSyncCompleted(done.build()),
            "offline.sync_completed",
            r#"{"count":7}"#,
        ),
    ]);
}
