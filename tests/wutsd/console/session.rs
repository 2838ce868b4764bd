//! GET /console/session, POST /console/session, DELETE /console/session — whom the cookie admits, and whom not.

use reqwest::Method;
use serde_json::json;

use super::{Page, log_in, own_page};
use crate::support::{Api, World, until_ok};

#[tokio::test]
async fn a_token_gives_a_cookie_that_the_pages_requests_are_admitted_with() {
    let world = World::start().await;
    let (user, _) = world.paired_user().await;
    let begun = log_in(&world, &user.token).await;
    let cookie = begun.header("set-cookie").to_owned();
    for part in [
        "; HttpOnly",
        "; SameSite=Strict",
        "; Path=/",
        "; Max-Age=43200",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(
        !cookie.contains("Secure") && !cookie.contains(&user.token),
        "{cookie}"
    );
    assert_eq!(begun.header("cache-control"), "no-store");
    assert!(!begun.text.contains(&user.token));
    let page = Page::of(&world, &user.token).await;
    let who = page.who().await;
    assert_eq!(who["kind"], "user");
    assert_eq!(who["user_id"], *user.user_id);
    assert_eq!(who["role"], "admin");
    let own = page.api.get("/devices").await.expect(200);
    assert_eq!(own, user.api.get("/devices").await.expect(200));
    // What the master token alone may do, this session may not.
    assert_eq!(page.api.get("/tenants").await.status, 401);
    page.console.delete("/console/session").await.expect(200);
    assert_eq!(page.who().await["kind"], "nobody");
    assert_eq!(page.api.get("/devices").await.status, 401);
}

#[tokio::test]
async fn the_master_token_gives_one_too() {
    let world = World::start().await;
    let page = Page::of(&world, &world.master_token).await;
    assert_eq!(page.who().await["kind"], "master");
    page.api.get("/tenants").await.expect(200);
    assert_eq!(page.api.get("/devices").await.status, 401);
}

#[tokio::test]
async fn only_the_own_page_is_admitted_by_the_cookie() {
    let world = World::start().await;
    let user = world.user().await;
    let page = Page::of(&world, &user.token).await;
    let bare = world.api.with_header("Cookie", &page.cookie);
    let foreign = page.api.with_header("Sec-Fetch-Site", "cross-site");
    let neighbour = page.api.with_header("Sec-Fetch-Site", "same-site");
    for api in [&bare, &foreign, &neighbour] {
        assert_eq!(api.get("/devices").await.status, 401);
        let made = api.post("/devices", json!({ "name": "x" })).await;
        assert_eq!(made.status, 401);
    }
    let ours = page.api.with_header("Sec-Fetch-Site", "same-origin");
    assert_eq!(ours.get("/devices").await.expect(200)["devices"], json!([]));
    // A token goes before the cookie, also a wrong one.
    let wrong = page.api.as_user("nobody's");
    assert_eq!(wrong.get("/devices").await.status, 401);
    // Neither begins another page a session nor ends one.
    let bare = Api::undocumented(world.api.base()).with_header("Cookie", &page.cookie);
    let body = json!({ "token": user.token });
    assert_eq!(bare.post("/console/session", body).await.status, 403);
    assert_eq!(bare.delete("/console/session").await.status, 403);
    assert_eq!(bare.get("/console/session").await.status, 403);
    assert_eq!(page.who().await["kind"], "user");
}

#[tokio::test]
async fn no_other_origin_may_send_the_header() {
    let settings = [("HTTP__CORS_ORIGINS", "https://app.example.com")];
    let world = World::start_with(&settings).await;
    let asked = world
        .api
        .with_header("Origin", "https://app.example.com")
        .with_header("Access-Control-Request-Method", "GET")
        .with_header("Access-Control-Request-Headers", "x-wutsd-console");
    let answer = asked.request(Method::OPTIONS, "/devices", None).await;
    let allowed = answer.header("access-control-allow-headers");
    assert!(!allowed.to_lowercase().contains("wutsd"), "{allowed}");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}

#[tokio::test]
async fn wrong_tokens_and_bodies_are_refused() {
    let world = World::start().await;
    let user = world.user().await;
    assert_eq!(log_in(&world, "nobody's token").await.status, 401);
    assert_eq!(log_in(&world, "").await.status, 401);
    let page = own_page(&world);
    for body in [json!({}), json!([]), json!({ "token": 1 })] {
        let refused = page.post("/console/session", body).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        assert_eq!(refused.body["validation"][0]["field"], "token");
    }
    let large = json!({ "token": "x".repeat(100_000) });
    assert_eq!(page.post("/console/session", large).await.status, 413);
    assert_eq!(log_in(&world, &user.token).await.status, 200);
}

#[tokio::test]
async fn many_wrong_tokens_at_once_are_told_to_come_later() {
    let world = World::start().await;
    let guesses = (0..60).map(|_| log_in(&world, "a wrong one"));
    let answers = futures::future::join_all(guesses).await;
    let with = |status| answers.iter().filter(move |answer| answer.status == status);
    assert!(with(401).count() >= 32 && with(429).count() > 0);
    assert_eq!(with(401).count() + with(429).count(), 60);
    assert!(with(429).all(|answer| !answer.header("retry-after").is_empty()));
    let user = world.user().await;
    until_ok("logged in", async || {
        let answer = log_in(&world, &user.token).await;
        if answer.status == 200 {
            Ok(())
        } else {
            Err(answer.text)
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_with_its_user_and_with_its_time() {
    let mut world = World::start().await;
    let admin = world.user().await;
    let member = world.member(&admin, "user").await;
    let gone = world.member(&admin, "user").await;
    let (member_page, gone_page) = (
        Page::of(&world, &member.token).await,
        Page::of(&world, &gone.token).await,
    );
    let path = format!("/users/{}", member.user_id);
    admin
        .api
        .put(&path, json!({ "active": false }))
        .await
        .expect(200);
    admin
        .api
        .delete(&format!("/users/{}", gone.user_id))
        .await
        .expect(200);
    for page in [&member_page, &gone_page] {
        assert_eq!(page.api.get("/devices").await.status, 401);
        assert_eq!(page.who().await["kind"], "nobody");
    }
    // It outlives a restart, but not its time.
    let page = Page::of(&world, &admin.token).await;
    world.restart("TERM").await;
    let again = own_page(&world).with_header("Cookie", &page.cookie);
    let who = again.get("/console/session").await.expect(200);
    assert_eq!(who["data"]["kind"], "user");
    let database = rusqlite::Connection::open(world.data.path().join("wutsd.db"));
    let aged = database.expect("the database").execute(
        "UPDATE console_session SET expires_at = expires_at - 43200",
        [],
    );
    assert!(aged.expect("a change") > 0);
    let who = again.get("/console/session").await.expect(200);
    assert_eq!(who["data"]["kind"], "nobody");
}

#[tokio::test]
async fn the_cookie_is_kept_only_as_a_hash_and_one_token_has_only_so_many_sessions() {
    let world = World::start().await;
    let user = world.user().await;
    let first = Page::of(&world, &user.token).await;
    for _ in 0..20 {
        Page::of(&world, &user.token).await;
    }
    assert_eq!(first.who().await["kind"], "nobody", "it has made room");
    let last = Page::of(&world, &user.token).await;
    let secret = last.cookie.split_once('=').expect("a cookie").1;
    assert_eq!(secret.len(), 64, "256 bits");
    let database = rusqlite::Connection::open(world.data.path().join("wutsd.db"));
    let count = "SELECT COUNT(*), SUM(hash = ?1) FROM console_session";
    let found = database
        .expect("the database")
        .query_row(count, [secret], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        });
    assert_eq!(found.expect("figures"), (20, 0));
}

#[tokio::test]
async fn behind_https_the_cookie_is_never_sent_in_clear() {
    let world = World::start_with(&[
        ("HTTP__PUBLIC_URL", "https://wuts.example.com"),
        ("CONSOLE__SESSION", "60"),
    ])
    .await;
    let user = world.user().await;
    let begun = log_in(&world, &user.token).await;
    let cookie = begun.header("set-cookie");
    assert!(cookie.ends_with("; Max-Age=60; Secure"), "{cookie}");
}
