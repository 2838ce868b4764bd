//! Lives: fences, stale backends, wiping.

use bytes::Bytes;
use wacore::store::traits::{PendingInboundKey, ProtocolStore, SignalStore};

use super::*;

/// From now on sessions cannot be written, everything else can.
const REFUSE_SESSIONS: &str = "CREATE TRIGGER refuse BEFORE INSERT ON record WHEN NEW.kind = 23 AND NEW.device = 1 \
    BEGIN SELECT RAISE(ABORT, 'refused by the test'); END";

#[tokio::test]
async fn the_first_failed_write_ends_the_life_and_nothing_staged_after_it_is_kept() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    device.put_session("a@s.0", b"old").await.unwrap();
    folder.sabotage(REFUSE_SESSIONS);

    let failed = device
        .put_sessions_batch(&[("a@s.0".into(), Bytes::from_static(b"new"))])
        .await;
    assert!(failed.is_err());
    assert!(matches!(device.fenced().await, StoreError::Constraint(_)));
    folder.sabotage("DROP TRIGGER refuse");

    assert!(device.put_identity("a@s.0", [1; 32]).await.is_err());
    assert!(device.put_session("b@s.0", b"later").await.is_err());
    assert!(device.get_session("a@s.0").await.is_err());
    assert!(
        device.get_pending_inbound("c", "s", "id").await.is_err(),
        "absent would mean: acknowledge it"
    );
    assert!(device.get_all_tc_token_jids().await.is_err());
    assert!(device.commit_inbound(&[], vec![]).await.is_err());

    let next = backend(&store, 1);
    assert_eq!(next.get_session("a@s.0").await.unwrap().unwrap(), "old");
    assert!(next.get_session("b@s.0").await.unwrap().is_none());
    assert!(next.load_identity("a@s.0").await.unwrap().is_none());
    assert!(next.failure().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_staged_write_that_fails_later_ends_the_life_too() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    folder.sabotage("ALTER TABLE record RENAME TO hidden");
    device
        .store_pending_inbound("c", "s", "id", b"message")
        .await
        .unwrap();
    assert!(matches!(device.fenced().await, StoreError::Engine(_)));
    folder.sabotage("ALTER TABLE hidden RENAME TO record");
    assert!(device.get_pending_inbound("c", "s", "id").await.is_err());
    assert!(
        device
            .put_session("a@s.0", b"must not overtake")
            .await
            .is_err()
    );
    assert!(
        backend(&store, 1)
            .get_session("a@s.0")
            .await
            .unwrap()
            .is_none()
    );
    store.close().await;
}

#[tokio::test]
async fn one_device_in_a_group_fails_without_the_others() {
    let folder = Folder::new();
    let store = folder.open();
    let (bad, good) = (backend(&store, 1), backend(&store, 2));
    folder.sabotage(REFUSE_SESSIONS);
    let pending = ("c", "s", "id");
    bad.store_pending_inbound(pending.0, pending.1, pending.2, b"message")
        .await
        .unwrap();
    let (failed, after, kept) = futures::join!(
        bad.put_session("a@s.0", b"x"),
        bad.put_sender_key("a@s.0", b"after the failure"),
        good.put_session("a@s.0", b"x")
    );
    assert!(failed.is_err() && after.is_err());
    kept.unwrap();
    let next = backend(&store, 1);
    assert!(
        next.get_pending_inbound("c", "s", "id")
            .await
            .unwrap()
            .is_some(),
        "it was before the failure"
    );
    assert!(next.get_sender_key("a@s.0").await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_stale_life_can_neither_read_nor_write() {
    let folder = Folder::new();
    let store = folder.open();
    let old = backend(&store, 1);
    old.put_session("a@s.0", b"old").await.unwrap();
    let new = backend(&store, 1);
    for refused in [
        old.put_session("a@s.0", b"zombie").await.err(),
        old.get_session("a@s.0").await.err(),
    ] {
        let source = std::error::Error::source(&refused.unwrap())
            .unwrap()
            .to_string();
        assert!(source.contains("life of the device is over"), "{source}");
    }
    assert_eq!(new.get_session("a@s.0").await.unwrap().unwrap(), "old");
    store.close().await;
}

#[tokio::test]
async fn what_a_life_queued_before_it_became_stale_is_refused_by_the_writer() {
    let folder = Folder::new();
    let store = folder.open();
    let old = backend(&store, 1);
    let other = folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (plug, _) = start(store.write(vec![nothing()]));
    while store.load().waiting_writes > 0 {
        tokio::task::yield_now().await;
    }
    let (zombie, _) = start(old.put_session("a@s.0", b"zombie"));
    let new = backend(&store, 1);
    other.execute_batch("ROLLBACK").unwrap();
    plug.await.unwrap();
    assert!(zombie.await.is_err());
    assert!(new.get_session("a@s.0").await.unwrap().is_none());
    store.close().await;
}

#[tokio::test]
async fn a_new_life_reads_only_after_what_an_older_one_was_committing() {
    let folder = Folder::new();
    let store = folder.open();
    let old = backend(&store, 1);
    old.put_session("a@s.0", b"first").await.unwrap();
    let other = folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (last, _) = start(old.put_session("a@s.0", b"second"));
    while store.load().waiting_writes > 0 {
        tokio::task::yield_now().await;
    }
    let new = backend(&store, 1);
    let (read, answered) = start(new.get_session("a@s.0"));
    assert!(answered.is_none());
    other.execute_batch("ROLLBACK").unwrap();
    let seen = read.await.unwrap().unwrap();
    // The writer had either taken the last write already, or refuses it.
    let expected = if last.await.is_ok() {
        "second"
    } else {
        "first"
    };
    assert_eq!(seen, expected);
    store.close().await;
}

#[tokio::test]
async fn wiping_removes_one_device_and_ends_its_life() {
    let folder = Folder::new();
    let store = folder.open();
    let (gone, kept) = (backend(&store, 1), backend(&store, 2));
    for device in [&gone, &kept] {
        device.put_session("a@s.0", b"session").await.unwrap();
        device.put_identity("a@s.0", [1; 32]).await.unwrap();
    }
    store.wipe(DeviceNumber(1)).await.unwrap();
    assert!(gone.put_session("a@s.0", b"zombie").await.is_err());
    let again = backend(&store, 1);
    assert!(again.get_session("a@s.0").await.unwrap().is_none());
    assert!(again.load_identity("a@s.0").await.unwrap().is_none());
    assert!(kept.get_session("a@s.0").await.unwrap().is_some());
    store.close().await;
}

#[tokio::test]
async fn a_write_that_its_caller_abandons_in_the_queue_ends_the_life() {
    let folder = Folder::new();
    let store = folder.open();
    let device = backend(&store, 1);
    let busy = folder.raw();
    busy.execute_batch("BEGIN IMMEDIATE").unwrap();
    let turn = device.hold_turn().await;
    drop(start(device.put_identity("a@s.0", [1; 32])));
    drop(turn);
    busy.execute_batch("ROLLBACK").unwrap();
    assert!(matches!(device.failure(), Some(StoreError::Abandoned)));
    store.close().await;
}

#[tokio::test]
async fn the_hook_commits_pending_row_removal_and_outbox_together() {
    let folder = Folder::new();
    let store = folder.open();
    store.write(vec![Statement::new(NOTE_TABLE)]).await.unwrap();
    let device = backend(&store, 1);
    device
        .store_pending_inbound("c", "s", "id", b"message")
        .await
        .unwrap();
    let before = store.load().commits;
    let message = PendingInboundKey {
        chat: "c",
        sender: "s",
        id: "id",
    };
    let rows = device
        .commit_inbound(&[message], vec![note("outbox")])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][0].text(0).unwrap(), "outbox");
    assert!(store.load().commits - before <= 2);
    assert!(
        device
            .get_pending_inbound("c", "s", "id")
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(notes(&store).await, ["outbox"]);
    store.close().await;
}
