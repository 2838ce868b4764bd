//! GET /contacts/blocklist

use serde_json::json;

use super::People;

#[tokio::test]
async fn what_the_phone_blocks_is_on_the_list() {
    let people = People::start().await;
    let (api, ada) = (&people.user.api, &people.ada);
    let items = async || api.get("/contacts/blocklist").await.expect(200)["data"]["items"].clone();
    assert_eq!(items().await, json!([]));
    let block = |action: &str| json!({ "jid": ada, "action": action });
    people
        .world
        .control
        .change_blocklist(&people.phone, block("block"))
        .await;
    assert_eq!(
        items().await,
        json!([{ "jid": people.ada_jid(), "phone_number": ada, "jid_pn": people.ada_jid(), "jid_lid": people.ada_lid }])
    );
    people
        .world
        .control
        .change_blocklist(&people.phone, block("unblock"))
        .await;
    assert_eq!(items().await, json!([]));
}
