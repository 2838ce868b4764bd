//! How far a status is, over steps, deletion and time.

use super::messages::device;
use super::*;
use crate::store::statuses::{KEPT, NewStatus, State, Step, StoredAudience};

const ID: &str = "3EB0STATUS";

fn audience() -> StoredAudience {
    StoredAudience {
        rule: 1,
        people: (1..=100).collect(),
    }
}

async fn put(store: &Store, device: DeviceNumber, promised: bool) -> bool {
    let new = NewStatus {
        device,
        id: ID,
        promised,
        audience: &audience(),
        begun: 40,
        message: b"what it holds",
        at: 1000,
    };
    store.put_status(&new).await.unwrap()
}

fn step(done: usize, begun: usize) -> Step<'static> {
    Step {
        begun,
        done,
        refused: 0,
        failure: None,
    }
}

#[tokio::test]
async fn a_status_is_worked_on_until_it_is_over_and_may_be_tried_again_when_it_has_failed() {
    let folder = Folder::new();
    let store = folder.open();
    let (device, _, caller) = device(&folder, &store).await;
    assert!(put(&store, device, true).await && !put(&store, device, true).await);
    store.hold_status(device, ID, 2000).await.unwrap();
    let open = store.next_status(device).await.unwrap().expect("work");
    assert_eq!(
        (open.audience, &open.message[..]),
        (audience(), &b"what it holds"[..])
    );
    assert_eq!(open.known.waiting_until, Some(2000));
    assert!(store.step_status(device, ID, step(40, 80)).await.unwrap());
    let found = store.find_status(&caller, ID).await.unwrap().expect("it");
    assert_eq!(
        (found.done, found.begun, found.waiting_until),
        (40, 80, None)
    );
    let failed = Step {
        failure: Some("no"),
        ..step(40, 80)
    };
    let end = store.end_status(device, ID, (State::Failed, failed), (1500, Vec::new()));
    assert!(end.await.unwrap());
    assert!(!store.step_status(device, ID, step(80, 100)).await.unwrap());
    assert!(store.next_status(device).await.unwrap().is_none());
    assert!(put(&store, device, false).await, "it has failed");
    let known = store.status(device, ID).await.unwrap().expect("it");
    assert_eq!((known.done, known.failure), (0, None));
    assert!(
        store.next_status(device).await.unwrap().is_none(),
        "nobody was promised it"
    );
    assert_eq!(store.statuses_left(device).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_that_is_deleted_comes_first_and_is_forgotten_a_day_after() {
    let folder = Folder::new();
    let store = folder.open();
    let (device, _, _) = device(&folder, &store).await;
    assert!(put(&store, device, true).await);
    assert!(store.delete_status(device, ID, "3EB0REVOKE").await.unwrap());
    assert!(!store.delete_status(device, ID, "3EB0OTHER").await.unwrap());
    assert!(
        !store.step_status(device, ID, step(40, 80)).await.unwrap(),
        "it goes no further"
    );
    let open = store.next_status(device).await.unwrap().expect("work");
    assert_eq!(open.known.state, State::Deleting);
    assert_eq!(open.known.revoke_id.as_deref(), Some("3EB0REVOKE"));
    assert!(open.message.is_empty() && open.known.begun == 40);
    store.tell_status(device, ID, 40).await.unwrap();
    store.status_deleted(device, ID, None, 3000).await.unwrap();
    assert!(store.next_status(device).await.unwrap().is_none());
    assert_eq!(store.sweep_statuses(3000 + KEPT).await.unwrap(), 0);
    let known = store.status(device, ID).await.unwrap().expect("it");
    assert_eq!((known.state, known.told), (State::Deleted, 40));
    assert_eq!(store.sweep_statuses(3001 + KEPT).await.unwrap(), 1);
    assert!(store.status(device, ID).await.unwrap().is_none());
}
