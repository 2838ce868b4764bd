//! POST /api/profile/privacy/{instance}, GET /api/profile/privacy/{instance}, GET /api/profile/getPrivacy/{instance}

use serde_json::{Value, json};

use super::{instance, pair, wait_for_state};
use crate::support::{Api, World};

const PATH: &str = "/api/profile/privacy/sales";
const UPDATED: &str = "Privacy settings updated successfully";
const NOTHING: &str = "At least one privacy setting must be provided";

/// The example of the contract that sends every field.
fn restrictive() -> Value {
    json!({
        "visibility": {
            "lastSeen": "none", "status": "contacts", "profile": "contacts", "online": "match_last_seen",
        },
        "privacy": { "readReceipts": "none" },
        "permissions": { "callAdd": "known", "groupAdd": "contacts" },
    })
}

fn open() -> Value {
    json!({
        "visibility": { "lastSeen": "all", "status": "all", "profile": "all", "online": "all" },
        "privacy": { "readReceipts": "all" },
        "permissions": { "callAdd": "all", "groupAdd": "all" },
    })
}

/// A world with a connected instance named `sales`.
struct Cast {
    world: World,
    api: Api,
    phone: String,
}

impl Cast {
    async fn start() -> Self {
        let world = World::start_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
        let user = world.user().await;
        let api = instance(&world, &user, "sales").await;
        let phone = pair(&world, &api, "sales").await;
        Self { world, api, phone }
    }

    async fn settings(&self) -> Value {
        self.api.get(PATH).await.expect(200)["settings"].clone()
    }

    async fn fault(&self, mut fault: Value) {
        fault["jid"] = json!(format!("{}@s.whatsapp.net", self.phone));
        fault["xmlns"] = json!("privacy");
        self.world.control.fault(fault).await;
    }
}

#[tokio::test]
async fn the_examples_of_the_contract_change_what_they_name_and_nothing_else() {
    let cast = Cast::start().await;
    let body = cast.api.get("/api/profile/getPrivacy/sales").await;
    let read = "Privacy settings retrieved successfully";
    let expected = json!({ "success": true, "message": read, "settings": open() });
    assert_eq!(body.expect(200), expected);

    let updated = cast.api.post(PATH, restrictive()).await.expect(200);
    let expected = json!({ "success": true, "message": UPDATED, "settings": restrictive() });
    assert_eq!(updated, expected);
    let again = cast.api.post(PATH, restrictive()).await.expect(200);
    assert_eq!(again, expected, "setting the same value changes nothing");

    let mut now = restrictive();
    let examples = [
        ("permissions", "groupAdd", "all"),
        ("privacy", "readReceipts", "all"),
        ("visibility", "lastSeen", "contact_blacklist"),
    ];
    for (group, field, value) in examples {
        let change = json!({ group: { field: value } });
        now[group][field] = json!(value);
        let updated = cast.api.post(PATH, change).await.expect(200);
        assert_eq!(updated["settings"], now);
    }
    assert_eq!(cast.settings().await, now);
    // What counts is what WhatsApp says, also about what the phone has changed.
    let category = json!({ "name": "profile", "value": "none" });
    cast.world
        .control
        .change_privacy(&cast.phone, category)
        .await;
    now["visibility"]["profile"] = json!("none");
    assert_eq!(cast.settings().await, now);
}

#[tokio::test]
async fn every_documented_value_is_taken() {
    let cast = Cast::start().await;
    let everyone = ["all", "contacts", "contact_blacklist", "none"];
    let table: [(&str, &str, &[&str]); 7] = [
        ("visibility", "lastSeen", &everyone),
        ("visibility", "status", &everyone),
        ("visibility", "profile", &everyone),
        ("visibility", "online", &["match_last_seen", "all"]),
        ("privacy", "readReceipts", &["none", "all"]),
        ("permissions", "callAdd", &["known", "all"]),
        ("permissions", "groupAdd", &everyone[..3]),
    ];
    for (group, field, values) in table {
        for value in values {
            let change = json!({ group: { field: value } });
            let updated = cast.api.post(PATH, change).await.expect(200);
            assert_eq!(updated["settings"][group][field], *value, "{field}");
        }
    }
}

#[tokio::test]
async fn every_documented_refusal_has_its_text_and_changes_nothing() {
    let cast = Cast::start().await;
    let visible = "Valid values: all, contacts, contact_blacklist, none";
    let table = [
        (json!({}), NOTHING.to_owned()),
        (
            json!({ "visibility": {}, "privacy": {}, "permissions": {} }),
            NOTHING.to_owned(),
        ),
        (
            json!({ "visibility": { "lastSeen": null } }),
            NOTHING.to_owned(),
        ),
        (
            json!({ "visibility": { "lastSeen": "nobody" } }),
            format!("Invalid lastSeen value: nobody. {visible}"),
        ),
        (
            json!({ "visibility": { "status": "" } }),
            NOTHING.to_owned(),
        ),
        (
            json!({ "visibility": { "profile": "ALL" } }),
            format!("Invalid profile value: ALL. {visible}"),
        ),
        (
            json!({ "visibility": { "online": "contacts" } }),
            "Invalid online value: contacts. Valid values: all, match_last_seen".into(),
        ),
        (
            json!({ "privacy": { "readReceipts": "contacts" } }),
            "Invalid readReceipts value: contacts. Valid values: all, none".into(),
        ),
        (
            json!({ "permissions": { "callAdd": "contacts" } }),
            "Invalid callAdd value: contacts. Valid values: all, known".into(),
        ),
        (
            json!({ "permissions": { "groupAdd": "none" } }),
            "Invalid groupAdd value: none. Valid values: all, contacts, contact_blacklist".into(),
        ),
        // All are checked before the first is applied.
        (
            json!({ "visibility": { "lastSeen": "none" }, "permissions": { "groupAdd": "none" } }),
            "Invalid groupAdd value: none. Valid values: all, contacts, contact_blacklist".into(),
        ),
        // Ours: what is wrong follows the documented text.
        (
            json!({ "visibility": { "lastSeen": 5 } }),
            "Invalid request body: visibility.lastSeen must be a string, not 5".into(),
        ),
    ];
    for (body, text) in table {
        let answer = cast.api.post(PATH, body.clone()).await;
        assert_eq!(answer.message_error(), (400, text.as_str()), "{body}");
    }
    for body in ["{", "nothing", "[]", "{\"visibility\":{}} x", "\u{feff}{}"] {
        let answer = cast.api.post_raw(PATH, "application/json", body).await;
        let expected = (400, "Invalid request body");
        assert_eq!(answer.message_error(), expected, "{body:?}");
    }
    let answer = cast.api.post_raw(PATH, "text/plain", "{}").await;
    let expected =
        "Invalid request body: Content-Type must be application/json, not \"text/plain\"";
    assert_eq!(answer.message_error(), (400, expected));
    assert_eq!(cast.settings().await, open());
}

#[tokio::test]
async fn without_a_connection_nothing_is_read_or_changed() {
    let world = World::start().await;
    let user = world.user().await;
    let api = instance(&world, &user, "sales").await;
    let check = async || {
        let expected = (400, "Instance is not connected to WhatsApp");
        let change = json!({ "privacy": { "readReceipts": "none" } });
        assert_eq!(api.post(PATH, change).await.message_error(), expected);
        for path in [PATH, "/api/profile/getPrivacy/sales"] {
            assert_eq!(api.get(path).await.message_error(), expected);
        }
        // What is wrong with a request is said all the same.
        let answer = api.post(PATH, json!({})).await;
        assert_eq!(answer.message_error().1, NOTHING);
    };
    check().await;
    pair(&world, &api, "sales").await;
    user.api.post_nothing("/disconnect").await.expect(200);
    check().await;
}

#[tokio::test]
async fn what_was_applied_before_a_failure_stays_applied() {
    let cast = Cast::start().await;
    assert_eq!(cast.settings().await, open());
    cast.fault(json!({ "fault": "iq_error", "code": 500, "times": 1 }))
        .await;
    let answer = cast.api.post(PATH, restrictive()).await;
    let expected = "failed to update lastSeen privacy: refused by WhatsApp (500)";
    assert_eq!(answer.message_error(), (500, expected));
    assert_eq!(cast.settings().await, open());

    cast.fault(json!({ "fault": "iq_late", "ms": 1, "times": 3 }))
        .await;
    cast.fault(json!({ "fault": "iq_error", "code": 429, "backoff": 7, "times": 1 }))
        .await;
    let answer = cast.api.post(PATH, restrictive()).await;
    let expected = "Rate limit exceeded. Try again later.";
    assert_eq!(answer.message_error(), (429, expected));
    assert_eq!(answer.header("retry-after"), "7");
    let mut partly = open();
    for field in ["lastSeen", "status", "profile"] {
        partly["visibility"][field] = restrictive()["visibility"][field].clone();
    }
    assert_eq!(cast.settings().await, partly);
}

#[tokio::test]
async fn a_whatsapp_that_is_silent_or_goes_away_is_named_as_the_reason() {
    let cast = Cast::start().await;
    assert_eq!(cast.settings().await, open());
    let change = json!({ "permissions": { "callAdd": "known" } });
    cast.fault(json!({ "fault": "iq_silence" })).await;
    let answer = cast.api.post(PATH, change.clone()).await;
    let expected = "failed to update callAdd privacy: context deadline exceeded";
    assert_eq!(answer.message_error(), (500, expected));
    let answer = cast.api.get(PATH).await;
    let expected = "failed to get privacy settings: context deadline exceeded";
    assert_eq!(answer.message_error(), (500, expected));

    let lost = async {
        cast.world.control.wait_for_fault("iq_late").await;
        cast.fault(json!({ "fault": "drop", "times": 1 })).await;
    };
    cast.world.control.clear_faults().await;
    cast.fault(json!({ "fault": "iq_late", "ms": 60_000 }))
        .await;
    let (answer, ()) = tokio::join!(cast.api.post(PATH, change), lost);
    let expected = "failed to update callAdd privacy: whatsapp session is not connected";
    assert_eq!(answer.message_error(), (500, expected));
    cast.world.control.clear_faults().await;
    wait_for_state(&cast.api, "connected").await;
    // It was done, and only the answer was lost: what counts is what a look at it shows.
    assert_eq!(cast.settings().await["permissions"]["callAdd"], "known");
}
