//! POST /send/interactive — a list of which one entry can be chosen.

use serde::Deserialize;
use utoipa::ToSchema;

use super::{SentTo, by_to, distinct, send};
use crate::commands::{Command, Input};
use crate::contract::bounded::{
    Footer, ListBody, Opener, RowDescription, RowId, RowTitle, SectionTitle, Title,
};
use crate::contract::operation::Operation;
use crate::device::session::Session;
use crate::device::session::outgoing::Outgoing;
use crate::device::session::outgoing::list::{Choice, Cover, Group};
use crate::failure::{Failure, Invalid};
use crate::jid::Chat;

/// As in a catalog.
const SECTIONS: usize = 10;
const ROWS: usize = 100;

/// What can be chosen, and by whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(
    example = json!({
        "to": "5511999999999",
        "title": "Delivery",
        "body": "When may we come?",
        "footer": "On weekdays",
        "button_text": "Choose",
        "sections": [{"title": "Monday", "rows": [
            {"id": "mon-am", "title": "Morning", "description": "8 to 12"},
            {"id": "mon-pm", "title": "Afternoon"}
        ]}]
    })
)]
pub struct SendInteractive {
    /// A phone number, or the JID of a person or group.
    #[schema(value_type = String, example = "5511999999999")]
    to: Chat,
    /// At most 60 characters.
    title: Option<Title>,
    /// At most 4096 characters.
    body: ListBody,
    /// At most 60 characters.
    footer: Option<Footer>,
    /// What opens the list; at most 20 characters.
    button_text: Opener,
    /// 1 to 10, with 100 rows at most in all of them.
    sections: Vec<ListSection>,
}

/// Some entries under a title.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ListSection {
    /// Needed where there are several; at most 24 characters.
    title: Option<SectionTitle>,
    /// At least one.
    rows: Vec<ListRow>,
}

/// An entry.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ListRow {
    /// What the answer names it by; each has another one.
    #[schema(value_type = String, max_length = 200, example = "mon-am")]
    id: RowId,
    /// At most 24 characters.
    #[schema(value_type = String, max_length = 24, example = "Morning")]
    title: RowTitle,
    /// At most 72 characters.
    description: Option<RowDescription>,
}

/// Shows this list.
pub struct ShowList {
    to: Chat,
    cover: Cover,
    sections: Vec<Group<Choice>>,
}

impl Input for SendInteractive {
    type Command = ShowList;

    fn check(self) -> Result<ShowList, Invalid> {
        let count = self.sections.len();
        if !(1..=SECTIONS).contains(&count) {
            let problem = format!("sections must hold 1 to {SECTIONS} sections");
            return Err(Invalid::field("sections", problem));
        }
        for (number, section) in self.sections.iter().enumerate() {
            let field = format!("sections[{number}]");
            if section.rows.is_empty() {
                let field = format!("{field}.rows");
                let problem = format!("{field} must hold at least one row");
                return Err(Invalid::field(field, problem));
            }
            if count > 1 && section.title.is_none() {
                let field = format!("{field}.title");
                let problem = format!("{field} is required where there are several sections");
                return Err(Invalid::field(field, problem));
            }
        }
        let rows = || self.sections.iter().flat_map(|section| &section.rows);
        if rows().count() > ROWS {
            let problem = format!("sections must not hold more than {ROWS} rows");
            return Err(Invalid::field("sections", problem));
        }
        distinct("sections", rows().map(|row| row.id.as_str()))?;
        let choice = |row: ListRow| Choice {
            id: row.id.into(),
            title: row.title.into(),
            description: row.description.map(String::from),
        };
        let sections = self.sections.into_iter().map(|section| Group {
            title: section.title.map(String::from),
            entries: section.rows.into_iter().map(choice).collect(),
        });
        Ok(ShowList {
            to: self.to,
            cover: Cover {
                title: self.title.map(String::from),
                body: Some(self.body.into()),
                footer: self.footer.map(String::from),
                button: self.button_text.into(),
            },
            sections: sections.collect(),
        })
    }
}

impl Command for ShowList {
    type Reply = SentTo;
    const SUMMARY: &'static str = "Sends a list of which one entry can be chosen";
    const OPERATION: Operation = by_to(
        "send_interactive",
        "Failed to send interactive list message",
    );
    const SENDS: bool = true;

    async fn run(self, session: Session) -> Result<SentTo, Failure> {
        let message = Outgoing::choices(self.cover, self.sections);
        let ack = send(&session, "to", &self.to, message).await?;
        Ok(SentTo::new(
            ack,
            "Interactive list message sent successfully",
        ))
    }
}
