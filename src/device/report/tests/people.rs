//! What is told of people.

use super::*;

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
            r#"{"contact":"120363000000000001@g.us","picture_id":"7","removed":false,"author":"15550000101@s.whatsapp.net","author_pn":"15550000101@s.whatsapp.net","author_lid":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::PictureUpdate(no_picture.build()),
            "contact.picture",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":null,"picture_id":null,"removed":true,"author":null,"author_pn":null,"author_lid":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            Event::IdentityChange(identity.build()),
            "identity.change",
            r#"{"contact":"15550000101@s.whatsapp.net","contact_pn":"15550000101@s.whatsapp.net","contact_lid":"900000000101@lid","implicit":true}"#,
        ),
    ]);
    assert_eq!(told(&saved(jid(PN), true)), None);
}
