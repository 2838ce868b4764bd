//! POST /send/catalog — a list of products of a shop.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Effort, Seconds, Sent, Stopwatch, by_number, pace, required};
use crate::commands::{Command, Input};
use crate::contract::bounded::{AnyBody, Footer, Opener, ProductId, SectionTitle, Title};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::messages::Pace;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::list::{Cover, Group};
use crate::failure::{Failure, Invalid};
use crate::jid::{Chat, Person};

const SECTIONS: usize = 10;
const IN_SECTION: usize = 30;
const PRODUCTS: usize = 100;

/// Which products to show, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "number": "5511999999999",
        "business_owner_jid": "5511888888888@s.whatsapp.net",
        "title": "Our coffees",
        "description": "Roasted this week",
        "button_text": "See them",
        "sections": [{"title": "Beans", "product_ids": ["7891234567890", "7891234567891"]}],
        "header_product_id": "7891234567890"
    })
)]
pub struct SendCatalog {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    number: Chat,
    /// Whose shop has them; absent: this account's.
    #[schema(value_type = Option<String>)]
    business_owner_jid: Option<Person>,
    /// At most 60 characters.
    title: Option<Title>,
    /// At most 1024 characters.
    description: Option<AnyBody>,
    /// At most 60 characters.
    footer: Option<Footer>,
    /// What opens the list; at most 20 characters.
    #[schema(value_type = String, required = true, nullable = false, max_length = 20)]
    button_text: Option<Opener>,
    /// 1 to 10, with 100 products at most in all of them.
    sections: Vec<CatalogSection>,
    /// The product whose picture stands above.
    #[schema(value_type = Option<String>, max_length = 100)]
    header_product_id: Option<ProductId>,
    /// How many seconds nothing happens before.
    delay: Option<Seconds>,
}

/// Some products under a title.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CatalogSection {
    /// At most 24 characters.
    title: Option<SectionTitle>,
    /// 1 to 30, as the shop's catalog has them.
    #[schema(value_type = Vec<String>)]
    product_ids: Vec<ProductId>,
}

/// Shows these products.
pub struct ShowCatalog {
    to: Chat,
    owner: Option<Person>,
    cover: Cover,
    sections: Vec<Group<String>>,
    shown: Option<String>,
    pace: Pace,
}

/// A catalog that WhatsApp has accepted.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentCatalog {
    #[serde(flatten)]
    sent: Sent,
    metadata: Effort,
}

impl Input for SendCatalog {
    type Command = ShowCatalog;

    fn check(self) -> Result<ShowCatalog, Invalid> {
        let cover = Cover {
            title: self.title.map(String::from),
            body: self.description.map(String::from),
            footer: self.footer.map(String::from),
            button: required("button_text", self.button_text)?.into(),
        };
        if !(1..=SECTIONS).contains(&self.sections.len()) {
            let problem = format!("sections must hold 1 to {SECTIONS} sections");
            return Err(Invalid::field("sections", problem));
        }
        for (number, section) in self.sections.iter().enumerate() {
            if !(1..=IN_SECTION).contains(&section.product_ids.len()) {
                let field = format!("sections[{number}].product_ids");
                let problem = format!("{field} must hold 1 to {IN_SECTION} products");
                return Err(Invalid::field(field, problem));
            }
        }
        let products = self
            .sections
            .iter()
            .map(|section| section.product_ids.len());
        if products.sum::<usize>() > PRODUCTS {
            let problem = format!("sections must not hold more than {PRODUCTS} products");
            return Err(Invalid::field("sections", problem));
        }
        let sections = self.sections.into_iter().map(|section| Group {
            title: section.title.map(String::from),
            entries: section.product_ids.into_iter().map(String::from).collect(),
        });
        Ok(ShowCatalog {
            to: self.number,
            owner: self.business_owner_jid,
            cover,
            sections: sections.collect(),
            shown: self.header_product_id.map(String::from),
            pace: pace(self.delay, None),
        })
    }
}

impl Command for ShowCatalog {
    type Reply = SentCatalog;
    const SUMMARY: &'static str = "Sends a list of products of a shop";
    const OPERATION: Operation = Operation {
        no_device: "failed to acquire device",
        ..by_number("send_catalog", "failed to send catalog message")
    };
    const SENDS: bool = true;

    fn patience(&self) -> Duration {
        self.pace.duration()
    }

    async fn run(self, session: Session) -> Result<SentCatalog, Failure> {
        let stopwatch = Stopwatch::start(&session);
        let chat = session.messages().open("number", &self.to).await?;
        let owner = chat.shop(self.owner.as_ref()).await?;
        chat.pace(&self.pace).await?;
        let jid = chat.named();
        let message = Outgoing::catalog(self.cover, owner, self.shown, self.sections);
        let (sent, metadata) = stopwatch.stop(chat.send(message).await?, jid);
        Ok(SentCatalog { sent, metadata })
    }
}
