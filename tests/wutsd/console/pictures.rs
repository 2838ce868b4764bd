//! Pictures for the README: made only where WUTSD_PICTURES names a folder for them.

use serde_json::{Value, json};

use crate::support::{Browser, User, World};

async fn made(user: &User, name: &str) -> String {
    let made = user
        .api
        .post("/devices", json!({ "name": name }))
        .await
        .expect(201);
    made["device"]["id"].as_str().expect("an id").to_owned()
}

/// A device with this name, paired with a new account, whose number is returned.
async fn paired(world: &World, user: &User, name: &str) -> String {
    let id = made(user, name).await;
    let phone = world.control.account(name).await;
    let qr = user
        .api
        .get(&format!("/qr?device_id={id}"))
        .await
        .expect(200);
    let code = qr.pointer("/data/qr_code").and_then(Value::as_str);
    world
        .control
        .scan(code.expect("a code"), &phone)
        .await
        .expect(200);
    wait(user, &id, "connected").await;
    phone
}

async fn wait(user: &User, id: &str, phase: &str) {
    let path = format!("/status?device_id={id}");
    crate::support::until_ok(phase, async || {
        let status = user.api.get(&path).await.expect(200)["data"].clone();
        if status["phase"] == *phase {
            Ok(())
        } else {
            Err(status)
        }
    })
    .await;
}

#[tokio::test]
async fn what_the_readme_shows() {
    if std::env::var_os("WUTSD_PICTURES").is_none() {
        return;
    }
    let settings = [
        ("SUPERVISION__QUARANTINE_FAILURES", "3"),
        ("SUPERVISION__BACKOFF_FIRST", "0.01"),
        ("SUPERVISION__BREAKER_DEVICES", "50"),
    ];
    let world = World::start_with(&settings).await;
    let body = json!({ "tenant_name": "Padaria Aurora", "email": "ana@aurora.example", "password": "correct horse", "role": "admin" });
    let answer = world.master().post("/register", body).await.expect(201);
    let token = answer["token"].as_str().expect("a token").to_owned();
    let user = User {
        api: world.api.as_user(&token),
        user_id: String::new(),
        tenant_id: String::new(),
        token,
    };
    let shop = paired(&world, &user, "Shop, Rua Augusta").await;
    for name in ["Orders", "Support", "Delivery 1", "Delivery 2"] {
        paired(&world, &user, name).await;
    }
    let failing = paired(&world, &user, "Events").await;
    let gone = paired(&world, &user, "Wholesale").await;
    let pairing = made(&user, "New phone").await;
    let jid = world.device_jid(&failing).await;
    let fault = json!({ "jid": jid, "fault": "login_failure", "reason": 503 });
    world.control.fault(fault).await;
    world
        .control
        .fault(json!({ "jid": jid, "fault": "drop" }))
        .await;
    world.control.kick(&world.device_jid(&gone).await).await;
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser.size(1240, 820).await;
    browser.see("tbody", "Quarantined").await;
    browser.see("tbody", "Pair it with a phone again").await;
    browser.picture("fleet").await;
    browser.prefer("dark").await;
    browser
        .go(&format!("/console#/device/{pairing}/pair"))
        .await;
    browser.find("#qr").await;
    browser.picture("pairing").await;
    browser.prefer("light").await;
    browser.go("/console").await;
    browser.fill("input[type=search]", &shop).await;
    browser.see("main", "1–1 of 1").await;
    browser.click("tbody a").await;
    browser.see("#phase", "Connected").await;
    browser.picture("device").await;
    browser.close().await;
}
