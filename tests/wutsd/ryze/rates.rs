//! The X-RateLimit-* headers, and 429

use serde_json::json;

use super::{account, instance};
use crate::support::{Answer, World};

const EXCEEDED: (u16, &str) = (429, "Rate limit exceeded. Try again later.");

fn figures(answer: &Answer) -> (u32, u32, i64) {
    let figure = |name: &str| answer.header(name).parse::<i64>().expect("a number");
    let limit = figure("X-RateLimit-Limit") as u32;
    let remaining = figure("X-RateLimit-Remaining") as u32;
    (limit, remaining, figure("X-RateLimit-Reset"))
}

#[tokio::test]
async fn every_answer_tells_where_its_token_stands() {
    let world = World::start().await;
    let user = world.user().await;
    let now = chrono::Utc::now().timestamp();
    let api = account(&world, &user);
    let created = api
        .post("/api/instance/new", json!({ "name": "sales" }))
        .await;
    let (limit, remaining, reset) = figures(&created);
    assert_eq!((limit, remaining), (20, 19));
    assert!((now + 59..now + 90).contains(&reset), "{reset}");

    let paths = [
        ("/api/instance/list", 200),
        ("/api/profile/privacy/none", 404),
        ("/api/profile/privacy/sales", 400),
        ("/api/nowhere", 404),
    ];
    for (asked, (path, status)) in (1..).zip(paths) {
        let answer = api.get(path).await;
        assert_eq!(answer.status, status);
        let (limit, remaining, _) = figures(&answer);
        assert_eq!((limit, remaining), (100, 100 - asked));
    }
    let stranger = world.api.get("/api/instance/list").await;
    assert_eq!(stranger.status, 401);
    assert_eq!(figures(&stranger).0, 100);
    assert_eq!(
        world.api.get("/healthz").await.header("X-RateLimit-Limit"),
        ""
    );
}

#[tokio::test]
async fn too_many_requests_are_refused_for_their_token_alone() {
    let world = World::start().await;
    let user = world.user().await;
    let api = account(&world, &user);
    let sales = instance(&world, &user, "sales").await;
    for asked in 1..=100 {
        let answer = api.get("/api/instance/list").await;
        assert_eq!((answer.status, figures(&answer).1), (200, 100 - asked));
    }
    let refused = api.get("/api/profile/privacy/sales").await;
    assert_eq!(refused.message_error(), EXCEEDED);
    let (limit, remaining, reset) = figures(&refused);
    assert_eq!((limit, remaining), (100, 0));
    let wait: i64 = refused.header("Retry-After").parse().expect("seconds");
    let left = reset - chrono::Utc::now().timestamp();
    assert!((1..=60).contains(&wait) && (left - 1..=left + 1).contains(&wait));

    assert_eq!(sales.get("/api/instance/list").await.status, 200);
    for made in 2..=20 {
        let body = json!({ "name": format!("number {made}") });
        api.post("/api/instance/new", body).await.expect(201);
    }
    // However the path is written.
    for path in [
        "/api/instance/new",
        "/api/instance/new/",
        "//api//instance//new",
    ] {
        let refused = api.post(path, json!({ "name": "one more" })).await;
        assert_eq!(refused.message_error(), EXCEEDED, "{path}");
        assert_eq!(figures(&refused).0, 20, "{path}");
    }
    user.api.get("/devices").await.expect(200);
}
