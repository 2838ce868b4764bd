//! Communities that the account is in.

pub mod create;
pub mod links;
pub mod participants;
pub mod show;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::commands::groups::Shown;
use crate::device::session::communities::Part;
use crate::device::session::groups::Group;

/// A community, as all endpoints about communities show it: the group that it is, and those that belong to it.
#[derive(Debug, Serialize, ToSchema)]
struct Community {
    #[serde(flatten)]
    group: Shown,
    /// The group that everybody of the community is in, and in which its admins write.
    announcement_jid: Option<String>,
    /// The group for everybody who wants to talk; `null` where there is none.
    general_jid: Option<String>,
    /// Its groups, these two among them.
    groups: Vec<CommunityGroup>,
}

/// A group of a community.
#[derive(Debug, Serialize, ToSchema)]
struct CommunityGroup {
    jid: String,
    name: String,
    /// How many people are in it; `null` where WhatsApp has not told.
    members_count: Option<u32>,
    is_announcement: bool,
    is_general: bool,
}

impl Community {
    fn new(group: Group, parts: Vec<Part>) -> Self {
        let jid = |wanted: fn(&Part) -> bool| {
            let part = parts.iter().find(|part| wanted(part));
            part.map(|part| part.jid.clone())
        };
        Self {
            group: group.into(),
            announcement_jid: jid(|part| part.is_announcements),
            general_jid: jid(|part| part.is_general),
            groups: parts.into_iter().map(CommunityGroup::from).collect(),
        }
    }

    /// For the API's document.
    fn example() -> Value {
        let mut example = Shown::example();
        example["name"] = json!("Our town");
        example["is_locked"] = json!(true);
        example["announcement_jid"] = json!("120363021234567891@g.us");
        example["general_jid"] = json!("120363021234567892@g.us");
        let group = |jid: &str, name: &str, general: bool| {
            json!({
                "jid": jid,
                "name": name,
                "members_count": 1,
                "is_announcement": !general,
                "is_general": general
            })
        };
        example["groups"] = json!([
            group("120363021234567891@g.us", "Our town", false),
            group("120363021234567892@g.us", "General", true)
        ]);
        example
    }
}

impl From<Part> for CommunityGroup {
    fn from(part: Part) -> Self {
        Self {
            jid: part.jid,
            name: part.subject,
            members_count: part.members,
            is_announcement: part.is_announcements,
            is_general: part.is_general,
        }
    }
}
