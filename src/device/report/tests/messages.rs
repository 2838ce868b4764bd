//! What is told of messages.

use super::*;
use crate::device::report::{Participant, receipt as told_of};

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
        receipt.build()
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
            Event::UndecryptableMessage(undecryptable.build()),
            "message.undecryptable",
            r#"{"message_id":"3EB0C","from":"900000000101@lid","to":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z","is_from_me":false,"push_name":"Ada","chat":"900000000101@lid","chat_pn":null,"chat_lid":"900000000101@lid","sender_pn":null,"sender_lid":"900000000101@lid","is_group":false,"is_offline":true,"is_unavailable":true,"unavailable_type":"view_once"}"#,
        ),
        (
            deleted_for_me(false),
            "message.delete_for_me",
            r#"{"chat":"120363000000000001@g.us","message_id":"3EB0D","is_from_me":false,"participant":"900000000101@lid","participant_pn":null,"participant_lid":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ]);
    let lid = jid("900000000101:3@lid");
    let known = Participant::new(&lid, Some(&jid(PN)));
    let unknown = Participant::new(&lid, None);
    let table = [
        (
            receipt(ReceiptType::Delivered, in_group()),
            known,
            "message.delivered",
            r#"{"chat":"120363000000000001@g.us","message_ids":["3EB0A","3EB0B"],"receipt_type":"delivery","sender_pn":"15550000101@s.whatsapp.net","sender_lid":"900000000101@lid","is_group":true,"is_from_me":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            receipt(ReceiptType::PlayedSelf, between_two()),
            unknown.clone(),
            "message.read",
            r#"{"chat":"900000000101@lid","chat_pn":null,"chat_lid":"900000000101@lid","message_ids":["3EB0A","3EB0B"],"receipt_type":"played-self","sender_pn":null,"sender_lid":"900000000101@lid","is_group":false,"is_from_me":false,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ];
    for (receipt, reader, name, data) in table {
        let told = told_of(&receipt, receipt.message_ids.clone(), &reader).expect(name);
        assert_eq!(
            (told.name.text(), told.data.to_string().as_str()),
            (name, data)
        );
    }
    let retry = receipt(ReceiptType::Retry, in_group());
    assert!(told_of(&retry, retry.message_ids.clone(), &unknown).is_none());
}

pub(super) fn deleted_for_me(from_full_sync: bool) -> Event {
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
