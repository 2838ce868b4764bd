//! The simulated phones beside the console, in `wutsd sandbox` alone.

use serde_json::{Value, json};

use super::Page;
use crate::support::{Browser, Process, World};

#[tokio::test]
async fn a_newcomer_pairs_and_looks_at_a_phone_without_curl() {
    let anywhere = [
        "--api",
        "127.0.0.1:0",
        "--whatsapp",
        "127.0.0.1:0",
        "--json",
    ];
    let sandbox = Process::start(&[&["sandbox"][..], &anywhere].concat(), &[]);
    let line: Value = serde_json::from_str(&sandbox.first_line_of_output().await).expect("JSON");
    let text = |key: &str| line[key].as_str().expect(key).to_owned();
    let Some(browser) = Browser::open(&text("api")).await else {
        return;
    };
    browser.log_in(&text("token")).await;
    browser.see("tbody", "Connected").await;
    browser.click("#add").await;
    browser.fill("dialog input", "Second").await;
    browser.click("dialog button[type=submit]").await;
    browser.find("#qr").await;
    browser.click(".scan[data-phone='15550000102']").await;
    browser
        .see("#pairing", "Paired with +15550000102, and connected")
        .await;
    browser.click("nav a[href='#/phones']").await;
    browser
        .see(".phone[data-phone='15550000102']", "is connected")
        .await;
    browser.close().await;
}

#[tokio::test]
async fn without_a_sandbox_there_are_no_phones_and_strangers_reach_none() {
    let world = World::start().await;
    let user = world.user().await;
    let page = Page::of(&world, &user.token).await;
    assert_eq!(page.who().await["sandbox"], false);
    let paths = [
        "/console/sandbox/phones",
        "/console/sandbox/phones/15550000101/inbox",
    ];
    for path in paths {
        assert_eq!(page.console.get(path).await.status, 404);
        assert_eq!(super::own_page(&world).get(path).await.status, 401);
    }
    let scan = page
        .console
        .post("/console/sandbox/scan", json!({ "qr": "x" }))
        .await;
    assert_eq!(scan.status, 404);
}
