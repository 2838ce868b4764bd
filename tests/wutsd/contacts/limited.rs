//! WhatsApp has been asked too much: whoever asks is told when to come back.

use reqwest::Method;
use serde_json::{Value, json};

use super::People;
use crate::support::Answer;

/// How often WhatsApp may be asked meanwhile, each time in vain.
const OFTEN: u64 = 20;

impl People {
    /// Asks while WhatsApp answers queries of this namespace with 429.
    async fn limited(
        &self,
        xmlns: &str,
        backoff: Option<u32>,
        request: (Method, &str, Option<Value>),
    ) -> Answer {
        let control = &self.world.control;
        let mut fault =
            json!({ "jid": "*", "fault": "iq_error", "xmlns": xmlns, "code": 429, "times": OFTEN });
        if let Some(backoff) = backoff {
            fault["backoff"] = backoff.into();
        }
        control.fault(fault).await;
        let (method, path, body) = request;
        let answer = self.user.api.request(method, path, body).await;
        control.clear_faults().await;
        answer
    }
}

#[tokio::test]
async fn every_query_says_when_to_come_back() {
    let people = People::start().await;
    // A status waits for the app state of the new connection, whose queries the faults below do not mean.
    people.user.api.post_status("first").await.expect(200);
    let stranger = "19995550001";
    let profile = format!("/contacts/profile?number={stranger}");
    let picture = format!("/contacts/profile-picture?number={}", people.ada);
    let group = people
        .world
        .control
        .group(&[&people.phone, &people.ada])
        .await;
    let group = format!("/groups/{group}");
    let table = [
        (
            "usync",
            Method::POST,
            "/contact/check",
            Some(json!({ "numbers": [people.ada] })),
        ),
        (
            "usync",
            Method::POST,
            "/contacts/resolve",
            Some(json!({ "jids": [stranger] })),
        ),
        (
            "usync",
            Method::POST,
            "/contacts/block",
            Some(json!({ "number": stranger })),
        ),
        ("usync", Method::GET, &profile, None),
        (
            "usync",
            Method::PUT,
            "/status/privacy",
            Some(json!({ "type": "whitelist", "list": [stranger] })),
        ),
        (
            "blocklist",
            Method::POST,
            "/contacts/block",
            Some(json!({ "number": people.ada })),
        ),
        (
            "blocklist",
            Method::POST,
            "/contacts/unblock",
            Some(json!({ "number": people.ada })),
        ),
        ("blocklist", Method::GET, "/contacts/blocklist", None),
        (
            "blocklist",
            Method::POST,
            "/status/text",
            Some(json!({ "text": "hi" })),
        ),
        (
            "status",
            Method::POST,
            "/status/text",
            Some(json!({ "text": "hi" })),
        ),
        (
            "status",
            Method::PUT,
            "/status/privacy",
            Some(json!({ "type": "contacts" })),
        ),
        (
            "w:sync:app:state",
            Method::PUT,
            "/status/privacy",
            Some(json!({ "type": "contacts" })),
        ),
        ("w:profile:picture", Method::GET, &picture, None),
        ("w:g2", Method::GET, &group, None),
        ("privacy", Method::GET, "/privacy", None),
    ];
    for (xmlns, method, path, body) in table {
        let answer = people.limited(xmlns, Some(7), (method, path, body)).await;
        assert_eq!(answer.status, 429, "{xmlns} of {path}: {}", answer.text);
        assert_eq!(answer.header("retry-after"), "7", "{xmlns} of {path}");
    }
}

#[tokio::test]
async fn the_time_is_one_that_can_be_waited() {
    let people = People::start().await;
    for (told, shown) in [
        (None, "30"),
        (Some(0), "1"),
        (Some(3600), "3600"),
        (Some(u32::MAX), "3600"),
    ] {
        let request = (Method::GET, "/privacy", None);
        let answer = people.limited("privacy", told, request).await;
        let text = "WhatsApp asks to wait before it is asked again";
        assert_eq!(answer.text_error(), (429, text));
        assert_eq!(answer.body["error_code"], "RATE_LIMITED");
        assert_eq!(answer.header("retry-after"), shown, "{told:?}");
    }
}

#[tokio::test]
async fn the_media_hosts_say_it_too() {
    let people = People::start().await;
    let control = &people.world.control;
    const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
    let post = async || {
        people
            .user
            .api
            .post("/status/media", json!({ "data": DOT }))
            .await
    };
    let too_many = json!({ "jid": "*", "fault": "media_status", "status": 429, "times": OFTEN });
    control.fault(too_many).await;
    let answer = post().await;
    assert_eq!(answer.object_error().0, 429, "{}", answer.text);
    assert_eq!(answer.header("retry-after"), "30", "{}", answer.text);
    control.clear_faults().await;
    post().await.expect(200);
}

#[tokio::test]
async fn a_message_that_is_one_too_many_is_not_a_failure_of_whatsapp() {
    let people = People::start().await;
    let fault = json!({ "jid": "*", "fault": "ack_error", "error": 429, "times": 1 });
    people.world.control.fault(fault).await;
    let answer = people.user.api.post_status("hi").await;
    let text = "WhatsApp asks to wait before it is asked again";
    assert_eq!(answer.object_error(), (429, "rate_limited", text));
    assert_eq!(answer.header("retry-after"), "30");
    people.user.api.post_status("hi again").await.expect(200);
}
