//! GET /groups/{jid}/invite, POST /groups/{jid}/invite/reset

use reqwest::Method;
use serde_json::json;

use super::Groups;

#[tokio::test]
async fn the_link_is_good_until_it_is_reset() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let control = &groups.world.control;
    let (get, reset) = (
        format!("/groups/{jid}/invite"),
        format!("/groups/{jid}/invite/reset"),
    );
    let shown = groups.user.api.get(&get).await.expect(200);
    assert_eq!(shown["group_jid"], jid);
    let link = shown["invite_link"].as_str().expect("a link");
    let code = link
        .strip_prefix("https://chat.whatsapp.com/")
        .expect("a link");
    assert_eq!(groups.at_server(&jid).await["invite"], code);
    let again = groups.user.api.get(&get).await.expect(200);
    assert_eq!(again["invite_link"], link);
    control
        .acts(&groups.bob, json!({ "do": "join", "code": code }))
        .await;
    assert_eq!(
        groups.at_server(&jid).await["participants"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    let renewed = groups.user.api.post_nothing(&reset).await.expect(200);
    assert_eq!(renewed["group_jid"], jid);
    assert_ne!(renewed["invite_link"], link);
    assert!(
        renewed["reset_at"]
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
    let again = groups.user.api.get(&get).await.expect(200);
    assert_eq!(again["invite_link"], renewed["invite_link"]);
}

#[tokio::test]
async fn who_is_no_admin_gets_none_and_neither_does_who_is_not_in_it() {
    let groups = Groups::start().await;
    let others = groups.of_others().await;
    let text = "only an admin of the group can do that";
    let answer = groups
        .user
        .api
        .get(&format!("/groups/{others}/invite"))
        .await;
    assert_eq!(answer.text_error(), (403, text));
    let reset = format!("/groups/{others}/invite/reset");
    let answer = groups.user.api.post_nothing(&reset).await;
    assert_eq!(answer.text_error(), (403, text));
    assert!(groups.at_server(&others).await["invite"].is_null());
    let own = groups.made(&[&groups.ada]).await;
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 436, "times": 1 });
    groups.world.control.fault(fault).await;
    let answer = groups.user.api.get(&format!("/groups/{own}/invite")).await;
    let text = "WhatsApp lets nobody use the invite link of this group for now";
    assert_eq!(answer.text_error(), (423, text));
    groups
        .refuses_as_documented(Method::GET, "/invite", None, "failed to get invite link")
        .await;
}
