//! Who may see a status: written as WhatsApp Web writes it, read as WhatsApp has it.
//!
//! It is written as an app-state action, which the phone takes over and tells WhatsApp. Until it has, WhatsApp still names
//! the old rule; so what was written here last stands until WhatsApp's own answer changes, whoever changed it.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wacore::request::InfoQuery;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, NodeContent, NodeRef, Server};
use waproto::whatsapp as wa;
use waproto::whatsapp::sync_action_value::StatusPrivacyAction;
use waproto::whatsapp::sync_action_value::status_privacy_action::StatusDistributionMode;
use whatsapp_rust::{IqError, schemas};

use crate::device::session::{Session, failures};
use crate::failure::Failure;
use crate::store::{DeviceNumber, Store, StoreError};

const WRITTEN: &str = "status_privacy";

/// Whom the list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = StatusPrivacyType)]
pub enum Admits {
    /// All contacts; there is no list.
    Contacts,
    /// Only those on the list.
    Whitelist,
    /// All contacts but those on the list.
    Blacklist,
}

/// Who may see a status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusPrivacy {
    /// Whom the list means.
    pub admits: Admits,
    /// JIDs.
    pub list: Vec<String>,
}

/// What was written here, and what WhatsApp answered just before.
#[derive(Serialize, Deserialize)]
struct Written {
    rule: StatusPrivacy,
    before: StatusPrivacy,
}

/// The rule in force.
pub(super) async fn in_force(session: &Session) -> Result<StatusPrivacy, Failure> {
    let (store, device) = kept(session);
    let told = told(session).await?;
    let written = store.setting::<Written>(device, WRITTEN).await;
    match written.map_err(|error| not_kept(&error))? {
        Some(written) if written.before == told => Ok(written.rule),
        Some(_) => {
            let forgotten = store.delete_setting(device, WRITTEN).await;
            forgotten.map_err(|error| not_kept(&error))?;
            Ok(told)
        }
        None => Ok(told),
    }
}

/// Writes a rule; it decides about every status from now on.
pub(super) async fn write(session: &Session, rule: StatusPrivacy) -> Result<(), Failure> {
    // Whether it comes to an end or is cut off: nothing that was known before counts.
    let _changes = session.life.told.changing();
    let before = told(session).await?;
    let action = action(&rule);
    let client = session.client.clone();
    // A task of its own: a write to the app state must not be cut off half-way.
    let write = tokio::spawn(async move {
        client
            .send_app_state_action(&schemas::STATUS_PRIVACY, &[], &action)
            .await
    });
    let written = async {
        let written = write.await.map_err(|error| failures::task(&error))?;
        written.map_err(failures::app_state)
    };
    session.query(written).await?;
    let (store, device) = kept(session);
    let written = Written { rule, before };
    let noted = store.put_setting(device, WRITTEN, &written).await;
    noted.map_err(|error| not_kept(&error))
}

/// As WhatsApp tells it.
async fn told(session: &Session) -> Result<StatusPrivacy, Failure> {
    let privacy = NodeBuilder::new("privacy").build();
    let content = Some(NodeContent::Nodes(vec![privacy]));
    let query = InfoQuery::get("status", Jid::new("", Server::Pn), content);
    let told = async {
        match session.client.send_iq(query).await {
            Ok(answer) => Ok(read(answer.get())),
            // Never set: WhatsApp's default.
            Err(IqError::ServerError { code: 404, .. }) => Ok(everyone()),
            Err(error) => Err(failures::unanswered(error)),
        }
    };
    session.query(told).await
}

/// Where the rule that was written here is kept.
fn kept(session: &Session) -> (&Store, DeviceNumber) {
    (&session.life.shared.store, session.life.plan.number)
}

fn not_kept(error: &StoreError) -> Failure {
    Failure::of_store("the rule of the statuses could not be kept", error)
}

fn everyone() -> StatusPrivacy {
    StatusPrivacy {
        admits: Admits::Contacts,
        list: Vec::new(),
    }
}

/// WhatsApp sends every list it keeps; the one in force is marked `default`, or is the first.
fn read(answer: &NodeRef<'_>) -> StatusPrivacy {
    let Some(privacy) = answer.get_optional_child("privacy") else {
        return everyone();
    };
    let lists: Vec<_> = privacy.get_children_by_tag("list").collect();
    let in_force = lists
        .iter()
        .find(|list| attribute(list, "default").as_deref() == Some("true"));
    let Some(list) = in_force.or(lists.first()) else {
        return everyone();
    };
    let admits = match attribute(list, "type").as_deref() {
        Some("whitelist") => Admits::Whitelist,
        Some("blacklist") => Admits::Blacklist,
        _ => return everyone(),
    };
    let users = list.get_children_by_tag("user");
    let mut list: Vec<String> = users
        .filter_map(|user| Some(user.get_attr("jid")?.as_str().into_owned()))
        .collect();
    list.sort_unstable();
    StatusPrivacy { admits, list }
}

fn attribute(node: &NodeRef<'_>, name: &str) -> Option<String> {
    Some(node.get_attr(name)?.as_str().into_owned())
}

fn action(rule: &StatusPrivacy) -> wa::SyncActionValue {
    let mode = match rule.admits {
        Admits::Contacts => StatusDistributionMode::CONTACTS,
        Admits::Whitelist => StatusDistributionMode::ALLOW_LIST,
        Admits::Blacklist => StatusDistributionMode::DENY_LIST,
    };
    let action = StatusPrivacyAction {
        mode: Some(mode),
        user_jid: rule.list.clone(),
        ..Default::default()
    };
    wa::SyncActionValue {
        timestamp: Some(Utc::now().timestamp_millis()),
        status_privacy: buffa::MessageField::some(action),
        ..Default::default()
    }
}
