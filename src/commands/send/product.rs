//! POST /send/product — a product of a shop, with its picture.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::picture::Picture;
use super::{Effort, Seconds, Sent, Stopwatch, by_number, pace, required};
use crate::commands::{Command, Input};
use crate::contract::bounded::{
    AnyBody, AnyProductId, Footer, PageUrl, ProductDescription, ProductId, ProductTitle,
};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::messages::Pace;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::product::Product;
use crate::failure::{Failure, Invalid, Step};
use crate::jid::{Chat, Person};

const UPLOAD: Step = Step {
    name: "upload",
    failed: "failed to upload product image",
};

/// Which product to show, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "business_owner_jid": "5511888888888@s.whatsapp.net",
        "product": {
            "product_id": "7891234567890",
            "title": "Coffee, 500 g",
            "description": "Roasted this week",
            "currency_code": "BRL",
            "price_amount_1000": 39900,
            "url": "https://example.com/coffee",
            "product_image_url": "https://example.com/coffee.jpg"
        },
        "body": "As you asked",
        "footer": "While stocks last"
    })
)]
pub struct SendProduct {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// Whose shop has it; absent: this account's.
    #[schema(value_type = Option<String>)]
    business_owner_jid: Option<Person>,
    product: ShownProduct,
    /// At most 1024 characters.
    body: Option<AnyBody>,
    /// At most 60 characters.
    footer: Option<Footer>,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
}

/// What is shown of a product.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ShownProduct {
    /// As the shop's catalog has it: another one opens nothing.
    #[schema(value_type = String, required = true, nullable = false, max_length = 100)]
    product_id: Option<ProductId>,
    /// At most 200 characters.
    #[schema(value_type = String, required = true, nullable = false, max_length = 200)]
    title: Option<ProductTitle>,
    /// At most 9999 characters.
    description: Option<ProductDescription>,
    /// ISO 4217, like BRL; needed with a price.
    #[schema(min_length = 3, max_length = 3)]
    currency_code: Option<String>,
    /// Thousandths of the currency's unit.
    #[schema(minimum = 0)]
    price_amount_1000: Option<i64>,
    /// The same, while it costs less.
    #[schema(minimum = 0)]
    sale_price_amount_1000: Option<i64>,
    /// The shop's own number of it.
    retailer_id: Option<AnyProductId>,
    url: Option<PageUrl>,
    /// Its picture in base64, also as a data URL. Either this or `product_image_url`, or none.
    product_image: Option<String>,
    /// Where to fetch its picture.
    product_image_url: Option<String>,
    /// How many pictures the catalog has of it.
    product_image_count: Option<u32>,
}

/// Shows this product.
pub struct ShowProduct {
    to: Chat,
    owner: Option<Person>,
    product: Product,
    picture: Option<Picture>,
    body: Option<String>,
    footer: Option<String>,
    pace: Pace,
}

/// A product that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentProduct {
    #[serde(flatten)]
    sent: Sent,
    metadata: Effort,
}

impl Input for SendProduct {
    type Command = ShowProduct;

    fn check(self) -> Result<ShowProduct, Invalid> {
        let (product, picture) = self.product.check()?;
        Ok(ShowProduct {
            to: self.number,
            owner: self.business_owner_jid,
            product,
            picture,
            body: self.body.map(String::from),
            footer: self.footer.map(String::from),
            pace: pace(self.delay, None),
        })
    }
}

impl ShownProduct {
    fn check(self) -> Result<(Product, Option<Picture>), Invalid> {
        let (price, sale_price) = (self.price_amount_1000, self.sale_price_amount_1000);
        for (name, amount) in [
            ("price_amount_1000", price),
            ("sale_price_amount_1000", sale_price),
        ] {
            if amount.is_some_and(|amount| amount < 0) {
                let field = format!("product.{name}");
                return Err(Invalid::field(field, format!("{name} must be 0 or more")));
            }
        }
        let currency = self.currency_code.map(|code| code.to_ascii_uppercase());
        let is_code =
            |code: &String| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase());
        if currency.as_ref().is_some_and(|code| !is_code(code)) {
            let problem = "currency_code must have three letters, like BRL";
            return Err(Invalid::field("product.currency_code", problem));
        }
        if currency.is_none() && price.or(sale_price).is_some() {
            let problem = "currency_code is required with a price";
            return Err(Invalid::field("product.currency_code", problem));
        }
        let product = Product {
            id: required("product.product_id", self.product_id)?.into(),
            title: required("product.title", self.title)?.into(),
            description: self.description.map(String::from),
            currency,
            price,
            sale_price,
            retailer_id: self.retailer_id.map(String::from),
            url: self.url.map(String::from),
            pictures: self.product_image_count,
        };
        let data = ("product.product_image", self.product_image);
        let picture = Picture::either(data, ("product.product_image_url", self.product_image_url))?;
        Ok((product, picture))
    }
}

impl Command for ShowProduct {
    type Reply = SentProduct;
    const SUMMARY: &'static str = "Sends a product of a shop";
    const OPERATION: Operation = by_number("send_product", "failed to send product message");
    const LARGE: bool = true;
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        self.pace.duration()
    }

    fn refusals() -> Vec<Failure> {
        let timed_out = Failure::TimedOut { message_id: None };
        vec![
            of_picture(Failure::Refused(String::new())),
            of_picture(timed_out),
        ]
    }

    async fn run(self, session: Session) -> Result<SentProduct, Failure> {
        let stopwatch = Stopwatch::start(&session);
        let chat = session.messages().open("number", &self.to).await?;
        let owner = chat.shop(self.owner.as_ref()).await?;
        let picture = match self.picture {
            Some(picture) => Some(picture.upload(&session).await.map_err(renamed)?),
            None => None,
        };
        chat.pace(&self.pace).await?;
        let jid = chat.named();
        let message = Outgoing::product(self.product, picture, owner, self.body, self.footer);
        let (sent, metadata) = stopwatch.stop(chat.send(message).await?, jid);
        Ok(SentProduct { sent, metadata })
    }
}

fn of_picture(failure: Failure) -> Failure {
    Failure::During(UPLOAD, Box::new(failure))
}

/// An upload that failed was one of a product's picture.
fn renamed(failure: Failure) -> Failure {
    match failure {
        Failure::During(_, failure) => of_picture(*failure),
        failure => failure,
    }
}
