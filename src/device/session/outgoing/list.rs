//! Lists to choose from: of anything, and of a shop's products.

use wa::message::ListMessage;
use wa::message::list_message::{
    ListType, Product, ProductListHeaderImage, ProductListInfo, ProductSection, Row, Section,
};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp as wa;

use super::Outgoing;

/// What is shown of a list before it is opened.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    pub title: Option<String>,
    pub body: Option<String>,
    pub footer: Option<String>,
    /// What opens the list.
    pub button: String,
}

/// Some entries under a title.
#[derive(Clone, Debug)]
pub struct Group<T> {
    pub title: Option<String>,
    pub entries: Vec<T>,
}

/// Something to choose.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the answer names it by.
    pub id: String,
    pub title: String,
    pub description: Option<String>,
}

impl Outgoing {
    /// A list of which one entry can be chosen.
    pub fn choices(cover: Cover, sections: Vec<Group<Choice>>) -> Self {
        let row = |choice: Choice| Row {
            title: Some(choice.title),
            description: choice.description,
            row_id: Some(choice.id),
        };
        let sections = sections.into_iter().map(|section| Section {
            title: section.title,
            rows: section.entries.into_iter().map(row).collect(),
        });
        Self::list(ListMessage {
            list_type: Some(ListType::SINGLE_SELECT),
            sections: sections.collect(),
            ..covered(cover)
        })
    }

    /// Some products of a shop by their ids. `owner`: whose shop that is, as a JID. `shown`: the product whose picture
    /// stands above.
    pub fn catalog(
        cover: Cover,
        owner: String,
        shown: Option<String>,
        sections: Vec<Group<String>>,
    ) -> Self {
        let product = |id| Product {
            product_id: Some(id),
        };
        let sections = sections.into_iter().map(|section| ProductSection {
            title: section.title,
            products: section.entries.into_iter().map(product).collect(),
        });
        let header = shown.map(|id| ProductListHeaderImage {
            product_id: Some(id),
            ..Default::default()
        });
        let products = ProductListInfo {
            product_sections: sections.collect(),
            header_image: header.into(),
            business_owner_jid: Some(owner),
        };
        Self::list(ListMessage {
            list_type: Some(ListType::PRODUCT_LIST),
            product_list_info: buffa::MessageField::some(products),
            ..covered(cover)
        })
    }

    fn list(list: ListMessage) -> Self {
        Self(wa::Message {
            list_message: buffa::MessageField::some(list),
            ..Default::default()
        })
    }

    /// What goes along with the message in its stanza: phones show no list without it. What buttons need, the library adds.
    pub(in crate::device) fn company(&self) -> Vec<Node> {
        if !self.0.list_message.is_set() {
            return Vec::new();
        }
        let list = NodeBuilder::new("list")
            .attr("type", "product_list")
            .attr("v", "2");
        let biz = NodeBuilder::new("biz").children([list.build()]);
        vec![biz.build()]
    }
}

fn covered(cover: Cover) -> ListMessage {
    ListMessage {
        title: cover.title,
        description: cover.body,
        footer_text: cover.footer,
        button_text: Some(cover.button),
        ..Default::default()
    }
}
