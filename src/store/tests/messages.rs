//! What is kept of messages, and how far they have come.

use serde::{Deserialize, Serialize};

use super::*;
use crate::ids::{DeviceId, TenantId, UserId};
use crate::store::accounts::{Caller, Role};
use crate::store::messages::{KeptBounds, KeptMessage, NewMessage, Reach, State, Whose};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct About {
    chat: String,
}

fn about() -> About {
    About {
        chat: "5511999999999@s.whatsapp.net".into(),
    }
}

fn new<'a>(id: &'a str, mine: bool, at: i64, about: &'a About) -> NewMessage<'a, About> {
    NewMessage {
        id,
        mine,
        state: State::Pending,
        at,
        about,
        content: b"what it holds",
    }
}

/// A paired device of a user of a tenant.
pub(super) async fn device(folder: &Folder, store: &Store) -> (DeviceNumber, DeviceId, Caller) {
    let (device, tenant, user) = (DeviceId::random(), TenantId::random(), UserId::random());
    folder.sabotage("PRAGMA foreign_keys = OFF");
    let sql = format!(
        "PRAGMA foreign_keys = OFF; INSERT INTO device (id, tenant_id, user_id, name, wanted, created_at, updated_at, account) \
         VALUES ('{device}', '{tenant}', '{user}', 'd', 1, 0, 0, x'00')"
    );
    folder.sabotage(&sql);
    let find = Statement::new("SELECT number FROM device WHERE id = $1").bind(device.to_string());
    let number = store.read(find).await.unwrap()[0].int(0).unwrap();
    let caller = Caller {
        user,
        tenant,
        role: Role::User,
        grant: None,
    };
    (DeviceNumber(number), device, caller)
}

async fn find(store: &Store, device: DeviceNumber, id: &str) -> Option<KeptMessage<About>> {
    store.message(device, id, Whose::Anybodys).await.unwrap()
}

#[tokio::test]
async fn what_others_have_written_is_read_from_the_newest_on() {
    let folder = Folder::new();
    let store = folder.open();
    let (number, _, _) = device(&folder, &store).await;
    let (elsewhere, _, _) = device(&folder, &store).await;
    let about = about();
    for id in ["3EB0A", "3EB0B", "3EB0C"] {
        let inbound = new(id, false, 1, &about);
        store.keep_message(number, &inbound).await.unwrap();
        let own = new(id, true, 1, &about);
        store.keep_message(number, &own).await.unwrap();
        store.keep_message(elsewhere, &inbound).await.unwrap();
    }
    let before = async |before: i64| -> Vec<KeptMessage<About>> {
        store.others_before(number, before, 2).await.unwrap()
    };
    let ids = |found: &[KeptMessage<About>]| -> Vec<String> {
        found.iter().map(|message| message.id.clone()).collect()
    };
    let newest = before(i64::MAX).await;
    assert_eq!(ids(&newest), ["3EB0C", "3EB0B"]);
    let older = before(newest[1].number).await;
    assert_eq!(ids(&older), ["3EB0A"]);
    assert!(before(older[0].number).await.is_empty());
}

#[tokio::test]
async fn a_message_is_found_by_its_device_and_by_whoever_may_know_of_that() {
    let folder = Folder::new();
    let store = folder.open();
    let (number, device, caller) = device(&folder, &store).await;
    let about = about();
    store
        .keep_message(number, &new("3EB0A", true, 1, &about))
        .await
        .unwrap();
    // Only the first under an id counts.
    let other = About {
        chat: "another".into(),
    };
    store
        .keep_message(number, &new("3EB0A", true, 2, &other))
        .await
        .unwrap();
    let kept = find(&store, number, "3EB0A").await.expect("it is kept");
    assert_eq!(
        (kept.about.clone(), &kept.content[..], kept.at),
        (about, &b"what it holds"[..], 1)
    );
    assert!(find(&store, number, "3EB0B").await.is_none());
    assert!(
        find(&store, DeviceNumber(number.0 + 1), "3EB0A")
            .await
            .is_none()
    );

    let found = async |caller: &Caller| {
        let found = store
            .find_message::<About>(caller, "3EB0A", Whose::Mine)
            .await;
        found.unwrap().map(|found| (found.device, found.user))
    };
    let owner = Some((device, caller.user));
    assert_eq!(found(&caller).await, owner);
    let colleague = Caller {
        user: UserId::random(),
        ..caller
    };
    assert_eq!(found(&colleague).await, None);
    let manager = Caller {
        role: Role::Manager,
        ..colleague
    };
    assert_eq!(found(&manager).await, owner);
    let stranger = Caller {
        tenant: TenantId::random(),
        ..manager
    };
    assert_eq!(found(&stranger).await, None);

    store
        .change_message(&kept, b"something else")
        .await
        .unwrap();
    let changed = find(&store, number, "3EB0A").await.expect("it is kept");
    assert_eq!(&changed.content[..], b"something else");
    // Nothing of it is in clear.
    let raw = std::fs::read(folder.path().join("wutsd.db-wal")).unwrap();
    for word in ["5511999999999", "something else", "what it holds"] {
        assert!(
            !raw.windows(word.len()).any(|part| part == word.as_bytes()),
            "{word}"
        );
    }
    store.wipe(number).await.unwrap();
    assert!(find(&store, number, "3EB0A").await.is_none());
    // What comes after the account has gone is not kept.
    store
        .keep_message(number, &new("3EB0A", true, 3, &other))
        .await
        .unwrap();
    assert!(find(&store, number, "3EB0A").await.is_none());
}

#[tokio::test]
async fn whatever_order_signs_come_in_a_message_never_goes_back() {
    let folder = Folder::new();
    let store = folder.open();
    let (number, ..) = device(&folder, &store).await;
    let (about, ada, bob) = (about(), "ada".to_owned(), "bob".to_owned());
    store
        .keep_message(number, &new("3EB0A", true, 1, &about))
        .await
        .unwrap();
    let sign = |state, who: Option<&'static str>, at| Reach {
        device: number,
        id: "3EB0A",
        state,
        who: who.map(|who| (who, if who == "ada" { &ada } else { &bob })),
        at,
        failure: (state == State::Failed).then_some("479"),
    };
    let state = async || {
        find(&store, number, "3EB0A")
            .await
            .expect("it is kept")
            .state
    };
    store
        .reach(&[sign(State::Read, Some("ada"), 20)])
        .await
        .unwrap();
    assert_eq!(state().await, State::Read);
    let late = [
        sign(State::Delivered, Some("bob"), 30),
        sign(State::Delivered, Some("ada"), 40),
        sign(State::Sent, None, 10),
        sign(State::Failed, None, 50),
    ];
    store.reach(&late).await.unwrap();
    assert_eq!(state().await, State::Read);
    store
        .reach(&[sign(State::Played, Some("ada"), 60)])
        .await
        .unwrap();
    assert_eq!(state().await, State::Played);
    let message = find(&store, number, "3EB0A").await.expect("it is kept");
    let reached = store
        .reached_by::<String>(number, message.number, 10)
        .await
        .unwrap();
    let reached: Vec<_> = reached
        .into_iter()
        .map(|one| (one.who, one.delivered_at, one.read_at, one.played_at))
        .collect();
    let expected = [
        (ada.clone(), Some(20), Some(20), Some(60)),
        (bob.clone(), Some(30), None, None),
    ];
    assert_eq!(reached, expected);

    // A refusal counts while nothing else is known, and what comes after it counts more.
    store
        .keep_message(number, &new("3EB0B", true, 1, &about))
        .await
        .unwrap();
    let refused = Reach {
        id: "3EB0B",
        ..sign(State::Failed, None, 2)
    };
    store.reach(&[refused]).await.unwrap();
    let failed = find(&store, number, "3EB0B").await.expect("it is kept");
    assert_eq!(
        (failed.state, failed.failure.as_deref()),
        (State::Failed, Some("479"))
    );
    let accepted = Reach {
        id: "3EB0B",
        ..sign(State::Sent, None, 3)
    };
    store.reach(&[accepted]).await.unwrap();
    let sent = find(&store, number, "3EB0B").await.expect("it is kept");
    assert_eq!((sent.state, sent.failure), (State::Sent, None));
}

#[tokio::test]
async fn old_ones_and_the_oldest_of_too_many_are_forgotten() {
    let folder = Folder::new();
    let store = folder.open();
    let (number, ..) = device(&folder, &store).await;
    let about = about();
    for at in 0..10 {
        let id = format!("3EB0{at}");
        store
            .keep_message(number, &new(&id, at % 2 == 0, at, &about))
            .await
            .unwrap();
    }
    let bounds = KeptBounds {
        age: Duration::from_secs(7),
        count: 5,
    };
    // Three are too old, and two are too many.
    assert_eq!(store.trim_messages(10, bounds).await.unwrap(), 5);
    for at in 0..10 {
        let kept = find(&store, number, &format!("3EB0{at}")).await;
        assert_eq!(kept.is_some(), at >= 5, "{at}");
    }
    let none = KeptBounds { count: 0, ..bounds };
    assert_eq!(store.trim_messages(10, none).await.unwrap(), 5);
}
