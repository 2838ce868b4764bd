//! GET /pair/{secret} — pairing in a browser: in the console, and by a link for a customer.

use serde_json::json;

use crate::support::{Browser, User, World};

/// A device that is to be paired, and its page.
async fn pairing(world: &World, user: &User) -> Option<(Browser, String)> {
    let made = user.api.post("/devices", json!({ "name": "Sales" })).await;
    let id = made.expect(201)["device"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let browser = Browser::logged_in(world, user).await?;
    browser.go(&format!("/console#/device/{id}/pair")).await;
    Some((browser, id))
}

/// The code that the page shows.
fn shown(picture: &str) -> String {
    let data = picture
        .strip_prefix("data:image/png;base64,")
        .expect("a PNG");
    let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, data);
    let image = image::load_from_memory(&bytes.expect("base64")).expect("a picture");
    let image = image.to_luma8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    let pixel = |x, y| image.get_pixel(x as u32, y as u32).0[0];
    let mut grid = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let grids = grid.detect_grids();
    grids.first().expect("a code").decode().expect("a text").1
}

#[tokio::test]
async fn a_phone_scans_what_the_page_shows() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let Some((browser, _)) = pairing(&world, &user).await else {
        return;
    };
    let code = shown(&browser.attribute("#qr", "src").await);
    browser.see("#countdown", "A new code in").await;
    browser.see("main", "Linked devices").await;
    world.control.scan(&code, &phone).await.expect(200);
    browser
        .see("#pairing", &format!("Paired with +{phone}, and connected"))
        .await;
    browser.miss("#qr").await;
    browser.click("#pairing a").await;
    browser.see("h1", "Sales").await;
    browser.see("#phase", "Connected").await;
    browser.close().await;
}

#[tokio::test]
async fn a_code_is_typed_on_the_phone() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Owner").await;
    let Some((browser, _)) = pairing(&world, &user).await else {
        return;
    };
    browser.find("#qr").await;
    browser.fill("#paircode input", &format!("+{phone}")).await;
    browser.click("#paircode button").await;
    let code = browser.find("#typed").await.text().await.expect("a code");
    assert_eq!(code.len(), 9, "{code}");
    world.control.type_code(&phone, &code).await.expect(200);
    browser.see("#pairing", "and connected").await;
    browser.close().await;
}

#[tokio::test]
async fn an_account_with_a_passkey_is_led_through_its_check() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Careful").await;
    world.control.makes_passkey(&phone, json!({})).await;
    let Some((browser, _)) = pairing(&world, &user).await else {
        return;
    };
    let code = shown(&browser.attribute("#qr", "src").await);
    world.control.scan(&code, &phone).await.expect(202);
    browser.see("main", "asks for the account’s passkey").await;
    let asked = browser.find("textarea[readonly]").await.prop("value").await;
    let asked = asked.expect("a field").expect("a value");
    let asked: serde_json::Value = serde_json::from_str(&asked).expect("JSON");
    let given = world
        .control
        .asks_browser(&phone, json!({ "options": asked }))
        .await;
    browser
        .fill("textarea[name=answer]", &given.to_string())
        .await;
    browser
        .click("form:has(textarea[name=answer]) button")
        .await;
    browser.see("main", "Is it this one?").await;
    browser
        .click(".panel:not([hidden]) form button.first")
        .await;
    browser.see("#pairing", "and connected").await;
    browser.close().await;
}

#[tokio::test]
async fn a_customer_pairs_by_a_link_and_sees_nothing_else() {
    let world = World::start().await;
    let user = world.user().await;
    let phone = world.control.account("Customer").await;
    let made = user.api.post("/devices", json!({ "name": "Theirs" })).await;
    let id = made.expect(201)["device"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser.go(&format!("/console#/device/{id}")).await;
    browser.click("#add-link").await;
    browser.click("dialog button[type=submit]").await;
    let link = browser.find("#new-link").await.prop("value").await;
    let link = link.expect("a field").expect("a link");
    browser.click("dialog button[type=submit]").await;
    browser.see("main", "Good until").await;
    let path = link
        .strip_prefix(world.api.base())
        .expect("it leads here")
        .to_owned();
    browser.click("#logout").await;
    browser.find("#login").await;
    browser.go(&path).await;
    browser.see("h1", "Link your WhatsApp").await;
    let code = shown(&browser.attribute("#qr", "src").await);
    assert!(!browser.text("body").await.contains("Theirs"));
    world.control.scan(&code, &phone).await.expect(200);
    browser.see("#state", "Your phone is linked").await;
    user.api.wait_for_phase("connected").await;
    assert!(browser.complaints("404").await.is_empty());
    browser.go("/pair/nonsense").await;
    browser.see("#state", "not good any more").await;
    browser.leave().await;
}
