//! Numbers that WhatsApp names, or that are in the database from an earlier time: whatever they are, the daemon goes on, and
//! what is told of them can be read.

use serde_json::{Value, json};

use crate::support::World;

/// Seconds that no clock, no calendar, or neither can add.
const EXTREMES: [u64; 6] = [
    0,
    8_000_000_000_000,
    8_300_000_000_000,
    9_223_372_036_854_775,
    i64::MAX as u64,
    u64::MAX,
];

fn banned(status: &Value) -> bool {
    status["last_exit"] == "temporarily_banned"
}

/// With a year of four digits, and soon enough to be worth waiting for.
fn assert_bounded(status: &Value) {
    let Some(next) = status["next_attempt"].as_str() else {
        return;
    };
    let next = chrono::DateTime::parse_from_rfc3339(next).expect("RFC 3339");
    let far = chrono::Utc::now() + chrono::TimeDelta::days(367);
    assert!(next < far, "{status}");
}

#[tokio::test]
async fn a_ban_of_whatever_length_is_sat_out_and_survives_a_restart() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    for expire in EXTREMES {
        let ban = json!({ "jid": jid, "fault": "login_failure", "reason": 402, "expire": expire });
        world.control.fault(ban).await;
        let api = world.again(&user);
        let drop = json!({ "jid": jid, "fault": "drop" });
        world.control.fault(drop).await;
        let status = api.wait_for("banned", banned).await;
        assert_bounded(&status);
        world.restart("KILL").await;
        let api = world.again(&user);
        if expire > 0 {
            assert_bounded(&api.wait_for("banned", banned).await);
        }
        world.control.clear_faults().await;
        api.post_nothing("/connect").await.expect(200);
        api.wait_for_phase("connected").await;
    }
}

#[tokio::test]
async fn a_number_in_the_database_that_is_no_time_does_not_keep_the_daemon_from_starting() {
    let mut world = World::start().await;
    let (user, _) = world.paired_user().await;
    let (other, _) = world.paired_user().await;
    for poison in [i64::MIN, 8_300_000_000_000, i64::MAX] {
        world.daemon.stop("TERM").await;
        let file = world.data.path().join("wutsd.db");
        let database = rusqlite::Connection::open(file).expect("the database");
        let set = "UPDATE device SET held = 'temporarily_banned', held_until = ?1, last_seen = ?1, active_at = ?1 \
            WHERE number = (SELECT min(number) FROM device)";
        let changed = database.execute(set, [poison]).expect("changed");
        assert_eq!(changed, 1);
        drop(database);
        world.start_again(&[]).await;
        world.again(&other).wait_for_phase("connected").await;
        let api = world.again(&user);
        if poison > 0 {
            assert_bounded(&api.wait_for("banned", banned).await);
        }
        api.post_nothing("/connect").await.expect(200);
        api.wait_for_phase("connected").await;
    }
}
