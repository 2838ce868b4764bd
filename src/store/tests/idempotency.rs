//! Keys under which something was asked for.

use super::*;
use crate::ids::UserId;
use crate::store::idempotency::{Asked, Known};
use crate::store::jobs::Outcome;

const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn a_key_keeps_its_message_id_and_its_answer_for_a_day() {
    let folder = Folder::new();
    let store = folder.open();
    let asked = Asked {
        user: UserId::random(),
        key: [1; 32],
        request: [2; 32],
    };
    let open = |id: &str| Known::Open(id.to_owned());
    let take = async |asked: &Asked, id: &str, now| {
        let known = store.take_key(asked, id, now).await;
        known.expect("what is known")
    };
    assert_eq!(take(&asked, "3EB0A", 0).await, Known::New);
    assert_eq!(take(&asked, "3EB0B", DAY).await, open("3EB0A"));
    let other = Asked {
        request: [3; 32],
        ..asked
    };
    assert_eq!(take(&other, "3EB0C", 1).await, Known::Different);
    let stranger = Asked {
        user: UserId::random(),
        ..other
    };
    assert_eq!(take(&stranger, "3EB0D", 1).await, Known::New);
    store.settle_key(&asked, b"done").await.expect("settled");
    // What was promised under it fails: it is done anew, and a late answer is not kept.
    store
        .end_job(DeviceNumber(1), "3EB0A", &Outcome::Unsure, None)
        .await
        .expect("ended");
    store.settle_key(&asked, b"late").await.expect("settled");
    assert_eq!(take(&asked, "3EB0B", 1).await, open("3EB0A"));
    store.settle_key(&asked, b"done").await.expect("settled");
    let done = Known::Answered(bytes::Bytes::from_static(b"done"));
    assert_eq!(take(&asked, "3EB0E", 2).await, done);
    assert_eq!(take(&other, "3EB0F", DAY + 1).await, Known::New);
}

#[tokio::test]
async fn a_key_under_which_nothing_was_done_may_mean_something_else() {
    let folder = Folder::new();
    let store = folder.open();
    let asked = Asked {
        user: UserId::random(),
        key: [1; 32],
        request: [2; 32],
    };
    let other = Asked {
        request: [3; 32],
        ..asked
    };
    let take = async |asked: &Asked, id: &str| store.take_key(asked, id, 0).await.expect("known");
    assert_eq!(take(&asked, "3EB0A").await, Known::New);
    store.free_key(&asked).await.expect("freed");
    assert_eq!(take(&other, "3EB0B").await, Known::New);
    store.settle_key(&other, b"done").await.expect("settled");
    store.free_key(&other).await.expect("not freed");
    assert_eq!(take(&asked, "3EB0C").await, Known::Different);
}
