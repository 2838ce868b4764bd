//! POST /newsletters/{jid}/read

use serde_json::json;

use super::Desk;

#[tokio::test]
async fn posts_that_were_seen_are_counted() {
    let desk = Desk::open().await;
    let control = &desk.world.control;
    let jid = control.channel(&desk.ada, &[&desk.phone]).await;
    let mut numbers = Vec::new();
    for text in ["one", "two", "three"] {
        let posted = control.posts(&jid, json!({ "text": text })).await;
        numbers.push(posted["server_id"].as_u64().expect("a number"));
    }
    let path = format!("/newsletters/{jid}/read");
    // As texts and as numbers; twice is once.
    let body = json!({ "server_ids": [numbers[0].to_string(), numbers[1], numbers[1]] });
    for _again in 0..2 {
        let read = desk.user.api.post(&path, body.clone()).await.expect(200);
        assert_eq!(
            read,
            json!({ "success": true, "newsletter": jid, "count": 2 })
        );
    }
    let views: Vec<_> = control
        .posts_of(&jid)
        .await
        .iter()
        .map(|post| post["views"].clone())
        .collect();
    assert_eq!(views, [json!([desk.phone]), json!([desk.phone]), json!([])]);
}

#[tokio::test]
async fn nonsense_is_refused_and_silence_is_told() {
    let desk = Desk::open_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let jid = desk.own().await;
    let path = format!("/newsletters/{jid}/read");
    let too_many: Vec<u32> = (100..357).collect();
    let wrong = [
        json!({}),
        json!({ "server_ids": [] }),
        json!({ "server_ids": ["x"] }),
        json!({ "server_ids": [0] }),
        json!({ "server_ids": ["99999999999"] }),
        json!({ "server_ids": too_many }),
    ];
    for body in wrong {
        let answer = desk.user.api.post(&path, body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text);
        let field = answer.body["validation"][0]["field"]
            .as_str()
            .unwrap_or_default();
        assert!(field.starts_with("server_ids"), "{body}: {}", answer.text);
    }
    let right = json!({ "server_ids": ["101"] });
    let answer = desk
        .user
        .api
        .post("/newsletters/nonsense/read", right.clone())
        .await;
    assert_eq!(
        answer.body["validation"][0]["field"], "jid",
        "{}",
        answer.text
    );
    let device = desk.world.device_jid(&desk.phone).await;
    desk.world
        .control
        .fault(json!({ "jid": device, "fault": "mute" }))
        .await;
    let answer = desk.user.api.post(&path, right.clone()).await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    desk.world.control.clear_faults().await;
    desk.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = desk.user.api.post(&path, right).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
