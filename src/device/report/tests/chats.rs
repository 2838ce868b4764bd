//! What is told of chats.

use super::*;

#[test]
fn chats() {
    fn pinned(from_full_sync: bool) -> Event {
        let action = PinAction { pinned: Some(true) };
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
    assert_eq!(told(&super::messages::deleted_for_me(true)), None);
}
