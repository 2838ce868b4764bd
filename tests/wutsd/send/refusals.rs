//! What WhatsApp refuses is refused with what it means.

use serde_json::json;

use super::Chat;

#[tokio::test]
async fn who_may_not_write_to_strangers_is_told_until_when() {
    let chat = Chat::open().await;
    let until = 1_900_000_000;
    let devices = chat.world.control.devices(&chat.phone).await;
    let fault = json!({ "jid": devices[0], "fault": "reach_out_locked", "until": until });
    chat.world.control.fault(fault).await;
    let body = json!({ "number": chat.ada, "text": "hello" });
    let answer = chat.post("/send/text", body).await;
    let text = "failed to send message: refused by WhatsApp (463): the account may not write to people who have not written \
                to it first, until 2030-03-17T17:46:40Z";
    assert_eq!(answer.text_error(), (502, text));
    assert_eq!(answer.body["error_code"], "REACHOUT_RESTRICTED");
    let id = answer.body["message_id"].as_str().expect("an id");
    let told = chat
        .user
        .api
        .get(&format!("/messages/{id}/status"))
        .await
        .expect(200);
    assert_eq!(told["status"], "failed", "{told}");
}

#[tokio::test]
async fn what_none_of_the_recipients_devices_could_read_is_not_sent() {
    let chat = Chat::open().await;
    let control = &chat.world.control;
    let ada = format!("{}@s.whatsapp.net", chat.ada);
    control
        .fault(json!({ "jid": ada, "fault": "keys_withheld" }))
        .await;
    let body = json!({ "number": chat.ada, "text": "hello" });
    let answer = chat.post("/send/text", body.clone()).await;
    let text = "failed to send message: refused by WhatsApp (406): there are no keys of any of the recipient's devices";
    assert_eq!(answer.text_error(), (502, text));
    let id = answer.body["message_id"].as_str().expect("an id");
    let path = format!("/messages/{id}/status");
    let told = chat.user.api.get(&path).await.expect(200);
    assert_eq!(told["status"], "failed", "{told}");
    control.clear_faults().await;
    chat.send("/send/text", body).await;
}
