//! Who has read or played what, as it is told.

use serde_json::json;

use super::lifecycle::everything;
use super::told_of;

#[tokio::test]
async fn who_reads_or_plays_is_told_of() {
    let (scene, receiver) = everything().await;
    let control = &scene.world.control;
    let mut sent = Vec::new();
    for text in ["1", "2", "3"] {
        let body = json!({ "number": scene.friend, "text": text });
        let id = scene.user.api.post("/send/text", body).await.expect(200)["message_id"].clone();
        control.wait_for_message(&scene.friend, &id).await;
        sent.push(id);
    }
    control
        .attends(&scene.friend, "read", &[&sent[0], &sent[1]])
        .await;
    let data = told_of(&receiver, "message.read", &sent[1]).await;
    let listed = data["message_ids"].as_array().expect("ids");
    assert!(listed.len() == 2 && listed.contains(&sent[0]), "{data}");
    assert_eq!(data["receipt_type"], "read");
    assert_eq!(
        data["sender_pn"],
        format!("{}@s.whatsapp.net", scene.friend)
    );
    control.attends(&scene.friend, "played", &[&sent[2]]).await;
    let data = told_of(&receiver, "message.read", &sent[2]).await;
    assert_eq!(data["receipt_type"], "played", "{data}");

    // A stranger can know an id, but not that it was read.
    let (eve, eves) = scene.world.paired_user().await;
    let body = json!({ "number": eves, "text": "5" });
    let own = scene.user.api.post("/send/text", body).await.expect(200)["message_id"].clone();
    control.wait_for_message(&eves, &own).await;
    let body = json!({ "chat_jid": scene.phone, "message_ids": [sent[0], own] });
    let path = format!("/messages/{}/read", own.as_str().expect("an id"));
    eve.api.post(&path, body).await.expect(200);
    let data = told_of(&receiver, "message.read", &own).await;
    assert_eq!(data["message_ids"], json!([own]), "{data}");

    // Groups call their people by LID.
    let group = control.group(&[&scene.phone, &scene.friend]).await;
    let body = json!({ "number": group, "text": "4" });
    let id = scene.user.api.post("/send/text", body).await.expect(200)["message_id"].clone();
    control.wait_for_message(&scene.friend, &id).await;
    control.attends(&scene.friend, "read", &[&id]).await;
    let data = told_of(&receiver, "message.read", &id).await;
    assert_eq!(data["is_group"], true, "{data}");
    let lid = control.lid(&scene.friend).await;
    let number = format!("{}@s.whatsapp.net", scene.friend);
    assert_eq!(
        (&data["sender_pn"], &data["sender_lid"]),
        (&json!(number), &json!(lid)),
        "{data}"
    );
}
