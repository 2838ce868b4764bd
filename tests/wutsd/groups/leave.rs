//! DELETE /groups/{jid}/leave

use reqwest::Method;
use serde_json::json;

use super::Groups;

#[tokio::test]
async fn who_has_left_is_in_it_no_longer_and_somebody_else_leads_it() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let path = format!("/groups/{jid}/leave");
    let left = groups.user.api.delete(&path).await.expect(200);
    assert_eq!(left, json!({ "success": true }));
    let there = groups.at_server(&jid).await;
    assert_eq!(
        (&there["participants"], &there["admins"]),
        (&json!([groups.ada]), &json!([groups.ada]))
    );
    for answer in [
        groups.user.api.delete(&path).await,
        groups.user.api.get(&format!("/groups/{jid}")).await,
        groups.user.api.get(&format!("/groups/{jid}/invite")).await,
    ] {
        assert_eq!(answer.text_error(), (404, "group not found"));
    }
    let body = json!({ "number": jid, "text": "still here?" });
    let answer = groups.user.api.post("/send/text", body).await;
    assert_eq!(answer.status, 404, "{}", answer.text);
    groups
        .refuses_as_documented(Method::DELETE, "/leave", None, "failed to leave group")
        .await;
}
