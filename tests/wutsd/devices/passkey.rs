//! POST /pair/passkey and POST /pair/passkey/confirm

use serde_json::{Value, json};

use crate::support::{Answer, User, World, until_ok};

/// A user whose pairing is being checked, and the number of the account that has the passkey.
struct Checked {
    world: World,
    user: User,
    phone: String,
}

impl Checked {
    /// The code is scanned, and WhatsApp asks for the passkey.
    async fn begin(terms: Value) -> Self {
        let world = World::start().await;
        let user = world.user().await;
        let phone = world.control.account("Owner").await;
        world.control.makes_passkey(&phone, terms).await;
        let qr = user.api.get("/qr").await.expect(200);
        let code = qr["data"]["qr_code"].as_str().expect("a code");
        world.control.scan(code, &phone).await.expect(202);
        let checked = Self { world, user, phone };
        checked.until_state("requested").await;
        checked
    }

    /// `passkey` in `GET /status`, once it is in this state.
    async fn until_state(&self, state: &str) -> Value {
        until_ok(state, async || {
            let status = self.user.status().await;
            match status["passkey"]["state"] == state {
                true => Ok(status["passkey"].clone()),
                false => Err(status.to_string()),
            }
        })
        .await
    }

    /// What the owner's browser gives for what is asked now, on a page of this origin.
    async fn browser(&self, origin: Option<&str>) -> Value {
        let asked = self.user.api.get("/qr").await.expect(200);
        let options = asked["data"]["passkey"]["request_options"].clone();
        let ask = json!({ "options": options, "origin": origin });
        self.world.control.asks_browser(&self.phone, ask).await
    }

    async fn answer(&self, credential: Value) -> Answer {
        self.user.api.post("/pair/passkey", credential).await
    }

    async fn confirm(&self, code: &Value) -> Answer {
        let body = json!({ "code": code });
        self.user.api.post("/pair/passkey/confirm", body).await
    }
}

#[tokio::test]
async fn a_device_is_paired_once_the_passkey_has_answered_and_the_codes_are_the_same() {
    for terms in [json!({}), json!({ "withheld": true })] {
        let checked = Checked::begin(terms).await;
        let shown = checked.user.api.get("/qr").await.expect(200);
        let asked = &shown["data"]["passkey"];
        assert_eq!(asked["request_options"]["rpId"], "whatsapp.com", "{asked}");
        assert_eq!(shown["data"]["qr_code"], "", "there is nothing to scan");
        let what_to_do = asked["action_required"].as_str().expect("words");
        assert!(what_to_do.contains("POST /pair/passkey"), "{what_to_do}");

        let credential = checked.browser(None).await;
        checked.answer(credential).await.expect(200);
        let passkey = checked.until_state("confirmation").await;
        let on_phone = checked.world.control.passkey(&checked.phone).await;
        assert_eq!(passkey["code"], on_phone["code"], "{on_phone}");
        assert!(on_phone["code"].is_string(), "{on_phone}");

        let wrong = checked.confirm(&json!("0000-0000")).await;
        assert_eq!(wrong.status, 400, "{}", wrong.text);
        assert!(wrong.text.contains("code"), "{}", wrong.text);
        checked.confirm(&passkey["code"]).await.expect(200);
        let status = checked.user.api.wait_for_phase("connected").await;
        assert_eq!(status["jid"], format!("{}@s.whatsapp.net", checked.phone));
        assert_eq!(status["passkey"], Value::Null, "{status}");
        // It is a device like any other.
        checked.user.api.post_status("hello").await.expect(200);
    }
}

#[tokio::test]
async fn what_a_browser_cannot_have_given_is_refused_by_its_field_and_costs_nothing() {
    let checked = Checked::begin(json!({})).await;
    let good = checked.browser(None).await;
    let elsewhere = checked.browser(Some("https://whatsapp.example")).await;
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect(pointer) = value;
        body
    };
    let table = [
        (json!({}), "response"),
        (with("/type", json!("password")), "type"),
        (with("/id", json!("AAAA")), "id"),
        (with("/rawId", json!("?")), "rawId"),
        (with("/response/signature", json!("")), "response.signature"),
        (
            with("/response/clientDataJSON", json!("AAAA")),
            "response.clientDataJSON",
        ),
        (
            with("/response/authenticatorData", json!("AAAA")),
            "response.authenticatorData",
        ),
        (elsewhere, "response.clientDataJSON"),
    ];
    for (body, field) in table {
        let answer = checked.answer(body).await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text);
        assert!(answer.text.contains(field), "{field}: {}", answer.text);
    }
    checked.answer(good).await.expect(200);
    checked.until_state("confirmation").await;
}

#[tokio::test]
async fn a_signature_that_whatsapp_refuses_ends_the_pairing_and_another_may_begin() {
    let checked = Checked::begin(json!({})).await;
    let mut forged = checked.browser(None).await;
    let others = checked.world.control.account("Other").await;
    checked
        .world
        .control
        .makes_passkey(&others, json!({}))
        .await;
    let asked = checked.user.api.get("/qr").await.expect(200);
    let options = asked["data"]["passkey"]["request_options"].clone();
    let ask = json!({ "options": options });
    let other = checked.world.control.asks_browser(&others, ask).await;
    forged["response"]["signature"] = other["response"]["signature"].clone();
    let refused = checked.answer(forged).await;
    assert_eq!(refused.status, 502, "{}", refused.text);
    let failed = checked.until_state("failed").await;
    let refused = "WhatsApp refused the passkey's answer";
    assert_eq!(failed["reason"], refused, "{failed}");
    let again = checked.confirm(&json!("ABCD-1234")).await;
    assert_eq!(again.status, 409, "{}", again.text);

    let qr = checked.user.api.get("/qr").await.expect(200);
    let code = qr["data"]["qr_code"].as_str().expect("a code");
    checked
        .world
        .control
        .scan(code, &checked.phone)
        .await
        .expect(202);
    checked.until_state("requested").await;
    let good = checked.browser(None).await;
    checked.answer(good).await.expect(200);
    let passkey = checked.until_state("confirmation").await;
    checked.confirm(&passkey["code"]).await.expect(200);
    checked.user.api.wait_for_phase("connected").await;
}

#[tokio::test]
async fn a_check_ends_when_its_time_is_over_or_the_phone_does_not_want_it() {
    let checked = Checked::begin(json!({ "timeout": 1 })).await;
    let failed = checked.until_state("failed").await;
    let late = "the passkey's answer did not come in time";
    assert_eq!(failed["reason"], late, "{failed}");

    let checked = Checked::begin(json!({})).await;
    checked.world.control.cancels_passkey(&checked.phone).await;
    let failed = checked.until_state("failed").await;
    let ended = "WhatsApp or the phone ended the pairing";
    assert_eq!(failed["reason"], ended, "{failed}");
}

#[tokio::test]
async fn where_nothing_is_asked_nothing_is_taken() {
    let world = World::start().await;
    let (paired, _) = world.paired_user().await;
    let nobody = world.user().await;
    let body = json!({
        "id": "AAAA", "rawId": "AAAA", "type": "public-key",
        "response": {
            "clientDataJSON": "AAAA", "authenticatorData": "A".repeat(64), "signature": "AAAA",
        },
    });
    for (api, expected) in [(&paired.api, 409), (&nobody.api, 404)] {
        let answer = api.post("/pair/passkey", body.clone()).await;
        assert_eq!(answer.status, expected, "{}", answer.text);
        let code = json!({ "code": "ABCD-1234" });
        let answer = api.post("/pair/passkey/confirm", code).await;
        assert_eq!(answer.status, expected, "{}", answer.text);
    }
}

#[tokio::test]
async fn a_daemon_that_ends_in_the_middle_begins_anew() {
    let mut checked = Checked::begin(json!({})).await;
    checked.world.restart("KILL").await;
    checked.user.api = checked.world.again(&checked.user);
    let qr = checked.user.api.get("/qr").await.expect(200);
    let code = qr["data"]["qr_code"].as_str().expect("a code");
    checked
        .world
        .control
        .scan(code, &checked.phone)
        .await
        .expect(202);
    checked.until_state("requested").await;
}
