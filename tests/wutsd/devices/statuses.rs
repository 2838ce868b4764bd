//! GET /devices/{deviceID}/statuses

use serde_json::{Value, json};

use crate::support::World;

#[tokio::test]
async fn what_was_posted_is_listed_page_by_page_and_to_nobody_else() {
    let mut world = World::start().await;
    let (mut user, phone) = world.paired_user().await;
    world.control.contact_of(&phone, "Ada").await;
    let device = user.status().await["device_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let path = format!("/devices/{device}/statuses");
    let none = user.api.get(&path).await.expect(200);
    assert_eq!(
        (&none["statuses"], &none["next"]),
        (&json!([]), &Value::Null)
    );

    let mut posted = Vec::new();
    for text in ["one", "two", "three"] {
        posted.push(user.api.post_status(text).await.expect(200)["message_id"].clone());
    }
    world.restart("KILL").await;
    user.api = world.again(&user);
    let ids = |answer: &Value| -> Vec<Value> {
        let statuses = answer["statuses"].as_array().expect("a list").iter();
        statuses
            .map(|status| status["message_id"].clone())
            .collect()
    };
    let first = user.api.get(&format!("{path}?limit=2")).await.expect(200);
    assert_eq!(ids(&first), [posted[2].clone(), posted[1].clone()]);
    assert_eq!(first["statuses"][0]["state"], "sent");
    let rest = format!("{path}?before={}", first["next"]);
    let rest = user.api.get(&rest).await.expect(200);
    assert_eq!(
        (ids(&rest), &rest["next"]),
        (vec![posted[0].clone()], &Value::Null)
    );
    // Clamped.
    let one = user.api.get(&format!("{path}?limit=-5")).await.expect(200);
    assert_eq!(ids(&one).len(), 1);

    let stranger = world.user().await;
    assert_eq!(stranger.api.get(&path).await.status, 404);
}
