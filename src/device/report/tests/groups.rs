//! What is told of groups.

use super::*;

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
            r#"{"group":"120363000000000001@g.us","action":"add","participants":[{"pn":"15550000101@s.whatsapp.net","lid":"900000000101@lid"}],"reason":"invite","details":{"type":"add","participants":[{"jid":{"user":"900000000101","server":"lid","agent":0,"device":0,"integrator":0},"phone_number":{"user":"15550000101","server":"s.whatsapp.net","agent":0,"device":0,"integrator":0}}],"reason":"invite"},"by_pn":null,"by_lid":"900000000101@lid","timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            changed(GroupNotificationAction::Announce, None),
            "group.info",
            r#"{"group":"120363000000000001@g.us","action":"announcement","participants":[],"details":{"type":"announcement"},"by_pn":null,"by_lid":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
        (
            changed(create, Some(PN)),
            "group.joined",
            r#"{"group":"120363000000000001@g.us","action":"create","participants":[],"details":{"type":"create"},"by_pn":"15550000101@s.whatsapp.net","by_lid":null,"timestamp":"2026-09-21T14:13:20Z"}"#,
        ),
    ]);
}
