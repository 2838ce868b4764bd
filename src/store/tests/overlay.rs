//! Staged writes: visible at once, in order, durable with the next commit or soon.

use bytes::Bytes;
use wacore::store::traits::*;

use super::*;

/// Keeps the writer from committing until the guard is dropped.
struct Held(rusqlite::Connection);

impl Held {
    fn new(folder: &Folder) -> Self {
        let other = folder.raw();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        Self(other)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

#[tokio::test]
async fn staged_writes_are_visible_before_they_are_durable() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    device
        .put_identities_batch(&[("a@s.0".into(), [1; 32]), ("b@s.0".into(), [2; 32])])
        .await
        .unwrap();
    device.put_session("a@s.0", b"session").await.unwrap();
    assert!(
        !device.has_session("b@s.0").await.unwrap(),
        "the first read waits for the writer"
    );

    let held = Held::new(&folder);
    device.put_identity("a@s.0", [9; 32]).await.unwrap();
    device.delete_identity("b@s.0").await.unwrap();
    device.put_identity("c@s.0", [3; 32]).await.unwrap();
    device
        .set_sender_key_status("g", &[("d1", true), ("d2", true)])
        .await
        .unwrap();
    device.clear_sender_key_devices("g").await.unwrap();
    device
        .set_sender_key_status("g", &[("d3", false)])
        .await
        .unwrap();
    let on_disk: i64 = folder
        .raw()
        .query_row("SELECT count(*) FROM record WHERE kind = 22", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(on_disk, 2, "nothing of it is on disk yet");
    check(&device).await;
    drop(held);

    device.commit_inbound(&[], vec![]).await.unwrap();
    check(&device).await;
    store.close().await;
    let store = folder.open();
    check(&backend(&store, 1)).await;
    store.close().await;
}

async fn check(device: &RecordBackend) {
    assert_eq!(device.load_identity("a@s.0").await.unwrap(), Some([9; 32]));
    assert_eq!(device.load_identity("b@s.0").await.unwrap(), None);
    assert_eq!(device.load_identity("c@s.0").await.unwrap(), Some([3; 32]));
    assert!(device.has_session("a@s.0").await.unwrap());
    assert!(device.has_signal_state_for_user("c").await.unwrap());
    assert!(!device.has_signal_state_for_user("b").await.unwrap());
    assert_eq!(
        device.get_sender_key_devices("g").await.unwrap(),
        [("d3".to_owned(), false)]
    );
}

#[tokio::test]
async fn staged_writes_become_durable_without_a_later_commit() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    device.put_identity("a@s.0", [1; 32]).await.unwrap();
    let raw = folder.raw();
    let count = || {
        raw.query_row("SELECT count(*) FROM record WHERE kind = 22", [], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap()
    };
    while count() == 0 {
        tokio::task::yield_now().await;
    }
    store.close().await;
}

#[tokio::test]
async fn a_commit_takes_all_earlier_writes_along() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    for number in 0..50 {
        device
            .store_pending_inbound("c", "s", &number.to_string(), b"message")
            .await
            .unwrap();
    }
    device.put_session("a@s.0", b"session").await.unwrap();
    let pending: i64 = folder
        .raw()
        .query_row("SELECT count(*) FROM record WHERE kind = 39", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(pending, 50);
    store.close().await;
}

#[tokio::test]
async fn many_staged_writes_share_few_commits() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    let before = store.load().commits;
    for number in 0..200 {
        device.delete_devices(&number.to_string()).await.unwrap();
    }
    device.commit_inbound(&[], vec![]).await.unwrap();
    assert!(store.load().commits - before < 50);
    store.close().await;
}

#[tokio::test]
async fn the_overlay_is_empty_once_all_is_durable() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    let keys: Vec<(u32, Bytes)> = (0..100)
        .map(|id| (id, Bytes::from_static(b"key")))
        .collect();
    device.store_prekeys_batch(&keys, false).await.unwrap();
    device.remove_prekey(5).await.unwrap();
    device.commit_inbound(&[], vec![]).await.unwrap();
    assert_eq!(device.staged(), 0);
    assert_eq!(
        device
            .load_prekeys_batch(&[4, 5, 6, 4])
            .await
            .unwrap()
            .len(),
        3
    );
    store.close().await;
}

#[tokio::test]
async fn many_pre_keys_are_read_like_few() {
    let folder = Folder::new();
    let store = folder.open();
    let (device, other) = (backend(&store, 1), backend(&store, 2));
    let key = |id: u32| (id, Bytes::from(id.to_string()));
    let keys: Vec<(u32, Bytes)> = (0..150).map(key).collect();
    device.store_prekeys_batch(&keys, false).await.unwrap();
    other.store_prekeys_batch(&[key(300)], false).await.unwrap();
    device.commit_inbound(&[], vec![]).await.unwrap();
    // These are not durable yet.
    device.remove_prekey(7).await.unwrap();
    device
        .store_prekeys_batch(&[key(200)], false)
        .await
        .unwrap();
    // In any order, some twice, and some that are not there.
    let asked: Vec<u32> = (0..310).rev().chain([3, 7]).collect();
    let expected = asked.iter().copied();
    let expected = expected.filter(|id| *id != 7 && (*id < 150 || *id == 200));
    let found = device.load_prekeys_batch(&asked).await.unwrap();
    assert_eq!(found, expected.map(key).collect::<Vec<_>>());
    store.close().await;
}

#[tokio::test]
async fn concurrent_read_modify_writes_lose_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    device
        .store_received_tc_token("u", b"token", 10)
        .await
        .unwrap();
    let touches = (0..100).map(|sent| device.touch_tc_token_sender_timestamp("u", sent));
    let touched = futures::future::join_all(touches).await;
    assert!(touched.into_iter().all(|touched| touched.is_ok()));
    let token = device.get_tc_token("u").await.unwrap().unwrap();
    assert_eq!(
        (token.token.as_slice(), token.sender_timestamp),
        (&b"token"[..], Some(99))
    );
    store.close().await;
}

#[tokio::test]
async fn a_sent_message_is_there_for_everybody_who_asks_for_it() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    let stored = device.store_sent_message("c", "m", b"payload").await;
    stored.unwrap();
    let takes = (0..100).map(|_| device.take_sent_message("c", "m"));
    for taken in futures::future::join_all(takes).await {
        assert_eq!(taken.unwrap().as_deref(), Some(&b"payload"[..]));
    }
    store.close().await;
}
