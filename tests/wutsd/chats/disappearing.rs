//! PUT /chats/{jid}/disappearing

use serde_json::{Value, json};

use super::{Two, listen, wait_for};
use crate::support::{Receiver, until};

/// The timer that a text carried, and since when it is so.
fn timer(read: &Value) -> (&Value, &Value) {
    let context = &read["message"]["extended_text_message"]["context_info"];
    (
        &context["expiration"],
        &context["ephemeral_setting_timestamp"],
    )
}

impl Two {
    async fn disappear(&self, chat: &str, body: Value) -> Value {
        let path = format!("/chats/{chat}/disappearing");
        let set = self.user.api.put(&path, body).await.expect(200);
        assert_eq!(set["success"], true);
        assert!(
            set["timestamp"]
                .as_str()
                .is_some_and(|at| at.ends_with('Z')),
            "{set}"
        );
        set
    }

    /// Waits until Ada's phone has been told so; what it was told.
    async fn told_on_the_phone(&self, seconds: u32) -> Value {
        until("the setting", async || {
            let inbox = self.world.control.inbox(&self.ada_phone).await;
            let told = inbox
                .iter()
                .map(|message| &message["message"]["protocol_message"]);
            let mut told = told.filter(|told| told["ephemeral_expiration"] == seconds);
            told.next().cloned()
        })
        .await
    }

    /// Sends a text there, and returns what Ada's phone has read.
    async fn text(&self, chat: &str) -> Value {
        let body = json!({ "number": chat, "text": "hello" });
        let sent = self.user.api.post("/send/text", body).await.expect(200);
        let control = &self.world.control;
        control
            .wait_for_message(&self.ada_phone, &sent["message_id"])
            .await
    }
}

#[tokio::test]
async fn the_other_phone_is_told_and_what_is_sent_goes_by_it_also_after_a_restart() {
    let mut two = Two::start(json!(["message.received"])).await;
    let chat = two.chat();
    let before = two.text(&chat).await;
    assert_eq!(timer(&before), (&Value::Null, &Value::Null));
    let table = [
        (json!({ "preset": "7d" }), "7d", 604_800),
        (json!({ "seconds": 86_400 }), "24h", 86_400),
        (
            json!({ "preset": "90d", "seconds": 7_776_000 }),
            "90d",
            7_776_000,
        ),
    ];
    for (body, preset, seconds) in table {
        let set = two.disappear(&chat, body).await;
        assert_eq!(set["chat_jid"], chat);
        assert_eq!(
            (&set["preset"], &set["seconds"]),
            (&json!(preset), &json!(seconds))
        );
        let setting = &two.told_on_the_phone(seconds).await;
        // By whatever name the chat is called.
        let lid = two.world.control.lid(&two.ada_phone).await;
        for name in [&chat, &lid] {
            let read = two.text(name).await;
            let since = &setting["ephemeral_setting_timestamp"];
            assert_eq!(timer(&read), (&json!(seconds), since), "{read}");
        }
    }
    two.world.restart("KILL").await;
    two.user.api = two.world.again(&two.user);
    two.user.api.wait_for_phase("connected").await;
    let read = two.text(&chat).await;
    assert_eq!(timer(&read).0, 7_776_000);

    let off = two
        .disappear(&two.ada_phone, json!({ "preset": "off" }))
        .await;
    assert_eq!(
        (&off["preset"], &off["seconds"]),
        (&json!("off"), &json!(0))
    );
    let read = two.text(&chat).await;
    assert_eq!(timer(&read), (&Value::Null, &Value::Null), "{read}");
}

#[tokio::test]
async fn in_a_group_everybody_is_told_and_only_admins_may_where_it_is_locked() {
    let two = Two::start(json!(["group.info"])).await;
    let control = &two.world.control;
    let group = control.group(&[&two.phone, &two.ada_phone]).await;
    let set = two.disappear(&group, json!({ "preset": "24h" })).await;
    assert_eq!(set["chat_jid"], group);
    wait_for(&two.told, "group.info", 1, |data| {
        data["action"] == "ephemeral" && data["details"]["expiration"] == 86_400
    })
    .await;
    let read = two.text(&group).await;
    assert_eq!(timer(&read).0, 86_400, "{read}");

    let body = json!({ "preset": "off" });
    let path = format!("/chats/{group}/disappearing");
    let refused =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": 403, "times": 1 });
    control.fault(refused).await;
    let answer = two.user.api.put(&path, body.clone()).await;
    let text = "only an admin of the group can change how long its messages last";
    assert_eq!(answer.text_error(), (403, text));
    let still = two.text(&group).await;
    assert_eq!(timer(&still).0, 86_400);
    let others = control.group(&[&two.ada_phone]).await;
    let path = format!("/chats/{others}/disappearing");
    let answer = two.user.api.put(&path, body).await;
    assert_eq!(answer.text_error(), (404, "group not found"));
}

#[tokio::test]
async fn what_somebody_else_sets_in_a_group_holds_for_what_is_sent_from_here() {
    let two = Two::start(json!(["message.received"])).await;
    let group = two.world.control.group(&[&two.ada_phone, &two.phone]).await;
    let told = Receiver::start().await;
    listen(&two.user, &told, json!(["group.info"])).await;
    for (preset, seconds, times) in [("7d", json!(604_800), 1), ("off", Value::Null, 2)] {
        let path = format!("/chats/{group}/disappearing");
        let set = two.ada.api.put(&path, json!({ "preset": preset })).await;
        set.expect(200);
        let ephemeral = |data: &Value| data["action"] == "ephemeral";
        wait_for(&told, "group.info", times, ephemeral).await;
        // What was heard of chats is stored when they are listed.
        two.user.api.get("/chats").await.expect(200);
        let read = two.text(&group).await;
        assert_eq!(*timer(&read).0, seconds, "{read}");
    }
}

#[tokio::test]
async fn other_times_and_what_whatsapp_refuses_are_refused_and_change_nothing() {
    let two = Two::start(json!(["message.received"])).await;
    let path = format!("/chats/{}/disappearing", two.chat());
    let table = [
        (json!({}), "preset", "preset or seconds is required"),
        (json!({ "preset": "1y" }), "preset", "preset must be one of"),
        (
            json!({ "seconds": 60 }),
            "seconds",
            "seconds must be 0, 86400, 604800 or 7776000",
        ),
        (json!({ "seconds": -1 }), "seconds", "seconds must be"),
        (
            json!({ "preset": "7d", "seconds": 0 }),
            "seconds",
            "seconds and preset say different things",
        ),
    ];
    for (body, field, text) in table {
        let answer = two.user.api.put(&path, body).await;
        let (status, said) = answer.text_error();
        assert_eq!(status, 400, "{}", answer.text);
        assert!(said.starts_with(text), "{said}");
        assert_eq!(answer.body["validation"][0]["field"], field);
    }
    let fault = json!({ "jid": "*", "fault": "ack_error", "error": 479, "times": 1 });
    two.world.control.fault(fault).await;
    let answer = two.user.api.put(&path, json!({ "preset": "7d" })).await;
    let (status, said) = answer.text_error();
    assert_eq!(status, 502, "{}", answer.text);
    assert!(
        said.starts_with("failed to update disappearing timer"),
        "{said}"
    );
    let read = two.text(&two.chat()).await;
    assert_eq!(timer(&read), (&Value::Null, &Value::Null));
    two.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = two.user.api.put(&path, json!({ "preset": "7d" })).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
