//! GET /webhook/deliveries

use serde_json::json;

use super::dead_letters::three;

#[tokio::test]
async fn the_list_comes_in_pages_and_says_what_is_wrong_with_a_question() {
    let (scene, _receiver, letters) = three().await;
    let api = &scene.user.api;
    let page = api
        .get("/webhook/deliveries?state=dead&limit=2")
        .await
        .expect(200);
    assert_eq!(page["deliveries"], json!(letters[..2]));
    assert_eq!(page["count"], 2);
    let next = format!("/webhook/deliveries?limit=2&after={}", page["next"]);
    let page = api.get(&next).await.expect(200);
    assert_eq!(page["deliveries"], json!(letters[2..]));
    assert_eq!(page.get("next"), None);
    for (query, expected) in [
        (
            "state=gone",
            "state must be `waiting` or `dead`, not `gone`",
        ),
        ("limit=0", "limit must be a number from 1 to 500, not 0"),
        ("after=x", "after must be a whole number, not \"x\""),
    ] {
        let answer = api.get(&format!("/webhook/deliveries?{query}")).await;
        assert_eq!(answer.text_error(), (400, expected));
    }
}
