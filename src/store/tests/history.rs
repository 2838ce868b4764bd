//! A device's history: bounded, in order, and gone with the device.

use chrono::Utc;

use super::messages::device;
use super::*;
use crate::store::history::NewEntry;

fn entry(event: &'static str) -> NewEntry {
    NewEntry {
        at: Utc::now(),
        event,
        reason: Some("connection_lost"),
        code: None,
        words: None,
        until: None,
    }
}

#[tokio::test]
async fn the_newest_200_entries_are_kept() {
    let folder = Folder::new();
    let store = folder.open();
    let (number, id, _) = device(&folder, &store).await;
    let (other, other_id, _) = device(&folder, &store).await;
    store.write(entry("other").put(other).into()).await.unwrap();
    for _ in 0..3 {
        // As the recorder writes them: many in one transaction.
        let unit = (0..99).flat_map(|_| entry("ended").put(number));
        store.write(unit.collect()).await.unwrap();
    }
    store.write(entry("last").put(number).into()).await.unwrap();
    let all = store.history(id, i64::MAX, 1000).await.unwrap();
    assert_eq!((all.len(), all[0].event.as_str()), (200, "last"));
    assert_eq!((all[0].number, all[199].number), (298, 99));
    let page = store.history(id, 100, 10).await.unwrap();
    assert_eq!(page.len(), 1);
    store.delete_device(id).await.unwrap();
    assert!(store.history(id, i64::MAX, 10).await.unwrap().is_empty());
    // Whatever is told of it afterwards is nobody's trouble.
    store.write(entry("late").put(number).into()).await.unwrap();
    let kept = store.history(other_id, i64::MAX, 10).await.unwrap();
    assert_eq!(kept.len(), 1);
}
