//! GET /, GET /console — the page: what comes with it, and how much.

use std::collections::BTreeSet;

use crate::support::{Api, Browser, World};

/// Bytes of a first view: a slow phone shows it at once.
const LARGEST: u64 = 100 * 1024;

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
async fn all_that_the_page_is_made_of_is_here() {
    let world = World::start().await;
    let api = Api::undocumented(world.api.base());
    let mut waiting = vec!["/console".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = waiting.pop() {
        if seen.contains(&path) {
            continue;
        }
        let file = api.get(&path).await;
        assert_eq!(file.status, 200, "{path}");
        for quoted in file.text.split(['"', '\'']) {
            if quoted.starts_with("console/") && quoted.contains('.') {
                waiting.push(format!("/{quoted}"));
            } else if let Some(module) = quoted.strip_prefix("./") {
                waiting.push(format!("/console/{module}"));
            }
        }
        seen.push(path);
    }
    assert!(seen.len() > 15, "{seen:?}");
}

#[tokio::test]
async fn every_language_has_all_words() {
    let keys = |text: &str| -> BTreeSet<String> {
        let parts = text.split("': '").map(|part| part.rsplit('\'').next());
        parts.flatten().map(str::to_owned).collect()
    };
    let english = keys(include_str!("../../../src/http/console/page/en.js"));
    let portuguese = keys(include_str!("../../../src/http/console/page/pt-br.js"));
    assert!(english.len() > 200, "{}", english.len());
    let differing: Vec<_> = english.symmetric_difference(&portuguese).collect();
    assert!(differing.is_empty(), "{differing:?}");
    for reason in wutsd::device::exit::ExitReason::ALL {
        let key = format!("exit.{}", reason.name());
        assert!(english.contains(&key), "{key}");
        let key = format!("todo.{}", reason.name());
        assert!(
            reason.action_required().is_none() || english.contains(&key),
            "{key}"
        );
    }
    for state in wutsd::supervision::view::State::ALL {
        assert!(english.contains(&format!("phase.{}", state.name())));
    }
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
    let bytes = "return [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]\
        .reduce((sum, entry) => sum + entry.transferSize, 0)";
    let bytes = browser.run(bytes).await.as_u64().expect("a number");
    assert!((10_000..LARGEST).contains(&bytes), "{bytes} bytes");
    eprintln!("the first view takes {bytes} bytes");
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
