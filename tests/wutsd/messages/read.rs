//! POST /messages/{id}/read

use super::receipts::Kind;

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
