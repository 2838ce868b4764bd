//! Products of a shop.

use wa::message::ProductMessage;
use wa::message::product_message::ProductSnapshot;
use waproto::whatsapp as wa;

use super::Outgoing;

/// What is shown of a product.
#[derive(Clone, Debug, Default)]
pub struct Product {
    /// As the shop's catalog has it.
    pub id: String,
    pub title: String,
    pub description: Option<String>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Thousandths of the currency's unit.
    pub price: Option<i64>,
    /// The same, while it costs less.
    pub sale_price: Option<i64>,
    /// The shop's own number of it.
    pub retailer_id: Option<String>,
    pub url: Option<String>,
    /// How many pictures the catalog has of it.
    pub pictures: Option<u32>,
}

impl Outgoing {
    /// A product with its picture, uploaded as any other. `owner`: whose shop has it, as a JID.
    pub fn product(
        product: Product,
        picture: Option<Self>,
        owner: String,
        body: Option<String>,
        footer: Option<String>,
    ) -> Self {
        let image = picture.and_then(|picture| picture.0.image_message.into_option());
        let pictures = product.pictures.or(image.as_ref().map(|_| 1));
        let shown = ProductSnapshot {
            product_image: image.into(),
            product_id: Some(product.id),
            title: Some(product.title),
            description: product.description,
            currency_code: product.currency,
            price_amount1000: product.price,
            sale_price_amount1000: product.sale_price,
            retailer_id: product.retailer_id,
            url: product.url,
            product_image_count: pictures,
            ..Default::default()
        };
        let content = ProductMessage {
            product: buffa::MessageField::some(shown),
            business_owner_jid: Some(owner),
            body,
            footer,
            ..Default::default()
        };
        Self(wa::Message {
            product_message: buffa::MessageField::some(content),
            ..Default::default()
        })
    }
}
