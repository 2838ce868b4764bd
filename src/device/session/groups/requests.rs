//! People who ask to be let into a group.

use chrono::{DateTime, Utc};
use wacore::iq::groups::GetMembershipRequestsIq;
use wacore::iq::spec::IqSpec;
use wacore::request::InfoQuery;
use wacore_binary::{Jid, NodeRef};
use whatsapp_rust::features::GroupError;

use super::Groups;
use crate::device::known_as::KnownAs;
use crate::device::report::Participant;
use crate::device::session::jids;
use crate::device::told;
use crate::failure::Failure;
use crate::jid::GroupJid;

/// Somebody who asks to be let in.
#[derive(Clone, Debug)]
pub struct Request {
    /// As the group calls them.
    pub jid: String,
    /// Number and LID, as far as they are known.
    pub who: KnownAs,
    /// Since when.
    pub at: Option<DateTime<Utc>>,
    /// WhatsApp's word for how: `invite_link`, `linked_group_join`, `non_admin_add`.
    pub method: Option<String>,
}

/// The library's question, of whose answer it does not read all.
struct Asked(GetMembershipRequestsIq);

/// One row of the answer.
struct Row {
    jid: Jid,
    phone: Option<Jid>,
    at: Option<u64>,
    method: Option<String>,
}

impl IqSpec for Asked {
    type Response = Vec<Row>;

    fn build_iq(&self) -> InfoQuery<'static> {
        self.0.build_iq()
    }

    fn parse_response(&self, response: &NodeRef<'_>) -> anyhow::Result<Vec<Row>> {
        // It refuses what is no answer.
        self.0.parse_response(response)?;
        let list = response.get_optional_child("membership_approval_requests");
        let rows = list.into_iter();
        let rows = rows.flat_map(|list| list.get_children_by_tag("membership_approval_request"));
        let row = |node: &NodeRef<'_>| {
            let mut attrs = node.attrs();
            Some(Row {
                jid: attrs.optional_jid("jid")?,
                phone: attrs.optional_jid("phone_number"),
                at: attrs.optional_u64("request_time"),
                method: attrs
                    .optional_string("request_method")
                    .map(|text| text.into_owned()),
            })
        };
        Ok(rows.filter_map(row).collect())
    }
}

impl Groups<'_> {
    /// Who asks to be let in, as its admins are told. Also [`NOT_FOUND`](super::NOT_FOUND) and [`NOT_ADMIN`](super::NOT_ADMIN).
    pub async fn requests(&self, group: &GroupJid) -> Result<Vec<Request>, Failure> {
        let asked = Asked(GetMembershipRequestsIq::new(&jids::group(group)));
        let asked = async { self.0.client.execute(asked).await.map_err(GroupError::from) };
        let rows = self.have(group, asked).await?;
        let mut requests = Vec::with_capacity(rows.len());
        for row in rows {
            let named = Participant::new(&row.jid, row.phone.as_ref());
            let named = named.known_in(&self.0.life.records).await;
            requests.push(Request {
                jid: row.jid.to_string(),
                who: KnownAs::from(&named),
                at: row.at.map(told::seconds),
                method: row.method,
            });
        }
        Ok(requests)
    }
}
