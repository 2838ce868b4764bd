//! POST /statuses/{message_id}/read

use serde_json::json;

use super::{Friends, text};
use crate::support::until_ok;

#[tokio::test]
async fn whose_status_was_seen_is_told_and_the_list_shows_it() {
    let friends = Friends::meet().await;
    let id = friends.posts(text("good morning")).await;
    friends.until_there_are(1).await;
    let id = id.as_str().expect("an id");
    let path = format!("/statuses/{id}/read");
    for _ in 0..2 {
        let seen = friends.user.api.post(&path, json!({})).await.expect(200);
        assert_eq!(
            (&seen["message_id"], &seen["read"]),
            (&json!(id), &json!(true))
        );
    }
    let control = &friends.world.control;
    control
        .wait_to_be_told(&friends.friend, id, "read", 1)
        .await;
    assert_eq!(friends.until_there_are(1).await[0]["read"], true);
}

#[tokio::test]
async fn what_was_seen_on_the_phone_is_seen() {
    let friends = Friends::meet().await;
    let id = friends.posts(text("good morning")).await;
    assert_eq!(friends.until_there_are(1).await[0]["read"], false);
    let control = &friends.world.control;
    control.wait_for_message(&friends.phone, &id).await;
    control.attends(&friends.phone, "read", &[&id]).await;
    until_ok("it is seen", async || {
        let listed = friends.list("").await;
        match listed["statuses"][0]["read"] == true {
            true => Ok(()),
            false => Err(listed.to_string()),
        }
    })
    .await;
}

#[tokio::test]
async fn of_what_is_no_status_nobody_is_told() {
    let friends = Friends::meet().await;
    let answer = friends
        .user
        .api
        .post("/statuses/3EB0NOBODY/read", json!({}))
        .await;
    let text = "no such status, or it is not shown any more";
    let expected = (404, "not_found", text);
    assert_eq!(answer.object_error(), expected);
    let own = friends.user.api.post_status("mine").await.expect(200);
    let path = format!(
        "/statuses/{}/read",
        own["message_id"].as_str().expect("an id")
    );
    assert_eq!(
        friends.user.api.post(&path, json!({})).await.object_error(),
        expected
    );
}
