//! PUT /groups/{jid}/ephemeral

use reqwest::Method;
use serde_json::{Value, json};

use super::Groups;

#[tokio::test]
async fn what_is_sent_to_the_group_goes_by_it() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let path = format!("/groups/{jid}/ephemeral");
    for seconds in [86_400, 604_800, 7_776_000, 0] {
        let body = json!({ "duration_seconds": seconds });
        let set = groups
            .request(Method::PUT, &path, Some(&body))
            .await
            .expect(200);
        assert_eq!(set, json!({ "success": true, "duration_seconds": seconds }));
        assert_eq!(groups.at_server(&jid).await["rules"]["ephemeral"], seconds);
        let shown = groups
            .user
            .api
            .get(&format!("/groups/{jid}"))
            .await
            .expect(200);
        assert_eq!(shown["group"]["duration_seconds"], seconds);
        let body = json!({ "number": jid, "text": "hello" });
        let sent = groups.user.api.post("/send/text", body).await.expect(200);
        let control = &groups.world.control;
        let read = control
            .wait_for_message(&groups.ada, &sent["message_id"])
            .await;
        let context = &read["message"]["extended_text_message"]["context_info"];
        let expected = if seconds == 0 {
            Value::Null
        } else {
            json!(seconds)
        };
        assert_eq!(context["expiration"], expected, "{read}");
    }
}

#[tokio::test]
async fn other_times_are_refused_and_so_is_who_may_not() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let said = "duration_seconds must be 0, 86400, 604800 or 7776000";
    let table = [
        (
            json!({}),
            "duration_seconds",
            "duration_seconds is required",
        ),
        (json!({ "duration_seconds": 60 }), "duration_seconds", said),
        (
            json!({ "duration_seconds": -1 }),
            "duration_seconds",
            "duration_seconds must be",
        ),
        (
            json!({ "duration_seconds": "7d" }),
            "duration_seconds",
            "duration_seconds must be",
        ),
    ];
    groups
        .refuses(Method::PUT, &format!("/groups/{jid}/ephemeral"), &table)
        .await;
    let others = groups.locked_by_others().await;
    let right = json!({ "duration_seconds": 86_400 });
    let path = format!("/groups/{others}/ephemeral");
    let answer = groups.request(Method::PUT, &path, Some(&right)).await;
    let text = "only an admin of the group can change how long its messages last";
    assert_eq!(answer.text_error(), (403, text));
    assert_eq!(groups.at_server(&others).await["rules"]["ephemeral"], 0);
    let failed = "failed to set ephemeral duration";
    groups
        .refuses_as_documented(Method::PUT, "/ephemeral", Some(&right), failed)
        .await;
}
