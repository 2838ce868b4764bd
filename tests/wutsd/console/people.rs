//! Users and tenants, in a browser.

use serde_json::json;

use crate::support::{Browser, World};

#[tokio::test]
async fn an_admin_adds_a_user_whose_token_is_shown_once_promotes_and_deactivates() {
    let world = World::start().await;
    let admin = world.user().await;
    let Some(browser) = Browser::logged_in(&world, &admin).await else {
        return;
    };
    browser.click("nav a[href='#/people']").await;
    browser.see("tbody", "(you)").await;
    browser.click("#add-user").await;
    browser
        .fill("dialog input[type=email]", "bob@example.com")
        .await;
    browser
        .fill("dialog input[type=password]", "correct horse")
        .await;
    browser.click("dialog button[type=submit]").await;
    browser.see("dialog", "the one time").await;
    let token = browser.find("#new-token").await.prop("value").await;
    let token = token.expect("a field").expect("a token");
    let bob = world.api.as_user(&token);
    bob.get("/devices").await.expect(200);
    browser.click("dialog button[type=submit]").await;
    browser.see("main", "bob@example.com").await;
    let row = "tbody tr:has(td.name):not(:has(.muted))";
    browser.find(row).await;
    let select = format!("{row} select option[value=manager]");
    browser.click(&select).await;
    browser.see("dialog", "From now on: Manager").await;
    browser.click("dialog button[type=submit]").await;
    browser.miss("dialog").await;
    let listed = admin.api.get("/users").await.expect(200);
    let role = &listed["users"].as_array().expect("users")[1]["role"];
    assert_eq!(role, "manager");
    browser
        .click("button[aria-label='Deactivate bob@example.com']")
        .await;
    browser.see("dialog", "stops working at once").await;
    browser.click("dialog button[type=submit]").await;
    browser.see("tbody", "Deactivated").await;
    assert_eq!(bob.get("/devices").await.status, 401);
    browser.close().await;
}

#[tokio::test]
async fn whoever_runs_the_daemon_adds_and_deletes_a_tenant() {
    let world = World::start().await;
    let Some(browser) = Browser::at(&world).await else {
        return;
    };
    browser.log_in(&world.master_token).await;
    browser.see(".empty", "make a tenant first").await;
    browser.click("nav a[href='#/people']").await;
    browser.click("#add-tenant").await;
    browser
        .fill("dialog label:nth-of-type(1) input", "Acme")
        .await;
    browser
        .fill("dialog input[type=email]", "ann@example.com")
        .await;
    browser
        .fill("dialog input[type=password]", "correct horse")
        .await;
    browser.click("dialog button[type=submit]").await;
    let token = browser.find("#new-token").await.prop("value").await;
    let ann = world
        .api
        .as_user(&token.expect("a field").expect("a token"));
    ann.get("/users").await.expect(200);
    browser.click("dialog button[type=submit]").await;
    browser.see("tbody", "Acme").await;
    browser.click("button[aria-label='Delete Acme']").await;
    browser.fill("dialog input", "another").await;
    browser.click("dialog button[type=submit]").await;
    browser.see("dialog", "That is another name").await;
    browser.fill("dialog input", "Acme").await;
    browser.click("dialog button[type=submit]").await;
    browser.see("main", "No tenant yet").await;
    let tenants = world.master().get("/tenants").await.expect(200);
    assert!(!tenants.to_string().contains("Acme"), "{tenants}");
    browser.close().await;
}

#[tokio::test]
async fn a_plain_user_is_offered_no_users_and_reads_portuguese() {
    let world = World::start().await;
    let admin = world.user().await;
    let member = world.member(&admin, "user").await;
    member
        .api
        .post("/devices", json!({ "name": "Loja" }))
        .await
        .expect(201);
    let Some(browser) = Browser::logged_in(&world, &member).await else {
        return;
    };
    browser.miss("nav a[href='#/people']").await;
    browser.click(".me select option[value=pt-BR]").await;
    browser.see("h1", "Aparelhos").await;
    browser.see("tbody", "Desconectado").await;
    browser.see("tbody", "Pareie com um celular").await;
    assert_eq!(
        browser.run("return document.documentElement.lang").await,
        "pt-BR"
    );
    // It is kept for the next time.
    browser.go("/console").await;
    browser.see("h1", "Aparelhos").await;
    browser.size(400, 860).await;
    let wider =
        "return document.documentElement.scrollWidth > document.documentElement.clientWidth";
    assert_eq!(browser.run(wider).await, false, "it fits a phone");
    browser.close().await;
}

#[tokio::test]
async fn a_token_is_given_away_sees_one_device_and_is_taken_back() {
    let world = World::start().await;
    let user = world.user().await;
    for name in ["Till", "Office"] {
        user.api
            .post("/devices", json!({ "name": name }))
            .await
            .expect(201);
    }
    let Some(browser) = Browser::logged_in(&world, &user).await else {
        return;
    };
    browser.click("nav a[href='#/tokens']").await;
    browser.see("main", "No token was given away").await;
    browser.click("#add-token").await;
    browser
        .fill("dialog input[required]", "The shop's till")
        .await;
    browser
        .click("dialog label select option:nth-of-type(2)")
        .await;
    browser.click("dialog button[type=submit]").await;
    let token = browser.find("#new-token").await.prop("value").await;
    let token = token.expect("a field").expect("a token");
    browser.click("dialog button[type=submit]").await;
    browser.see("tbody", "The shop's till").await;
    let given = world.api.as_user(&token);
    let seen = given.get("/devices").await.expect(200);
    assert_eq!(seen["devices"].as_array().map(Vec::len), Some(1));
    let name = seen["devices"][0]["name"].as_str().expect("a name");
    // In the console, too.
    browser.click("#logout").await;
    browser.find("#login").await;
    browser.log_in(&token).await;
    browser.see(".chip[data-phase=all]", "1").await;
    browser.see("tbody", name).await;
    browser.miss("nav a[href='#/tokens']").await;
    let listed = user.api.get("/tokens").await.expect(200);
    let id = listed["tokens"][0]["id"].as_str().expect("an id");
    user.api.delete(&format!("/tokens/{id}")).await.expect(200);
    browser.see("main", "Your session has ended").await;
    browser.leave().await;
}
