//! A store that cannot write: nothing is acknowledged that is not durable, and everything goes on when it can again.

use std::os::unix::fs::FileExt;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Api, User, World};

/// Makes devices and posts until the answer is not a success; what was promised until then.
async fn until_refused(user: &User) -> Vec<String> {
    let mut made = Vec::new();
    loop {
        let answer = user.api.post("/devices", json!({ "name": "x" })).await;
        if answer.status != 201 {
            assert_eq!(answer.status, 503, "{}", answer.text);
            assert_eq!(answer.header("retry-after"), "1");
            return made;
        }
        let id = answer.body["device"]["id"].as_str().expect("an id");
        made.push(id.to_owned());
    }
}

async fn devices(api: &Api) -> Vec<String> {
    let listed = api.get("/devices").await.expect(200);
    let devices = listed["devices"].as_array().expect("devices");
    devices
        .iter()
        .map(|device| device["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[tokio::test]
async fn a_full_disk_refuses_what_it_cannot_keep_and_all_goes_on_when_there_is_room() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let contact = world.control.contact_of(&phone, "Ada").await;
    user.api.post_status("before").await.expect(200);
    // Not a byte more than what the files have now.
    world.daemon.limit_files("1").await;
    let made = until_refused(&user).await;
    world.api.wait_for_answer("/readyz", 503).await;
    let answer = user.api.post_status("nowhere to keep this").await;
    assert!([500, 503].contains(&answer.status), "{}", answer.text);
    let failed = |status: &Value| status["last_exit"] == "store_failed";
    let status = user.api.wait_for("failed", failed).await;
    assert_eq!(status["phase"], "waiting", "{status}");
    let told = status["action_required"].as_str().expect("a sentence");
    assert!(told.contains("make room on the disk"), "{told}");

    world.daemon.limit_files("unlimited").await;
    world.api.wait_for_answer("/readyz", 200).await;
    user.api.wait_for_phase("connected").await;
    let posted = user.api.post_status("after").await.expect(200);
    let id = &posted["message_id"];
    world.control.wait_for_message(&contact, id).await;

    world.restart("KILL").await;
    let api = world.again(&user);
    let kept = devices(&api).await;
    assert!(made.iter().all(|device| kept.contains(device)));
    assert_eq!(kept.len(), made.len() + 1, "something refused was kept");
    api.wait_for_phase("connected").await;
    assert_eq!(world.control.counter("message_keys_reused").await, 0);
}

#[tokio::test]
async fn a_disk_without_room_is_told_before_anything_is_refused() {
    let world = World::start().await;
    let user = world.user().await;
    // The log has room for some commits of this size; a file of its own has not.
    world.daemon.limit_files("262143").await;
    let told = world.api.wait_for_answer("/readyz", 503).await.body;
    assert_eq!(told["store"], "failing", "{told}");
    assert_eq!(told["reason"], "disk_full", "{told}");
    user.api.get("/devices").await.expect(200);
    world.daemon.limit_files("unlimited").await;
    let told = world.api.wait_for_answer("/readyz", 200).await.body;
    assert_eq!(told["reason"], Value::Null, "{told}");
}

#[tokio::test]
async fn a_database_that_somebody_has_locked_is_waited_for() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let path = world.data.path().join("wutsd.db");
    let somebody = rusqlite::Connection::open(path).expect("the database");
    somebody.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let answer = user.api.post_status("not now").await;
    assert!([500, 503, 504].contains(&answer.status), "{}", answer.text);
    world.api.wait_for_answer("/readyz", 503).await;
    somebody.execute_batch("ROLLBACK").expect("unlocked");
    world.api.wait_for_answer("/readyz", 200).await;
    user.api.wait_for_phase("connected").await;
    user.api.post_status("now").await.expect(200);
}

#[tokio::test]
async fn nothing_is_unlinked_while_it_could_not_be_wiped() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let path = world.data.path().join("wutsd.db");
    let somebody = rusqlite::Connection::open(path).expect("the database");
    somebody.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let ryze = world.api.with_header("token", &user.token);
    let answers = [
        user.api.post_nothing("/logout").await,
        ryze.delete("/api/instance/delete/WhatsApp").await,
    ];
    // The store cannot write, or is busy finding that out.
    for answer in answers {
        assert!([429, 503].contains(&answer.status), "{}", answer.text);
        assert_eq!(answer.header("retry-after"), "1", "{}", answer.text);
    }
    somebody.execute_batch("ROLLBACK").expect("unlocked");
    assert_eq!(world.control.devices(&phone).await.len(), 1);
    user.api.wait_for_phase("connected").await;
    user.api.post_nothing("/logout").await.expect(200);
}

#[tokio::test]
async fn a_damaged_database_is_refused_with_what_to_do() {
    let mut world = World::start().await;
    world.paired_user().await;
    world.daemon.stop("TERM").await;
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(world.data.path().join("wutsd.db"))
        .expect("the database");
    file.write_all_at(&[0x5a; 100], 0).expect("written");
    let mut daemon = world.second_daemon();
    let status = daemon.ended().await;
    assert!(!status.success());
    let said = daemon.errors().join("\n");
    assert!(said.contains("the database file is damaged"), "{said}");
    assert!(said.contains("restore a backup"), "{said}");
}

/// The pages of tables and indices, without the first, which every start reads.
fn pages(path: &std::path::Path) -> Vec<i64> {
    let database = rusqlite::Connection::open(path).expect("the database");
    let roots = "SELECT DISTINCT rootpage FROM sqlite_schema WHERE rootpage > 1 ORDER BY rootpage";
    let mut roots = database.prepare(roots).expect("a query");
    let roots = roots.query_map([], |row| row.get(0)).expect("rows");
    roots.map(|root| root.expect("a page")).collect()
}

#[tokio::test]
async fn a_damaged_page_is_found_before_anybody_asks_for_it() {
    let mut world = World::start().await;
    world.paired_user().await;
    world.daemon.stop("TERM").await;
    let path = world.data.path().join("wutsd.db");
    let whole = std::fs::read(&path).expect("the database");
    let size = 4096;
    for page in pages(&path) {
        let mut damaged = whole.clone();
        let begin = (page as usize - 1) * size;
        damaged[begin..begin + size].fill(0x5a);
        std::fs::write(&path, damaged).expect("written");
        let mut daemon = world.second_daemon();
        match daemon.log_line_if_any("API listens").await {
            Some(line) => {
                let address = line["address"].as_str().expect("an address");
                let api = Api::new(&format!("http://{address}"));
                let told = api.get("/readyz").await.expect(503);
                assert_eq!(told["reason"], "corrupt", "page {page}: {told}");
                daemon.stop("TERM").await;
            }
            // What every start reads.
            None => assert!(!daemon.ended().await.success()),
        }
        let said = daemon.errors().join("\n");
        assert!(said.contains("restore a backup"), "page {page}: {said}");
    }
    std::fs::write(&path, whole).expect("written");
    world.start_again(&[]).await;
    world.api.get("/readyz").await.expect(200);
}

#[tokio::test]
async fn a_store_that_is_slower_than_the_load_refuses_and_keeps_what_it_accepted() {
    let world = World::start_with(&[("STORE__QUEUE", "2")]).await;
    let user = world.user().await;
    let name = json!({ "name": "one of many" });
    let made = join_all((0..200).map(|_| user.api.post("/devices", name.clone()))).await;
    let mut kept = Vec::new();
    for answer in made {
        match answer.status {
            201 => kept.push(
                answer.body["device"]["id"]
                    .as_str()
                    .expect("an id")
                    .to_owned(),
            ),
            429 => {}
            other => panic!("{other}: {}", answer.text),
        }
    }
    assert!(!kept.is_empty());
    let listed = devices(&user.api).await;
    assert!(kept.iter().all(|device| listed.contains(device)));
    assert_eq!(listed.len(), kept.len(), "something refused was kept");
}
