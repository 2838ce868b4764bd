//! The list of chats: what was done later counts, and no message is counted twice.

use super::messages::device;
use super::*;
use crate::store::chat_list::{ChatList, ChatName, Done, ListedChat, Wrote};
use crate::store::messages::{NewMessage, State};

const NAME: &str = "5511999999999@s.whatsapp.net";

fn chat(called: &String) -> ChatName<'_, String> {
    ChatName { name: NAME, called }
}

fn wrote<'a>(list: &ChatList, called: &'a String, id: &'a str, mine: bool, at: i64) -> Statement {
    let last = id.to_owned();
    let wrote = Wrote {
        id,
        mine,
        at,
        last: &last,
        own_name: None,
    };
    list.wrote(&chat(called), &wrote).unwrap()
}

async fn listed(store: &Store, device: DeviceNumber) -> Option<ListedChat<String>> {
    let mut chats = store.chats(device).await.unwrap();
    assert!(chats.len() < 2, "{chats:?}");
    chats.pop()
}

#[tokio::test]
async fn what_was_done_later_counts_in_whatever_order_it_is_heard() {
    let folder = Folder::new();
    let store = folder.open();
    let (device, ..) = device(&folder, &store).await;
    let (list, called) = (store.chat_list(device), NAME.to_owned());
    let changes = [
        (Done::Pinned(true), 20),
        (Done::Pinned(false), 10),
        (Done::MutedUntil(0), 40),
        (Done::MutedUntil(-1), 30),
        (Done::Archived(true), 5),
        (Done::Archived(false), 5),
    ];
    for (done, at) in changes {
        let done = list.done(&chat(&called), false, done, at).unwrap();
        store.write(vec![done]).await.unwrap();
    }
    let listed = listed(&store, device).await.unwrap();
    assert_eq!(listed.called, NAME);
    assert_eq!((listed.pinned, listed.muted_until), ((true, 20), (0, 40)));
    assert_eq!(listed.archived, (false, 5));
}

#[tokio::test]
async fn a_message_is_counted_once_and_read_by_who_reads_or_answers_after_it() {
    let folder = Folder::new();
    let store = folder.open();
    let (device, ..) = device(&folder, &store).await;
    let (list, called) = (store.chat_list(device), NAME.to_owned());
    let unread = async || listed(&store, device).await.unwrap().unread;
    // As the hook writes them, which may be called twice.
    for id in ["3EB0A", "3EB0B", "3EB0A", "3EB0B"] {
        let kept = NewMessage {
            id,
            mine: false,
            state: State::Sent,
            at: 100,
            about: &called,
            content: b"",
        };
        let put = store.message_book(device).put(&kept).unwrap();
        let unit = vec![wrote(&list, &called, id, false, 100), put];
        store.write(unit).await.unwrap();
    }
    assert_eq!(unread().await, 2);
    store.write(vec![list.read(NAME, 99)]).await.unwrap();
    assert_eq!(unread().await, 2);
    store.write(vec![list.read(NAME, 100)]).await.unwrap();
    assert_eq!(unread().await, 0);
    store.write(vec![list.unread(NAME, 100)]).await.unwrap();
    assert_eq!(unread().await, 1);
    let answer = wrote(&list, &called, "3EB0C", true, 200);
    let older = wrote(&list, &called, "3EB0D", false, 150);
    store.write(vec![answer, older]).await.unwrap();
    let chat = listed(&store, device).await.unwrap();
    assert_eq!((chat.unread, chat.active_at), (1, Some(200)));
    let last = store.last_in_chat::<String>(device, NAME).await.unwrap();
    assert_eq!(last, Some((false, Some("3EB0C".to_owned()))));
    store.write(vec![list.gone(NAME, 199)]).await.unwrap();
    assert!(listed(&store, device).await.is_some());
    store.write(vec![list.gone(NAME, 200)]).await.unwrap();
    assert!(listed(&store, device).await.is_none());
    // What comes after a logout is not kept.
    store.wipe(device).await.unwrap();
    let late = wrote(&list, &called, "3EB0E", false, 300);
    store.write(vec![late]).await.unwrap();
    assert!(listed(&store, device).await.is_none());
}
