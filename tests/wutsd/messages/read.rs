//! POST /messages/{id}/read

use serde_json::json;

use super::receipts::Kind;
use super::received_from;
use crate::send::Chat;

const READ: Kind = Kind {
    name: "read",
    wire: "read",
};

#[tokio::test]
async fn its_author_is_told() {
    READ.reaches_the_author().await;
}

#[tokio::test]
async fn in_a_group_the_author_is_named_as_the_group_names_them() {
    READ.reaches_the_author_in_a_group().await;
}

#[tokio::test]
async fn an_unknown_message_needs_its_chat_and_an_own_one_is_refused() {
    READ.is_refused().await;
}

#[tokio::test]
async fn the_chat_may_be_named_by_whatever_number_reaches_its_other_side() {
    let chat = Chat::open().await;
    let (known, dialled) = ("556184567890", "5561984567890");
    let control = &chat.world.control;
    let bea = json!({ "phone": known, "also": [dialled] });
    control.account_with(bea).await;
    let id = received_from(&chat, known, &chat.phone, "are you there?").await;
    for name in [known, dialled] {
        let body = json!({ "chat_jid": name });
        let told = chat
            .post(&format!("/messages/{id}/read"), body)
            .await
            .expect(200);
        assert_eq!(told["message_ids"], json!([id]), "{told}");
    }
    control.wait_to_be_told(known, &id, "read", 2).await;
}
