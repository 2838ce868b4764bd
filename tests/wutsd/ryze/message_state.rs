//! GET /api/chat/status/{instance}

use serde_json::{Value, json};

use super::{account, instance, pair};
use crate::support::{World, until_ok};

#[tokio::test]
async fn what_has_become_of_a_message_is_told_by_number_and_by_name() {
    let world = World::start().await;
    let user = world.user().await;
    let sales = instance(&world, &user, "sales").await;
    let phone = pair(&world, &sales, "sales").await;
    let other = instance(&world, &user, "other").await;
    let ada = world.control.account("Ada").await;
    let body = json!({ "number": ada, "text": "hello" });
    let sent = user.api.post("/send/text", body).await.expect(200);
    let id = sent["message_id"].as_str().expect("an id");
    let path = format!("/api/chat/status/sales?messageId={id}");
    let is = async |name: &str, number: i64| {
        until_ok(name, async || {
            let told = sales.get(&path).await.expect(200);
            let data: &Value = &told["data"];
            assert_eq!(data["messageId"], id);
            match told["status"] == name && data["status"] == number {
                true => Ok(()),
                false => Err(told),
            }
        })
        .await;
    };
    is("delivered", 2).await;
    world
        .control
        .attends(&ada, "read", &[&sent["message_id"]])
        .await;
    is("read", 4).await;
    let told = sales.get(&path).await.expect(200);
    assert_eq!(told["success"], true);
    assert_eq!(
        told["data"]["chat"],
        json!({ "jid": format!("{ada}@s.whatsapp.net") })
    );
    // By the account's token, too.
    account(&world, &user).get(&path).await.expect(200);

    let elsewhere = format!("/api/chat/status/other?messageId={id}");
    for (answer, text) in [
        (
            other.get(&elsewhere).await,
            "Message does not belong to this instance",
        ),
        (
            sales.get("/api/chat/status/sales?messageId=3EB0").await,
            "Message not found",
        ),
    ] {
        let expected = json!({ "success": false, "error": { "message": text } });
        assert_eq!(answer.expect(404), expected);
    }
    let answer = sales.get("/api/chat/status/sales").await;
    assert_eq!(answer.status, 400, "{}", answer.text);
    assert!(
        answer.text.contains("messageId cannot be empty"),
        "{}",
        answer.text
    );
    drop(phone);
}
