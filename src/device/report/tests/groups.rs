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

#[test]
fn what_an_action_sets_is_told_by_name_and_whom_it_meets_by_both() {
    use GroupNotificationAction as Action;
    fn person() -> GroupParticipantInfo {
        GroupParticipantInfo {
            jid: jid(LID),
            phone_number: Some(jid(PN)),
            display_name: None,
            r#type: None,
            lid: None,
            username: None,
            join_time: None,
            group_history_sent_state: None,
        }
    }
    fn update(action: Action, by: Option<&str>) -> serde_json::Value {
        let changed = GroupUpdate::builder()
            .group_jid(jid(GROUP))
            .maybe_participant(by.map(jid))
            .maybe_participant_pn(by.map(|_| jid(PN)))
            .timestamp(at())
            .is_lid_addressing_mode(true)
            .action(action);
        let (name, data) = told(&Event::GroupUpdate(changed.build())).expect("it is told");
        assert_eq!(name, "group.info");
        serde_json::from_str(&data).expect("JSON")
    }
    let both = serde_json::json!([{ "pn": PN, "lid": LID }]);
    let asks = |parent| Action::CreatedMembershipRequests {
        request_method: MembershipRequestMethod::InviteLink,
        parent_group_jid: parent,
        requests: vec![person()],
    };
    let wish = update(asks(None), Some(LID));
    assert_eq!(
        (&wish["participants"], &wish["request_method"]),
        (&both, &"invite_link".into())
    );
    let withdrawn = Action::RevokedMembershipRequests {
        participants: vec![jid(LID)],
    };
    assert_eq!(update(withdrawn, Some(LID))["participants"], both);
    // Who comes by the link is named once.
    let came = Action::Add {
        participants: vec![person()],
        reason: Some("invite".into()),
    };
    let came = update(came, None);
    assert_eq!((&came["by_pn"], &came["by_lid"]), (&PN.into(), &LID.into()));

    let table = [
        (
            Action::Subject {
                subject: "New".into(),
                subject_owner: None,
                subject_time: None,
            },
            "subject",
            "New".into(),
        ),
        (
            Action::Description {
                id: "D1".into(),
                description: Some("Us".into()),
            },
            "description",
            "Us".into(),
        ),
        (
            Action::Description {
                id: "D1".into(),
                description: None,
            },
            "description",
            serde_json::Value::Null,
        ),
        (
            Action::Ephemeral {
                expiration: 86_400,
                trigger: None,
            },
            "duration_seconds",
            86_400.into(),
        ),
        (
            Action::MembershipApprovalMode { enabled: true },
            "join_approval",
            true.into(),
        ),
        (
            Action::MemberAddMode {
                mode: "admin_add".into(),
            },
            "member_add_mode",
            "admin".into(),
        ),
        (
            Action::Invite { code: "AbC".into() },
            "invite_code",
            "AbC".into(),
        ),
    ];
    for (action, field, value) in table {
        let told = update(action, Some(LID));
        assert_eq!(told.get(field), Some(&value), "{told}");
        assert_eq!(told["participants"], serde_json::json!([]), "{told}");
    }
}
