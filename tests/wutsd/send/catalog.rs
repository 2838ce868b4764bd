//! POST /send/catalog

use serde_json::{Value, json};

use super::Chat;

const PATH: &str = "/send/catalog";

#[tokio::test]
async fn a_catalog_is_shown_with_its_products() {
    let chat = Chat::open().await;
    let body = json!({
        "number": chat.ada,
        "business_owner_jid": "5511888888888",
        "title": "Our coffees",
        "description": "Roasted this week",
        "footer": "While stocks last",
        "button_text": "See them",
        "sections": [{ "title": "Beans", "product_ids": ["1", "2"] }, { "title": "Ground", "product_ids": ["3"] }],
        "header_product_id": "1"
    });
    let (sent, read) = chat.send(PATH, body).await;
    chat.is_documented(&sent);
    assert_eq!(
        read["message"]["list_message"],
        json!({
            "title": "Our coffees",
            "description": "Roasted this week",
            "footer_text": "While stocks last",
            "button_text": "See them",
            "list_type": "PRODUCT_LIST",
            "product_list_info": {
                "business_owner_jid": "5511888888888@s.whatsapp.net",
                "header_image": { "product_id": "1" },
                "product_sections": [
                    { "title": "Beans", "products": [{ "product_id": "1" }, { "product_id": "2" }] },
                    { "title": "Ground", "products": [{ "product_id": "3" }] }
                ]
            }
        })
    );
    assert_eq!(read["stanza"]["mediatype"], "list");
    assert_eq!(read["stanza"]["parts"][0]["tag"], "biz", "{read}");
}

#[tokio::test]
async fn a_catalog_that_is_too_large_or_has_no_button_is_refused() {
    let chat = Chat::open().await;
    let products = |count: usize| json!({ "product_ids": vec!["1"; count] });
    let right = json!({ "number": chat.ada, "button_text": "See", "sections": [products(1)] });
    let with = |field: &str, value: Value| {
        let mut body = right.clone();
        body[field] = value;
        body
    };
    let table = [
        (
            with("button_text", Value::Null),
            "button_text",
            "button_text is required",
        ),
        (
            with("button_text", json!("")),
            "button_text",
            "button_text is required",
        ),
        (
            with("sections", json!([])),
            "sections",
            "sections must hold 1 to 10 sections",
        ),
        (
            with("sections", json!(vec![products(1); 11])),
            "sections",
            "sections must hold 1 to 10 sections",
        ),
        (
            with("sections", json!([products(1), products(31)])),
            "sections[1].product_ids",
            "sections[1].product_ids must hold 1 to 30 products",
        ),
        (
            with("sections", json!([products(0)])),
            "sections[0].product_ids",
            "sections[0].product_ids must hold 1 to 30 products",
        ),
        (
            with(
                "sections",
                json!([products(30), products(30), products(30), products(11)]),
            ),
            "sections",
            "sections must not hold more than 100 products",
        ),
        (
            with("business_owner_jid", json!("x")),
            "business_owner_jid",
            "",
        ),
    ];
    for (body, field, text) in table {
        chat.refuses_field(PATH, body, field, text).await;
    }
    let most = with(
        "sections",
        json!([products(30), products(30), products(30), products(10)]),
    );
    chat.send(PATH, most).await;
    chat.refuses_in_the_standard_form(
        PATH,
        &right,
        "Invalid token",
        "failed to acquire device",
        "failed to send catalog message",
    )
    .await;
}

#[tokio::test]
async fn what_is_too_long_to_be_shown_is_refused_with_its_field() {
    let chat = Chat::open().await;
    let right = json!({
        "number": chat.ada,
        "title": "é".repeat(60),
        "description": "é".repeat(1024),
        "footer": "é".repeat(60),
        "button_text": "é".repeat(20),
        "sections": [{ "title": "é".repeat(24), "product_ids": ["1"] }]
    });
    chat.send(PATH, right.clone()).await;
    for (place, field, longest) in [
        ("/title", "title", 60),
        ("/description", "description", 1024),
        ("/footer", "footer", 60),
        ("/button_text", "button_text", 20),
        ("/sections/0/title", "sections[0].title", 24),
        (
            "/sections/0/product_ids/0",
            "sections[0].product_ids[0]",
            100,
        ),
    ] {
        let mut wrong = right.clone();
        *wrong.pointer_mut(place).expect(place) = json!("é".repeat(longest + 1));
        let text = format!("{field} must not be longer than {longest} characters");
        chat.refuses_field(PATH, wrong, field, &text).await;
    }
}
