//! Who gets a status: the contacts, or only these, or all but these.

use std::collections::HashSet;
use std::sync::Arc;

use wacore::request::InfoQuery;
use wacore::types::lid_pn::LearningSource;
use wacore_binary::builder::NodeBuilder;
use wacore_binary::{Jid, NodeContent, NodeRef, Server};
use whatsapp_rust::features::StatusPrivacySetting;
use whatsapp_rust::{Client, IqError};

use super::contacts::Contact;
use super::session::unanswered;
use crate::failure::Failure;

/// How many unknown contacts one query asks about.
const CONTACTS_PER_QUERY: usize = 100;

/// The people a status is encrypted for.
pub struct Audience {
    pub(super) setting: StatusPrivacySetting,
    pub(super) recipients: Vec<Jid>,
}

/// The account's status privacy as WhatsApp reports it.
pub(super) struct StatusPrivacy {
    setting: StatusPrivacySetting,
    list: Vec<Jid>,
}

/// Asks for the status privacy. It is asked for every status: the phone may have changed it a moment ago, and
/// a status that reaches somebody who was just excluded cannot be taken back.
pub(super) async fn status_privacy(client: &Arc<Client>) -> Result<StatusPrivacy, Failure> {
    let privacy = NodeBuilder::new("privacy").build();
    let server = Jid::new("", Server::Pn);
    let query = InfoQuery::get("status", server, Some(NodeContent::Nodes(vec![privacy])));
    match client.send_iq(query).await {
        Ok(answer) => Ok(read_privacy(answer.get())),
        // Never set: WhatsApp's default.
        Err(IqError::ServerError { code: 404, .. }) => Ok(everyone()),
        Err(error) => Err(unanswered(error)),
    }
}

fn everyone() -> StatusPrivacy {
    StatusPrivacy {
        setting: StatusPrivacySetting::Contacts,
        list: Vec::new(),
    }
}

/// WhatsApp sends every list it keeps; the one in force is marked `default`, or is the only one.
fn read_privacy(answer: &NodeRef<'_>) -> StatusPrivacy {
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
    let setting = match attribute(list, "type").as_deref() {
        Some("whitelist") => StatusPrivacySetting::AllowList,
        Some("blacklist") => StatusPrivacySetting::DenyList,
        _ => return everyone(),
    };
    let users = list.get_children_by_tag("user");
    let list = users
        .filter_map(|user| user.get_attr("jid")?.to_jid())
        .collect();
    StatusPrivacy { setting, list }
}

fn attribute(node: &NodeRef<'_>, name: &str) -> Option<String> {
    Some(node.get_attr(name)?.as_str().into_owned())
}

/// Turns privacy and contacts into recipients that the library can address: it needs LIDs.
pub(super) async fn resolve(
    client: &Arc<Client>,
    privacy: StatusPrivacy,
    blocked: &[Jid],
    contacts: Vec<Contact>,
) -> Result<Audience, Failure> {
    learn_lids(client, &contacts).await;
    let everybody: Vec<Jid> = contacts.iter().map(Contact::jid).collect();
    let mentioned: Vec<Jid> = everybody
        .iter()
        .chain(&privacy.list)
        .chain(blocked)
        .cloned()
        .collect();
    ask_for_lids(client, &mentioned).await?;
    let mut recipients = match privacy.setting {
        StatusPrivacySetting::AllowList => privacy.list,
        StatusPrivacySetting::DenyList => all_but(client, everybody, &privacy.list).await,
        _ => everybody,
    };
    recipients = all_but(client, recipients, blocked).await;
    if recipients.is_empty() {
        // Nobody to see it but the account's own devices, which is what the phone does as well.
        recipients.extend(client.lid());
    }
    Ok(Audience {
        setting: privacy.setting,
        recipients,
    })
}

/// Contacts often carry their LID already; then nobody needs to be asked.
async fn learn_lids(client: &Arc<Client>, contacts: &[Contact]) {
    let mut known = Vec::new();
    for contact in contacts {
        if let Some((pn, lid)) = contact.identities()
            && lid_of(client, &Jid::pn(pn)).await.is_none()
        {
            known.push((lid.to_owned(), pn.to_owned()));
        }
    }
    if !known.is_empty()
        && client
            .add_lid_pn_mappings(known, LearningSource::Other)
            .await
            .is_err()
    {
        tracing::warn!("the LIDs of some contacts could not be stored");
    }
}

/// Asks WhatsApp for the LIDs that are still unknown; the library keeps the answers.
async fn ask_for_lids(client: &Arc<Client>, people: &[Jid]) -> Result<(), Failure> {
    let mut unknown = Vec::new();
    for jid in people {
        if jid.is_pn() && lid_of(client, jid).await.is_none() {
            unknown.push(jid.clone());
        }
    }
    for batch in unknown.chunks(CONTACTS_PER_QUERY) {
        client
            .contacts()
            .is_on_whatsapp(batch)
            .await
            .map_err(|error| match error {
                whatsapp_rust::features::ContactError::Iq(error) => unanswered(error),
                _ => Failure::Refused("contact query".into()),
            })?;
    }
    Ok(())
}

async fn all_but(client: &Arc<Client>, everybody: Vec<Jid>, excluded: &[Jid]) -> Vec<Jid> {
    let mut keys = HashSet::new();
    for jid in excluded {
        keys.insert(identity(client, jid).await);
    }
    let mut admitted = Vec::with_capacity(everybody.len());
    for jid in everybody {
        if !keys.contains(&identity(client, &jid).await) {
            admitted.push(jid);
        }
    }
    admitted
}

/// The LID where it is known: the same person may be named by number in one list and by LID in the other.
async fn identity(client: &Arc<Client>, jid: &Jid) -> String {
    lid_of(client, jid)
        .await
        .unwrap_or_else(|| jid.to_non_ad())
        .to_string()
}

async fn lid_of(client: &Arc<Client>, jid: &Jid) -> Option<Jid> {
    if jid.is_lid() {
        return Some(jid.to_non_ad());
    }
    let entry = client.get_lid_pn_entry(jid).await.ok()??;
    Some(Jid::lid(&*entry.lid))
}
