//! GET /newsletters

use serde_json::{Value, json};

use super::Desk;

async fn listed(desk: &Desk) -> Vec<(String, String)> {
    let list = desk.user.api.get("/newsletters").await.expect(200);
    let rows = list["newsletters"].as_array().expect("newsletters");
    assert_eq!(list["count"], rows.len());
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let row = |row: &Value| (text(&row["id"]), text(&row["viewer_metadata"]["role"]));
    rows.iter().map(row).collect()
}

#[tokio::test]
async fn what_the_account_follows_is_listed_with_what_it_is_there() {
    let desk = Desk::open().await;
    assert_eq!(listed(&desk).await, []);
    let own = desk.own().await;
    let adas = desk.world.control.channel(&desk.ada, &[&desk.phone]).await;
    let others = desk.world.control.channel(&desk.ada, &[]).await;
    let mut expected = vec![
        (own, "owner".to_owned()),
        (adas.clone(), "subscriber".to_owned()),
    ];
    expected.sort();
    let mut all = listed(&desk).await;
    all.sort();
    assert_eq!(all, expected);
    assert!(all.iter().all(|(jid, _)| *jid != others));
    let admin = json!({ "phone": desk.phone, "role": "admin" });
    desk.world.control.change_follower(&adas, admin).await;
    assert!(
        listed(&desk)
            .await
            .contains(&(adas.clone(), "admin".to_owned()))
    );
    // One that is gone is followed by nobody.
    desk.world.control.change_channel(&adas, "deleted").await;
    assert_eq!(listed(&desk).await.len(), 1);
}

#[tokio::test]
async fn a_refusal_of_whatsapp_is_told_and_so_is_a_device_without_connection() {
    let desk = Desk::open().await;
    let nobody = desk.world.api.as_user("nobody");
    let answer = nobody.get("/newsletters").await;
    assert_eq!(answer.text_error(), (401, "Invalid token"));
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:mex", "code": 500, "times": 1 });
    desk.world.control.fault(fault).await;
    let answer = desk.user.api.get("/newsletters").await;
    assert_eq!(answer.text_error(), (502, "failed to list newsletters"));
    desk.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = desk.user.api.get("/newsletters").await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
