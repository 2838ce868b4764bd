//! The account's own privacy settings, which are WhatsApp's: every answer is read from there.

use wacore::iq::privacy::{PRIVACY_NAMESPACE, PrivacyCategory, PrivacyValue};
use wacore::request::InfoQuery;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, NodeContent, NodeRef, Server};

use super::Session;
use super::failures::{unanswered, unreadable};
use crate::failure::Failure;

/// The account's own privacy settings.
pub struct Privacy<'a>(&'a Session);

impl Session {
    /// The account's own privacy settings.
    pub fn privacy(&self) -> Privacy<'_> {
        Privacy(self)
    }
}

impl Privacy<'_> {
    /// Category and value, as WhatsApp names them; also those that nobody here knows.
    pub async fn all(&self) -> Result<Vec<(String, String)>, Failure> {
        let question = NodeContent::Nodes(vec![NodeBuilder::new("privacy").build()]);
        let query = InfoQuery::get(PRIVACY_NAMESPACE, Jid::new("", Server::Pn), Some(question));
        let asked = async { self.0.client.send_iq(query).await.map_err(unanswered) };
        read(self.0.query(asked).await?.get())
    }

    /// Changes one category with one stanza. `value` must be one that the category has.
    pub async fn set(&self, category: &str, value: &str) -> Result<(), Failure> {
        let (category, value) = (PrivacyCategory::from(category), PrivacyValue::from(value));
        let set = async {
            let set = self.0.client.set_privacy_setting(category, value).await;
            set.map_err(unanswered)
        };
        self.0.query(set).await.map(drop)
    }
}

/// The library's own reading fails as a whole when one category lacks something.
fn read(answer: &NodeRef<'_>) -> Result<Vec<(String, String)>, Failure> {
    let privacy = answer
        .get_optional_child("privacy")
        .ok_or_else(unreadable)?;
    let categories = privacy.get_children_by_tag("category");
    let setting = |category: &NodeRef<'_>| {
        let text = |key| {
            category
                .get_attr(key)
                .map(|value| value.as_str().into_owned())
        };
        Some((text("name")?, text("value")?))
    };
    Ok(categories.filter_map(setting).collect())
}
