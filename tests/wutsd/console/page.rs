//! GET /, GET /console — the page: what comes with it, and how much.

use crate::support::{Api, Browser, World};

/// Bytes of a first view: a slow phone shows it at once.
const LARGEST: usize = 100 * 1024;

#[tokio::test]
async fn the_root_leads_to_the_page_which_comes_with_strict_headers() {
    let world = World::start().await;
    let api = Api::undocumented(world.api.base());
    // The redirect is followed.
    let root = api.get("/").await;
    let page = api.get("/console").await;
    assert_eq!((root.status, &root.text), (200, &page.text));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(
        page.header("content-security-policy"),
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
         connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-cache"),
    ] {
        assert_eq!(page.header(name), value);
    }
    let tag = page.header("etag").to_owned();
    let again = api.with_header("If-None-Match", &tag).get("/console").await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    // Neither scripts nor styles are written into it.
    for trace in ["<script>", "style=", "<style", "onclick", "//"] {
        assert!(!page.text.contains(trace), "{trace}: {}", page.text);
    }
}

#[tokio::test]
async fn all_that_the_page_is_made_of_comes_from_here_and_is_small() {
    let world = World::start().await;
    let api = Api::undocumented(world.api.base());
    let mut waiting = vec!["/console".to_owned()];
    let mut seen = Vec::new();
    let mut bytes = 0;
    while let Some(path) = waiting.pop() {
        if seen.contains(&path) {
            continue;
        }
        let file = api.get(&path).await;
        assert_eq!(file.status, 200, "{path}");
        bytes += file.text.len();
        for quoted in file.text.split(['"', '\'']) {
            if quoted.starts_with("console/") && quoted.contains('.') {
                waiting.push(format!("/{quoted}"));
            } else if let Some(module) = quoted.strip_prefix("./") {
                waiting.push(format!("/console/{module}"));
            }
        }
        seen.push(path);
    }
    assert!(seen.len() > 10, "{seen:?}");
    assert!(bytes <= LARGEST, "{bytes} bytes");
    eprintln!("{} files, {bytes} bytes", seen.len());
}

#[tokio::test]
async fn without_the_console_there_is_neither_page_nor_session() {
    let world = World::start_with(&[("CONSOLE__ENABLED", "false")]).await;
    let user = world.user().await;
    for path in ["/", "/console", "/console/session", "/console/events"] {
        assert_eq!(world.api.get(path).await.status, 404, "{path}");
    }
    assert_eq!(super::log_in(&world, &user.token).await.status, 404);
    let api = world.api.with_header("X-Wutsd-Console", "1");
    let api = api.with_header("Cookie", "wutsd_console=x");
    assert_eq!(api.get("/devices").await.status, 401);
}

#[tokio::test]
async fn somebody_logs_in_and_out_in_a_browser() {
    let world = World::start().await;
    let user = world.user().await;
    let Some(browser) = Browser::at(&world).await else {
        return;
    };
    browser.go("/").await;
    browser.picture("login").await;
    browser
        .fill("input[name=token]", "this is nobody's token")
        .await;
    browser.click("#login button[type=submit]").await;
    browser.see("#login .said", "nobody").await;
    // The refusal itself, which is no defect.
    assert!(browser.complaints("401").await.is_empty());
    browser.fill("input[name=token]", &user.token).await;
    browser.click("#login button[type=submit]").await;
    browser.see("h1", "Devices").await;
    browser.see("#pulse", "Live").await;
    browser.see(".empty", "No device yet").await;
    browser.picture("empty").await;
    let cookies = browser.run("return document.cookie").await;
    assert_eq!(cookies, "", "no script sees the cookie");
    browser.go("/console").await;
    browser.see("h1", "Devices").await;
    browser.click("#logout").await;
    browser.find("#login").await;
    browser.go("/console").await;
    browser.find("#login").await;
    browser.close().await;
}
