//! POST /send/product

use serde_json::{Value, json};

use super::{Chat, DOT};

const PATH: &str = "/send/product";

#[tokio::test]
async fn a_product_is_shown_with_its_picture_and_its_price() {
    let chat = Chat::open().await;
    let body = json!({
        "number": chat.ada,
        "business_owner_jid": "5511888888888@s.whatsapp.net",
        "product": {
            "product_id": "7891",
            "title": "Coffee, 500 g",
            "description": "Roasted this week",
            "currency_code": "brl",
            "price_amount_1000": 39_900,
            "sale_price_amount_1000": 29_900,
            "retailer_id": "C-500",
            "url": "https://example.com/coffee",
            "product_image": DOT
        },
        "body": "As you asked",
        "footer": "While stocks last"
    });
    let (sent, read) = chat.send(PATH, body).await;
    chat.is_documented(&sent);
    let shown = &read["message"]["product_message"];
    assert_eq!(shown["business_owner_jid"], "5511888888888@s.whatsapp.net");
    assert_eq!(
        (&shown["body"], &shown["footer"]),
        (&json!("As you asked"), &json!("While stocks last"))
    );
    let product = &shown["product"];
    assert_eq!(product["product_id"], "7891");
    assert_eq!(product["title"], "Coffee, 500 g");
    assert_eq!(product["description"], "Roasted this week");
    assert_eq!(product["currency_code"], "BRL");
    assert_eq!(
        (
            &product["price_amount1000"],
            &product["sale_price_amount1000"]
        ),
        (&json!(39_900), &json!(29_900))
    );
    assert_eq!(product["retailer_id"], "C-500");
    assert_eq!(product["url"], "https://example.com/coffee");
    assert_eq!(product["product_image_count"], 1);
    let image = &product["product_image"];
    assert_eq!(image["mimetype"], "image/jpeg");
    assert!(
        image["media_key"].is_string() && image["direct_path"].is_string(),
        "{read}"
    );
    assert_eq!(
        read["stanza"],
        json!({ "type": "media", "mediatype": "product" })
    );

    // The account's own, and no picture.
    let own = json!({ "number": chat.ada, "product": { "product_id": "1", "title": "Tea" } });
    let (_, read) = chat.send(PATH, own).await;
    let shown = &read["message"]["product_message"];
    assert_eq!(
        shown["business_owner_jid"],
        format!("{}@s.whatsapp.net", chat.phone)
    );
    assert!(shown["product"]["product_image"].is_null(), "{read}");
}

#[tokio::test]
async fn a_product_without_its_name_is_refused_and_so_is_its_picture_that_cannot_be_uploaded() {
    let chat = Chat::open().await;
    let with = |field: &str, value: Value| {
        let mut product = json!({ "product_id": "7891", "title": "Coffee" });
        product[field] = value;
        json!({ "number": chat.ada, "product": product })
    };
    let table = [
        (
            with("title", Value::Null),
            "product.title",
            "title is required",
        ),
        (
            with("title", json!("")),
            "product.title",
            "title is required",
        ),
        (
            with("product_id", Value::Null),
            "product.product_id",
            "product_id is required",
        ),
        (
            json!({ "number": chat.ada }),
            "product.product_id",
            "product_id is required",
        ),
        (
            with("price_amount_1000", json!(-1)),
            "product.price_amount_1000",
            "price_amount_1000 must be 0 or more",
        ),
        (
            with("price_amount_1000", json!(1)),
            "product.currency_code",
            "currency_code is required with a price",
        ),
        (
            with("currency_code", json!("R$")),
            "product.currency_code",
            "currency_code must have three letters, like BRL",
        ),
        (
            with("product_image", json!("JVBERi0xLjc=")),
            "product.product_image",
            "",
        ),
    ];
    for (body, field, text) in table {
        chat.refuses_field(PATH, body, field, text).await;
    }
    let both = json!({ "product_id": "1", "title": "Tea", "product_image": DOT, "product_image_url": "https://example.com/tea.jpg" });
    let both = json!({ "number": chat.ada, "product": both });
    let text = "only one of product.product_image and product.product_image_url may be provided";
    chat.refuses_field(PATH, both, "product.product_image_url", text)
        .await;

    let pictured = with("product_image", json!(DOT));
    let fault = json!({ "jid": "*", "fault": "media_status", "status": 500 });
    chat.world.control.fault(fault).await;
    let answer = chat.post(PATH, pictured).await;
    assert_eq!(answer.text_error(), (502, "failed to upload product image"));
    chat.world.control.clear_faults().await;
    let right = with("description", json!("Roasted"));
    chat.refuses_in_the_standard_form(
        PATH,
        &right,
        "Invalid token",
        "failed to resolve user device",
        "failed to send product message",
    )
    .await;
}

#[tokio::test]
async fn what_is_too_long_to_be_shown_is_refused_with_its_field() {
    let chat = Chat::open().await;
    let right = json!({
        "number": chat.ada,
        "product": { "product_id": "1", "title": "é".repeat(200), "description": "é".repeat(9999) },
        "body": "é".repeat(1024),
        "footer": "é".repeat(60)
    });
    chat.send(PATH, right.clone()).await;
    for (place, field, longest) in [
        ("/product/product_id", "product.product_id", 100),
        ("/product/title", "product.title", 200),
        ("/product/description", "product.description", 9999),
        ("/body", "body", 1024),
        ("/footer", "footer", 60),
    ] {
        let mut wrong = right.clone();
        *wrong.pointer_mut(place).expect(place) = json!("é".repeat(longest + 1));
        let text = format!("{field} must not be longer than {longest} characters");
        chat.refuses_field(PATH, wrong, field, &text).await;
    }
}
