//! The list of devices, in a browser.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::support::{Browser, World};

#[tokio::test]
async fn a_device_that_is_dropped_and_comes_back_is_seen_to() {
    let world = World::start_with(&[("SUPERVISION__BACKOFF_FIRST", "6")]).await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser.see("tbody", "Connected").await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "drop" }))
        .await;
    browser.see("tbody", "The connection was lost").await;
    world.control.clear_faults().await;
    browser.see("tbody", "Connected").await;
    browser.close().await;
}

#[tokio::test]
async fn a_quarantine_is_shown_with_its_reason_and_ended_by_hand() {
    let world = World::start_with(&[
        ("SUPERVISION__QUARANTINE_FAILURES", "3"),
        ("SUPERVISION__BACKOFF_FIRST", "0.01"),
    ])
    .await;
    let (user, phone) = world.paired_user().await;
    let jid = world.device_jid(&phone).await;
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    let unavailable = json!({ "jid": jid, "fault": "login_failure", "reason": 503 });
    world.control.fault(unavailable).await;
    let drop = json!({ "jid": jid, "fault": "drop" });
    world.control.fault(drop).await;
    browser.see("tbody", "Quarantined").await;
    browser.see("tbody", "WhatsApp is not available").await;
    // 600 seconds, and how long is left of them.
    browser.see("tbody", "in 9 min").await;
    browser.see(".chip[data-phase=quarantined]", "1").await;
    world.control.clear_faults().await;
    browser.click("tbody a").await;
    browser.see("#phase", "Quarantined").await;
    browser.see("#why", "WhatsApp is not available").await;
    browser.click("#do-connect").await;
    browser.see("dialog", "It connects now").await;
    browser.click("dialog button[type=submit]").await;
    browser.see("#phase", "Connected").await;
    browser.close().await;
}

#[tokio::test]
async fn nobody_sees_the_devices_of_another_tenant() {
    let world = World::start().await;
    let (ada, _) = world.paired_user().await;
    let ben = world.user().await;
    ben.api
        .post("/devices", json!({ "name": "Bens" }))
        .await
        .expect(201);
    let Some(browser) = Browser::logged_in(&world, &ben).await else {
        return;
    };
    browser.see("tbody", "Bens").await;
    browser.see(".chip[data-phase=all]", "1").await;
    let theirs = ada.status().await["device_id"].clone();
    let theirs = theirs.as_str().expect("an id");
    browser.go(&format!("/console#/device/{theirs}")).await;
    browser.see("h1", "There is no such device").await;
    browser.miss("#do-delete").await;
    browser.close().await;
}

#[tokio::test]
async fn the_master_sees_every_device_and_touches_none() {
    let world = World::start().await;
    let (ada, _) = world.paired_user().await;
    let ben = world.user().await;
    ben.api
        .post("/devices", json!({ "name": "Bens" }))
        .await
        .expect(201);
    let Some(browser) = Browser::at(&world).await else {
        return;
    };
    browser.log_in(&world.master_token).await;
    browser.see(".chip[data-phase=all]", "2").await;
    browser.see("tbody", "@example.com").await;
    let device = ada.status().await["device_id"].clone();
    let device = device.as_str().expect("an id");
    browser.go(&format!("/console#/device/{device}")).await;
    browser.see("main", "touches none").await;
    browser.miss("#do-disconnect").await;
    browser.go("/console#/people").await;
    browser.see("h1", "Tenants").await;
    browser.see("tbody", "tenant").await;
    browser.close().await;
}

/// Rows as the store has them: nobody waits for two thousand requests.
fn many_devices(world: &World, user: &str, tenant: &str, count: usize) {
    let mut database =
        rusqlite::Connection::open(world.data.path().join("wutsd.db")).expect("the database");
    let all = database.transaction().expect("a transaction");
    for number in 0..count {
        let id = uuid::Uuid::new_v4().to_string();
        let name = format!("Device {number:04}");
        let add = "INSERT INTO device (id, tenant_id, user_id, name, wanted, created_at, updated_at) \
            VALUES (?1, ?2, ?3, ?4, 1, 1800000000, 1800000000)";
        all.execute(add, [&id, tenant, user, &name]).expect("a row");
    }
    all.commit().expect("two thousand devices");
}

#[tokio::test]
async fn two_thousand_devices_are_shown_in_pages_and_found_by_name() {
    let mut world = World::start().await;
    let user = world.user().await;
    world.daemon.stop("TERM").await;
    many_devices(&world, &user.user_id, &user.tenant_id, 2000);
    world.start_again(&[]).await;
    let Some(browser) = Browser::at(&world).await else {
        return;
    };
    let begun = Instant::now();
    browser.log_in(&user.token).await;
    browser.see(".chip[data-phase=all]", "2,000").await;
    eprintln!("2,000 devices are there after {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(20));
    let rows = browser
        .run("return document.querySelectorAll('tbody tr').length")
        .await;
    assert_eq!(rows, 100);
    browser.see("main", "1–100 of 2,000").await;
    browser.fill("input[type=search]", "Device 1234").await;
    browser.see("main", "1–1 of 1").await;
    browser.see("tbody", "Device 1234").await;
    browser
        .fill("input[type=search]", "nothing of the kind")
        .await;
    browser.see(".empty", "No device is like that").await;
    browser.close().await;
}

#[tokio::test]
async fn everything_can_be_done_without_a_mouse() {
    const TAB: &str = "\u{e004}";
    const ENTER: &str = "\u{e007}";
    const ESCAPE: &str = "\u{e00c}";
    let world = World::start().await;
    let user = world.user().await;
    let Some(browser) = Browser::at(&world).await else {
        return;
    };
    browser.go("/console").await;
    browser.find("#login").await;
    // The field has the focus already.
    browser.press(&format!("{}{ENTER}", user.token)).await;
    browser.see(".empty", "No device yet").await;
    let reach = async |what: &str| {
        for _ in 0..40 {
            let focused = "return document.activeElement.id || document.activeElement.textContent";
            if browser
                .run(focused)
                .await
                .as_str()
                .is_some_and(|text| text.starts_with(what))
            {
                return;
            }
            browser.press(TAB).await;
        }
        panic!("{what} cannot be reached");
    };
    browser.press(TAB).await;
    let skip = browser
        .run("return document.activeElement.textContent")
        .await;
    assert_eq!(skip, "Skip to the content");
    reach("add").await;
    let ring = browser
        .run("return getComputedStyle(document.activeElement).outlineStyle")
        .await;
    assert_eq!(ring, "solid", "the focus is to be seen");
    browser.press(ENTER).await;
    browser.see("dialog", "For people").await;
    browser.press(ESCAPE).await;
    browser.miss("dialog").await;
    let back = browser.run("return document.activeElement.id").await;
    assert_eq!(back, "add", "the focus is where it was");
    browser.press(ENTER).await;
    browser.find("dialog").await;
    browser.press(&format!("{TAB}{TAB}")).await;
    browser.press(ENTER).await;
    browser.find("#qr").await;
    browser.see("h1", "Pair WhatsApp").await;
    // Every field and every button has a name.
    let nameless = "return [...document.querySelectorAll('button, a, input, select, textarea')]\
        .filter((one) => !(one.textContent || one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.querySelector('img[alt]'))).map((one) => one.outerHTML)";
    assert_eq!(browser.run(nameless).await, json!([]));
    browser.close().await;
}

/// Texts whose contrast with what is behind them is below WCAG's AA, with the ratio.
const FAINT: &str = r#"
const rgb = (text) => { const found = text.match(/[\d.]+/g).map(Number); return { color: found.slice(0, 3), alpha: found[3] ?? 1 }; };
const light = (color) => {
  const [r, g, b] = color.map((part) => { const c = part / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (node) => {
  for (let place = node; place; place = place.parentElement) {
    const { color, alpha } = rgb(getComputedStyle(place).backgroundColor);
    if (alpha > 0.99) return color;
  }
  return [255, 255, 255];
};
const faint = [];
for (const node of document.querySelectorAll('body *')) {
  const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  if (!own || !node.checkVisibility() || node.closest('.story, .sr, :disabled, option, noscript')) continue;
  const [a, b] = [light(rgb(getComputedStyle(node).color).color), light(behind(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) faint.push(`${node.tagName} ${node.className} ${node.textContent.slice(0, 30)}: ${ratio.toFixed(2)}`);
}
return faint;
"#;

#[tokio::test]
async fn everything_can_be_read_by_light_and_in_the_dark() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    user.api
        .post("/devices", json!({ "name": "new" }))
        .await
        .expect(201);
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    for scheme in ["light", "dark"] {
        browser.prefer(scheme).await;
        browser.go("/console#/").await;
        browser.see("tbody", "Connected").await;
        assert_eq!(browser.run(FAINT).await, json!([]), "{scheme}: devices");
        browser.click("tbody tr:last-child a").await;
        browser.see("#phase", "Connected").await;
        browser.see("#history", "Connected").await;
        browser.see("#webhook", "Everything was delivered").await;
        assert_eq!(browser.run(FAINT).await, json!([]), "{scheme}: a device");
        browser.click("#do-delete").await;
        browser.find("dialog").await;
        assert_eq!(browser.run(FAINT).await, json!([]), "{scheme}: a question");
        browser.click("dialog button[type=button]").await;
        browser.miss("dialog").await;
        browser.go("/console#/people").await;
        browser.see("tbody", "(you)").await;
        assert_eq!(browser.run(FAINT).await, json!([]), "{scheme}: users");
    }
    browser.close().await;
}
