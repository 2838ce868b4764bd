//! GET /contacts

use serde_json::json;

use super::People;
use crate::support::until;

#[tokio::test]
async fn the_address_book_is_listed() {
    let people = People::start().await;
    let body = people.user.api.get("/contacts").await.expect(200);
    assert_eq!(body["count"], 1);
    assert_eq!(body["contacts"][0]["jid"], people.ada_jid());
    assert_eq!(body["contacts"][0]["full_name"], "Ada Lovelace");
}

#[tokio::test]
async fn a_contact_who_has_written_is_listed_with_its_own_name() {
    let people = People::start().await;
    let (api, ada) = (&people.user.api, &people.ada);
    let profile = json!({ "name": "Countess of Lovelace" });
    people.world.control.change_profile(ada, profile).await;
    people
        .world
        .control
        .send_text(ada, &people.phone, "hello")
        .await;
    let named = async || {
        let contact = api.get("/contacts").await.expect(200)["contacts"][0].clone();
        contact["push_name"].is_string().then_some(contact)
    };
    let contact = until("a push name", named).await;
    let expected = (&json!("Ada Lovelace"), &json!("Countess of Lovelace"));
    assert_eq!((&contact["full_name"], &contact["push_name"]), expected);
    let body = json!({ "jids": [people.ada_lid] });
    let resolved = api.post("/contacts/resolve", body).await.expect(200);
    assert_eq!(resolved["items"][0]["push_name"], "Countess of Lovelace");
}
