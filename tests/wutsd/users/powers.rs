//! Who may do what to whom, and that no tenant is left without an admin.

use reqwest::Method;
use serde_json::{Value, json};

use super::{NOBODY, newcomer};
use crate::support::{Api, User, World};

/// Every operation on users, with a sound body.
fn operations(id: &str) -> [(Method, String, Option<Value>); 6] {
    let email = format!("{}@example.com", uuid::Uuid::new_v4());
    [
        (Method::POST, "/users".into(), Some(newcomer(&email))),
        (Method::GET, "/users".into(), None),
        (Method::GET, format!("/users/{id}"), None),
        (
            Method::PUT,
            format!("/users/{id}"),
            Some(json!({ "active": true })),
        ),
        (
            Method::POST,
            format!("/users/{id}/promote"),
            Some(json!({ "new_role": "user" })),
        ),
        (Method::DELETE, format!("/users/{id}"), None),
    ]
}

async fn statuses(api: &Api, id: &str) -> [u16; 6] {
    let mut statuses = [0; 6];
    for (slot, (method, path, body)) in statuses.iter_mut().zip(operations(id)) {
        let answer = api.request(method, &path, body).await;
        assert_eq!(
            answer.body["success"],
            answer.status < 400,
            "{}",
            answer.text
        );
        *slot = answer.status;
    }
    statuses
}

#[tokio::test]
async fn every_operation_answers_every_kind_of_caller_as_it_should() {
    let world = World::start().await;
    let (admin, stranger) = (world.user().await, world.user().await);
    let manager = world.member(&admin, "manager").await;
    let plain = world.member(&admin, "user").await;
    // create, list, show, update, promote, delete; each caller meets a fresh plain user.
    let table = [
        ("no token", world.api.clone(), [401; 6]),
        ("bad token", world.api.as_user(NOBODY), [401; 6]),
        ("other tenant", stranger.api, [201, 200, 404, 404, 404, 404]),
        ("plain user", plain.api, [403; 6]),
        ("manager", manager.api, [403, 403, 200, 200, 200, 200]),
        ("admin", admin.api.clone(), [201, 200, 200, 200, 200, 200]),
        ("master", world.master(), [401, 401, 200, 401, 401, 401]),
    ];
    for (who, api, expected) in table {
        let target = world.member(&admin, "user").await;
        assert_eq!(statuses(&api, &target.user_id).await, expected, "{who}");
    }
}

#[tokio::test]
async fn another_tenants_user_answers_like_one_that_does_not_exist() {
    let world = World::start().await;
    let (owner, stranger) = (world.user().await, world.user().await);
    for (index, (method, path, body)) in operations(&owner.user_id).into_iter().enumerate() {
        let (_, nobodys_path, _) = operations(NOBODY)[index].clone();
        if path == nobodys_path {
            continue;
        }
        let theirs = stranger
            .api
            .request(method.clone(), &path, body.clone())
            .await;
        let nobodys = stranger.api.request(method, &nobodys_path, body).await;
        assert_eq!(theirs.text_error(), (404, "user not found"), "{path}");
        assert_eq!(nobodys.text_error(), theirs.text_error(), "{path}");
        assert_eq!(nobodys.body["error_code"], theirs.body["error_code"]);
    }
    owner.api.get("/users").await.expect(200);
}

/// Tries to give `target` this role and puts it back to what it was.
async fn promotes(actor: &User, target: &User, from: &str, to: &str, admin: &User) -> u16 {
    let path = format!("/users/{}/promote", target.user_id);
    let answer = actor.api.post(&path, json!({ "new_role": to })).await;
    let by_update = format!("/users/{}", target.user_id);
    let back = json!({ "role": from, "active": true });
    if answer.status == 200 {
        admin.api.put(&by_update, back).await.expect(200);
    }
    // The other door to the same room.
    let again = actor.api.put(&by_update, json!({ "role": to })).await;
    assert_eq!(again.status, answer.status, "{}", again.text);
    if again.status == 200 {
        let back = json!({ "role": from, "active": true });
        admin.api.put(&by_update, back).await.expect(200);
    }
    answer.status
}

#[tokio::test]
async fn roles_are_changed_as_the_matrix_says_by_either_endpoint() {
    let world = World::start().await;
    let admin = world.user().await;
    let manager = world.member(&admin, "manager").await;
    let plain = world.member(&admin, "user").await;
    // Who, from, and the statuses for: admin, manager, user.
    let table = [
        (&admin, "admin", [200, 200, 200]),
        (&admin, "manager", [200, 200, 200]),
        (&admin, "user", [200, 200, 200]),
        (&manager, "admin", [403, 403, 403]),
        (&manager, "manager", [403, 403, 403]),
        (&manager, "user", [403, 200, 200]),
        (&plain, "admin", [403, 403, 403]),
        (&plain, "manager", [403, 403, 403]),
        (&plain, "user", [403, 403, 403]),
    ];
    for (actor, from, expected) in table {
        let target = world.member(&admin, from).await;
        for (to, status) in ["admin", "manager", "user"].into_iter().zip(expected) {
            let found = promotes(actor, &target, from, to, &admin).await;
            assert_eq!(found, status, "{from} to {to}");
        }
    }
}

#[tokio::test]
async fn a_manager_touches_no_admin_and_no_other_manager() {
    let world = World::start().await;
    let admin = world.user().await;
    let manager = world.member(&admin, "manager").await;
    let peer = world.member(&admin, "manager").await;
    for target in [&admin, &peer] {
        let found = statuses(&manager.api, &target.user_id).await;
        assert_eq!(found, [403; 6]);
    }
    let path = format!("/users/{}", peer.user_id);
    let answer = manager.api.put(&path, json!({ "active": false })).await;
    let text = "insufficient permissions to manage this user";
    assert_eq!(answer.text_error(), (403, text));
    assert_eq!(answer.body["error_code"], "FORBIDDEN");
}

#[tokio::test]
async fn nobody_raises_deactivates_or_deletes_themselves_but_may_step_down() {
    let world = World::start().await;
    let admin = world.user().await;
    world.member(&admin, "admin").await;
    for role in ["admin", "manager", "user"] {
        let person = world.member(&admin, role).await;
        let path = format!("/users/{}", person.user_id);
        let text = "you cannot deactivate or delete your own account: another admin can";
        let deleted = person.api.delete(&path).await;
        assert_eq!(deleted.text_error(), (400, text));
        let asleep = person.api.put(&path, json!({ "active": false })).await;
        assert_eq!(asleep.text_error(), (400, text));
        if role != "admin" {
            let raised = person.api.put(&path, json!({ "role": "admin" })).await;
            let text = "insufficient permissions to assign this role";
            assert_eq!(raised.text_error(), (403, text));
        }
        let down = person.api.put(&path, json!({ "role": "user" })).await;
        down.expect(200);
        let shown = person.api.get(&path).await.expect(200);
        assert_eq!(shown["data"]["role"], "user");
    }
}

const LAST_ADMIN: &str = "the tenant must keep an active admin: make somebody else an admin first";

#[tokio::test]
async fn the_last_active_admin_stays() {
    let world = World::start().await;
    let admin = world.user().await;
    let own = format!("/users/{}", admin.user_id);
    let promote = format!("{own}/promote");
    let step_down = || admin.api.post(&promote, json!({ "new_role": "manager" }));
    assert_eq!(step_down().await.text_error(), (400, LAST_ADMIN));
    let by_update = admin.api.put(&own, json!({ "role": "user" })).await;
    assert_eq!(by_update.text_error(), (400, LAST_ADMIN));
    // Another admin who is not active, or belongs to another tenant, is none.
    world.user().await;
    let second = world.member(&admin, "admin").await;
    let other = format!("/users/{}", second.user_id);
    let asleep = admin.api.put(&other, json!({ "active": false })).await;
    asleep.expect(200);
    assert_eq!(step_down().await.text_error(), (400, LAST_ADMIN));
    let awake = admin.api.put(&other, json!({ "active": true })).await;
    awake.expect(200);
    step_down().await.expect(200);
    let deleted = second.api.delete(&own).await;
    deleted.expect(200);
}

/// Two requests at once; their statuses in order.
async fn at_once(
    one: impl Future<Output = crate::support::api::Answer>,
    other: impl Future<Output = crate::support::api::Answer>,
) -> [u16; 2] {
    let (one, other) = tokio::join!(one, other);
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    statuses
}

#[tokio::test]
async fn of_two_admins_who_go_at_once_one_stays() {
    let world = World::start_with(&[("HTTP__WORKERS", "2")]).await;
    for round in 0..12 {
        let a = world.user().await;
        let b = world.member(&a, "admin").await;
        let (a_path, b_path) = (
            format!("/users/{}", a.user_id),
            format!("/users/{}", b.user_id),
        );
        let demote = || json!({ "role": "user" });
        let statuses = match round % 4 {
            // Each demotes the other.
            0 => at_once(a.api.put(&b_path, demote()), b.api.put(&a_path, demote())).await,
            // Each steps down.
            1 => at_once(a.api.put(&a_path, demote()), b.api.put(&b_path, demote())).await,
            // Each deactivates the other.
            2 => {
                let asleep = || json!({ "active": false });
                at_once(a.api.put(&b_path, asleep()), b.api.put(&a_path, asleep())).await
            }
            _ => at_once(a.api.delete(&b_path), b.api.delete(&a_path)).await,
        };
        assert_eq!(statuses[0], 200, "round {round}: {statuses:?}");
        assert!(
            (400..500).contains(&statuses[1]),
            "round {round}: {statuses:?}"
        );
        let mut leads = 0;
        for person in [&a, &b] {
            leads += i32::from(person.api.get("/users").await.status == 200);
        }
        assert_eq!(leads, 1, "round {round}");
    }
}
