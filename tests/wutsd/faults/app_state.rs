//! What is synced from the phone: nothing that one connection missed is lost, and a missing key is asked for.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Api, World, until};

/// Where the store keeps the keys of the app state.
const SYNC_KEYS: i64 = 7;

/// The address book as text; empty while the device is away.
async fn names(api: &Api) -> String {
    let answer = api.get("/contacts").await;
    if answer.status == 200 {
        answer.text
    } else {
        String::new()
    }
}

pub(super) async fn wait_for_contact(api: &Api, name: &str) {
    let came = async || names(api).await.contains(name).then_some(());
    until(name, came).await;
}

#[tokio::test]
async fn what_one_life_could_not_fetch_the_next_one_does() {
    let world = World::start().await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let silence = json!({ "jid": jid, "fault": "iq_silence", "xmlns": "w:sync:app:state" });
    world.control.fault(silence).await;
    world.control.contact_of(&phone, "Ada Lovelace").await;
    // WhatsApp has told the device, which asks, and gets no answer in this life.
    world.control.wait_for_fault("iq_silence").await;
    world.control.clear_faults().await;
    assert!(!names(&user.api).await.contains("Ada Lovelace"));
    world
        .control
        .fault(json!({ "jid": jid, "fault": "drop" }))
        .await;
    wait_for_contact(&user.api, "Ada Lovelace").await;
}

/// Deletes the device's keys of the app state, as if the phone had made a new one while the device was away.
fn forget_sync_keys(data: &Path) {
    let database = rusqlite::Connection::open(data.join("wutsd.db")).expect("the database");
    let delete = "DELETE FROM record WHERE kind = ?1";
    let deleted = database.execute(delete, [SYNC_KEYS]).expect("deleted");
    assert!(deleted > 0, "there was no key");
}

#[tokio::test]
async fn a_missing_key_is_asked_for_and_a_person_is_told_while_the_phone_is_away() {
    let mut world = World::start().await;
    let (user, phone) = world.paired_user().await;
    world.daemon.stop("TERM").await;
    forget_sync_keys(world.data.path());
    let jid = world.device_jid(&phone).await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "key_silence" }))
        .await;
    world.control.contact_of(&phone, "Ada Lovelace").await;
    world.start_again(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let api = world.again(&user);
    let told = |status: &Value| {
        let action = status["action_required"].as_str().unwrap_or_default();
        action.contains("open WhatsApp on the phone")
    };
    let status = api.wait_for("told", told).await;
    assert_eq!(status["phase"], "connected");
    // The device works meanwhile, and asks now and then instead of all the time.
    api.post_status("without the newest contacts")
        .await
        .expect(200);
    let asked = world.control.hits("key_silence").await;
    assert!((1..=5).contains(&asked), "asked {asked} times");

    world.control.clear_faults().await;
    wait_for_contact(&api, "Ada Lovelace").await;
    let done = |status: &Value| status["action_required"].is_null();
    let status = api.wait_for("all there", done).await;
    assert_eq!(status["phase"], "connected");
    assert!(status.get("last_exit").is_none(), "{status}");
}

/// The contact is gone from the address book, and does not decrypt what is posted then.
async fn is_left_out(world: &World, api: &Api, gone: &str, stays: &str) {
    until("it is gone", async || {
        let contacts = api.get("/contacts").await;
        (contacts.status == 200 && !contacts.text.contains(gone)).then_some(())
    })
    .await;
    let posted = api.post_status("to those who are left").await.expect(200);
    let id = &posted["message_id"];
    world.control.wait_for_message(stays, id).await;
    assert_eq!(world.control.read(gone, id).await, 0);
}

#[tokio::test]
async fn whom_the_phone_removes_from_its_contacts_gets_no_status_any_more() {
    let mut world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = world.control.contacts_of(&phone, 3).await;
    world.pair(&user, &phone).await;
    let posted = user.api.post_status("to all").await.expect(200);
    for contact in &contacts {
        let id = &posted["message_id"];
        world.control.wait_for_message(contact, id).await;
    }
    // With the key of the status in its hands.
    world.control.overhear(&contacts[0]).await;
    world.control.overhear(&contacts[1]).await;
    world.control.forget_contact(&phone, &contacts[0]).await;
    is_left_out(&world, &user.api, &contacts[0], &contacts[2]).await;

    // The same for one who is removed while the device is away.
    world.daemon.stop("TERM").await;
    world.control.forget_contact(&phone, &contacts[1]).await;
    world.start_again(&[]).await;
    let api = world.again(&user);
    api.wait_for_phase("connected").await;
    is_left_out(&world, &api, &contacts[1], &contacts[2]).await;
}

#[tokio::test]
async fn a_removal_whose_consequences_one_life_did_not_see_is_remembered_by_the_next() {
    let mut world = World::start_with(&[("WHATSAPP__QUERY_TIMEOUT", "1")]).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let contacts = world.control.contacts_of(&phone, 2).await;
    world.pair(&user, &phone).await;
    let body = json!({ "scopes": ["contacts"] });
    user.api.post("/appstate/sync", body).await.expect(200);
    // The removal comes, the address book that would say whom it was about does not.
    world
        .control
        .fault(json!({ "jid": "*", "fault": "appstate_bad_mac" }))
        .await;
    world.control.forget_contact(&phone, &contacts[0]).await;
    world.control.wait_for_fault("appstate_bad_mac").await;
    world.daemon.stop("KILL").await;
    world.control.clear_faults().await;
    world.start_again(&[]).await;
    let api = world.again(&user);
    api.wait_for_phase("connected").await;
    is_left_out(&world, &api, &contacts[0], &contacts[1]).await;
}

#[tokio::test]
async fn a_first_app_state_that_does_not_verify_is_told_and_does_not_keep_the_device_away() {
    connects_without("appstate_bad_mac").await;
}

#[tokio::test]
async fn a_snapshot_with_one_record_twice_is_told_and_does_not_keep_the_device_away() {
    connects_without("appstate_double_record").await;
}

async fn connects_without(fault: &str) {
    let world = World::start_with(&[("WHATSAPP__CONNECT_TIMEOUT", "15")]).await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    world.control.contact_of(&phone, "Ada Lovelace").await;
    world
        .control
        .fault(json!({ "jid": "*", "fault": fault }))
        .await;
    world.pair(&user, &phone).await;
    let told = |status: &Value| {
        let action = status["action_required"].as_str().unwrap_or_default();
        action.contains("POST /appstate/sync")
    };
    user.api.wait_for("told", told).await;
    world
        .daemon
        .log_line("part of the app state could not be fetched, or does not verify")
        .await;
    user.api
        .post_status("nobody is known yet")
        .await
        .expect(200);

    world.control.clear_faults().await;
    let body = json!({ "scopes": ["contacts"], "full": true });
    user.api.post("/appstate/sync", body).await.expect(200);
    wait_for_contact(&user.api, "Ada Lovelace").await;
}
