//! POST /appstate/sync

use serde_json::{Value, json};

use crate::support::{Api, World};

const PATH: &str = "/appstate/sync";
const QUERIES: &str = "w:sync:app:state";

async fn names(api: &Api) -> String {
    api.get("/contacts").await.expect(200).to_string()
}

#[tokio::test]
async fn without_a_body_contacts_chats_and_settings_are_fetched() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let done = user.api.post_nothing(PATH).await.expect(200);
    let all = json!(["contacts", "chats", "settings"]);
    assert_eq!(
        done,
        json!({ "success": true, "scopes": all, "full_sync": false })
    );
    let everything = ["pins", "critical", "contacts", "chats", "settings", "pins"];
    let done = user
        .api
        .post(PATH, json!({ "scopes": everything, "full": true }))
        .await;
    let once = json!(everything[..5]);
    assert_eq!(
        done.expect(200),
        json!({ "success": true, "scopes": once, "full_sync": true })
    );
}

#[tokio::test]
async fn what_was_asked_for_is_there_when_it_is_answered() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    world.control.contact_of(&phone, "Ada Lovelace").await;
    user.api
        .post(PATH, json!({ "scopes": ["contacts"] }))
        .await
        .expect(200);
    assert!(names(&user.api).await.contains("Ada Lovelace"));
}

#[tokio::test]
async fn a_full_sync_forgets_whom_the_phone_has_removed() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let ada = world.control.contact_of(&phone, "Ada Lovelace").await;
    world.control.contact_of(&phone, "Grace Hopper").await;
    user.api
        .post(PATH, json!({ "scopes": ["contacts"] }))
        .await
        .expect(200);
    world.control.forget_contact(&phone, &ada).await;
    user.api
        .post(PATH, json!({ "scopes": ["contacts"], "full": true }))
        .await
        .expect(200);
    // Also when there is nothing new.
    user.api
        .post(PATH, json!({ "scopes": ["contacts"], "full": true }))
        .await
        .expect(200);
    let names = names(&user.api).await;
    assert!(
        !names.contains("Ada Lovelace") && names.contains("Grace Hopper"),
        "{names}"
    );
}

#[tokio::test]
async fn those_who_ask_at_once_share_one_fetch() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    user.api.post_nothing(PATH).await.expect(200);
    let jid = world.device_jid(&phone).await;
    let late = json!({ "jid": jid, "fault": "iq_late", "xmlns": QUERIES, "ms": 200 });
    world.control.fault(late).await;
    let body = json!({ "scopes": ["contacts"] });
    let asked = (0..10).map(|_| user.api.post(PATH, body.clone()));
    for answer in futures::future::join_all(asked).await {
        answer.expect(200);
    }
    // Each makes sure for itself; beside that one fetch for those before it began, and one for those after.
    let queries = world.control.hits("iq_late").await;
    assert!((11..=12).contains(&queries), "{queries} queries");
}

#[tokio::test]
async fn a_collection_that_cannot_be_had_is_named() {
    let world = World::start_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let (user, phone) = world.paired_user().await;
    user.api.post_nothing(PATH).await.expect(200);
    let jid = world.device_jid(&phone).await;
    let named = |in_time: bool| match in_time {
        true => "failed to sync the app-state collection regular_low",
        false => "the app-state collection regular_low did not arrive in time",
    };
    let table = [
        (
            json!({ "fault": "iq_error", "xmlns": QUERIES, "code": 500 }),
            502,
            "UPSTREAM_ERROR",
        ),
        (
            json!({ "fault": "iq_silence", "xmlns": QUERIES }),
            504,
            "DEVICE_TIMEOUT",
        ),
    ];
    for (mut fault, status, code) in table {
        fault["jid"] = Value::from(jid.clone());
        world.control.fault(fault).await;
        let answer = user.api.post(PATH, json!({ "scopes": ["pins"] })).await;
        assert_eq!(answer.text_error(), (status, named(status == 502)));
        assert_eq!(answer.body["error_code"], code);
        world.control.clear_faults().await;
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused() {
    let world = World::start().await;
    let user = world.user().await;
    let table = [
        (json!({ "scopes": ["everything"] }), "scopes[0]"),
        (json!({ "scopes": "contacts" }), "scopes"),
        (json!({ "full": "yes" }), "full"),
    ];
    for (body, field) in table {
        let answer = user.api.post(PATH, body).await;
        let (status, text) = answer.text_error();
        assert!(status == 400 && text.contains(field), "{text}");
    }
    assert_eq!(
        user.api.post_nothing(PATH).await.expect(500)["error_code"],
        "DEVICE_ERROR"
    );
}
