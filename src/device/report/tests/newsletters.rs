//! What is told of channels.

use super::*;

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
