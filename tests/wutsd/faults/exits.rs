//! Every row of the table of exit reasons, as far as WhatsApp can cause it.

use serde_json::{Value, json};

use super::Neighbour;
use crate::support::{Answer, User, World};

/// A connect without an answer ends quickly here, and one device may fail often.
const IMPATIENT: &[(&str, &str)] = &[
    ("WHATSAPP__CONNECT_TIMEOUT", "2"),
    ("SUPERVISION__QUARANTINE_FAILURES", "100"),
    ("SUPERVISION__BACKOFF_LONGEST", "0.2"),
];

async fn fault(world: &World, jid: &str, fault: Value) {
    let mut fault = fault;
    fault["jid"] = json!(jid);
    fault["times"] = json!(1);
    world.control.fault(fault).await;
}

/// Makes the next login fail with this reason, and asks for it.
async fn refused_login(world: &World, user: &User, jid: &str, reason: u16) -> Answer {
    user.api.post_nothing("/disconnect").await.expect(200);
    let failure = json!({ "fault": "login_failure", "reason": reason });
    fault(world, jid, failure).await;
    user.api.post_nothing("/connect").await
}

#[tokio::test]
async fn what_a_person_must_mend_stays_down_says_so_and_comes_back_when_asked() {
    let world = World::start().await;
    let neighbour = Neighbour::of(&world).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let rows = [
        (403, "locked", "unlock it"),
        (406, "banned", "ask for a review"),
        (400, "refused", "refused the login"),
        (409, "refused", "refused the login"),
        (413, "refused", "refused the login"),
        (414, "refused", "refused the login"),
        (415, "refused", "refused the login"),
        (418, "refused", "refused the login"),
        (501, "refused", "refused the login"),
        (599, "refused", "refused the login"),
    ];
    for (refusals, (reason, name, action)) in (1..).zip(rows) {
        let answer = refused_login(&world, &user, &jid, reason).await;
        assert_eq!(answer.text_error(), (500, "reconnect failed"), "{reason}");
        let status = user.status().await;
        assert_eq!(status["last_exit"], name, "{reason}");
        assert_eq!(status["phase"], "disconnected", "{reason}");
        assert_eq!(status["is_logged_in"], true, "{reason}");
        assert!(status.get("next_attempt").is_none(), "{status}");
        let told = status["action_required"].as_str().expect("a sentence");
        assert!(told.contains(action), "{reason}: {told}");
        let answer = user.api.post_status("nobody sends this").await;
        assert_eq!(answer.object_error().1, "device_disconnected");

        user.api.post_nothing("/connect").await.expect(200);
        assert_eq!(user.status().await["action_required"], Value::Null);
        // It knocked once, and not again before it was asked to.
        let knocked = world.control.counter("logins_refused").await;
        assert_eq!(knocked, refusals, "{reason}");
    }
    neighbour.is_untouched(&world).await;
}

#[tokio::test]
async fn what_unlinks_a_device_wipes_it_and_asks_for_a_new_pairing() {
    let world = World::start().await;
    let neighbour = Neighbour::of(&world).await;
    for how in ["failure 401", "stream error 401", "stream error 516"] {
        let (user, phone) = world.paired_user().await;
        let jid = world.device_jid(&phone).await;
        match how {
            "failure 401" => {
                let answer = refused_login(&world, &user, &jid, 401).await.expect(200);
                assert_eq!(answer["data"]["needs_qr"], true);
            }
            "stream error 401" => {
                let removed = json!({ "fault": "stream_error", "conflict": "device_removed" });
                fault(&world, &jid, removed).await;
            }
            _ => {
                fault(
                    &world,
                    &jid,
                    json!({ "fault": "stream_error", "code": 516 }),
                )
                .await
            }
        }
        let unlinked = |status: &Value| status["is_logged_in"] == false;
        let status = user.api.wait_for("unlinked", unlinked).await;
        assert_eq!(status["last_exit"], "logged_out", "{how}");
        assert_eq!(status["phase"], "disconnected", "{how}");
        let told = status["action_required"].as_str().expect("a sentence");
        assert!(told.contains("pair the device"), "{how}: {told}");
        world
            .pair(&user, &world.control.account("Owner").await)
            .await;
    }
    neighbour.is_untouched(&world).await;
}

#[tokio::test]
async fn another_session_is_not_fought_even_by_a_restarted_daemon() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let (other, _) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let code = json!({ "fault": "stream_error", "code": 409 });
    let conflict = json!({ "fault": "stream_error", "conflict": "replaced" });
    for replaced in [code, conflict] {
        fault(&world, &jid, replaced).await;
        let status = user.api.wait_for_phase("disconnected").await;
        assert_eq!(status["last_exit"], "replaced");
        let told = status["action_required"].as_str().expect("a sentence");
        assert!(told.contains("another program"), "{told}");
        user.api.post_nothing("/connect").await.expect(200);
    }
    fault(
        &world,
        &jid,
        json!({ "fault": "stream_error", "code": 409 }),
    )
    .await;
    user.api.wait_for_phase("disconnected").await;
    world.restart("TERM").await;
    world.again(&other).wait_for_phase("connected").await;
    let status = world.again(&user).status().await;
    assert_eq!(status["phase"], "disconnected");
    assert_eq!(status["last_exit"], "replaced");
    assert!(!world.control.is_connected(&phone).await);

    let api = world.again(&user);
    api.post_nothing("/connect").await.expect(200);
    world.restart("TERM").await;
    world.again(&user).wait_for_phase("connected").await;
}

#[tokio::test]
async fn a_ban_for_a_while_is_waited_for_also_over_a_restart() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let answer = refused_login(&world, &user, &jid, 402).await;
    assert_eq!(answer.text_error(), (500, "reconnect failed"));
    let due = |status: &Value| {
        assert_eq!(status["phase"], "waiting", "{status}");
        assert_eq!(status["last_exit"], "temporarily_banned");
        assert_eq!(status["action_required"], Value::Null);
        let next = status["next_attempt"].as_str().expect("a time").to_owned();
        chrono::DateTime::parse_from_rfc3339(&next).expect("RFC 3339")
    };
    let before = due(&user.status().await);
    world.restart("TERM").await;
    let status = world.again(&user).status().await;
    let shift = (due(&status) - before).num_seconds().abs();
    assert!(shift <= 2, "the ban ends {shift} s off");
    assert_eq!(world.control.counter("logins_refused").await, 1);
}

#[tokio::test]
async fn what_passes_by_itself_is_waited_for_and_the_device_comes_back() {
    let world = World::start_with(IMPATIENT).await;
    let neighbour = Neighbour::of(&world).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let stream = |code| json!({ "fault": "stream_error", "code": code });
    let plain = |name| json!({ "fault": name });
    let rows = [
        (stream(515), "restart_required"),
        (stream(503), "server_unavailable"),
        (stream(500), "server_unavailable"),
        (stream(429), "rate_limited"),
        (plain("drop"), "connection_lost"),
        (plain("reset"), "connection_lost"),
    ];
    for (sign, reason) in rows {
        comes_back(&world, &user, reason, || fault(&world, &jid, sign)).await;
    }
    let login = |reason| json!({ "fault": "login_failure", "reason": reason });
    let rows = [
        (login(500), "server_unavailable"),
        (login(503), "server_unavailable"),
        (login(429), "rate_limited"),
        (plain("handshake_garbage"), "connect_failed"),
        (plain("handshake_silence"), "connect_timed_out"),
    ];
    for (sign, reason) in rows {
        comes_back(&world, &user, reason, || async {
            user.api.post_nothing("/disconnect").await.expect(200);
            fault(&world, &jid, sign).await;
            let answer = user.api.post_nothing("/connect").await;
            assert_eq!(answer.text_error(), (500, "reconnect failed"), "{reason}");
        })
        .await;
    }
    neighbour.is_untouched(&world).await;
}

/// Causes an end with this reason and waits until the device is back without help.
async fn comes_back<F: Future>(
    world: &World,
    user: &User,
    reason: &str,
    cause: impl FnOnce() -> F,
) {
    let before = exits(world, reason).await;
    cause().await;
    let counted = format!("device_exits_total{{reason=\"{reason}\"}} {}", before + 1);
    world.api.wait_for_metric(&counted).await;
    let status = user.api.wait_for_phase("connected").await;
    assert_eq!(status["last_exit"], reason);
    assert_eq!(status["action_required"], Value::Null);
    user.api.post_status("back").await.expect(200);
}

/// Lives that have ended with this reason.
async fn exits(world: &World, reason: &str) -> u64 {
    let series = format!("wutsd_device_exits_total{{reason=\"{reason}\"}} ");
    let metrics = world.api.get("/metrics").await.text;
    let count = metrics.lines().find_map(|line| line.strip_prefix(&series));
    count.map_or(0, |count| count.parse().expect("a number"))
}

#[tokio::test]
async fn a_device_that_fails_again_and_again_is_quarantined_and_another_is_not() {
    let world = World::start_with(&[
        ("SUPERVISION__QUARANTINE_FAILURES", "3"),
        ("SUPERVISION__BACKOFF_FIRST", "0.01"),
    ])
    .await;
    let neighbour = Neighbour::of(&world).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let unavailable = json!({ "jid": jid, "fault": "login_failure", "reason": 503 });
    world.control.fault(unavailable).await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "drop" }))
        .await;
    let status = user.api.wait_for_phase("quarantined").await;
    assert_eq!(status["last_exit"], "server_unavailable");
    assert!(status["next_attempt"].is_string());
    world
        .api
        .wait_for_metric("devices{state=\"quarantined\"} 1")
        .await;
    neighbour.is_untouched(&world).await;
    world.control.clear_faults().await;
    user.api.post_nothing("/connect").await.expect(200);
}
