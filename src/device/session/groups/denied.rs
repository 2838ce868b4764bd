//! Changes of groups, and why WhatsApp does not make them.

use whatsapp_rust::IqError;
use whatsapp_rust::features::GroupError;

use super::{Groups, NOT_FOUND};
use crate::device::session::failures;
use crate::failure::Failure;
use crate::jid::GroupJid;

/// The group lets only its admins do that.
pub const NOT_ADMIN: Failure = Failure::documented(403, "only an admin of the group can do that");

impl Groups<'_> {
    /// Has WhatsApp do something in a group. Also [`NOT_FOUND`] and [`NOT_ADMIN`].
    pub(super) async fn have<T>(
        &self,
        group: &GroupJid,
        work: impl Future<Output = Result<T, GroupError>>,
    ) -> Result<T, Failure> {
        // What WhatsApp says no to may need another question.
        match self.0.query(async { Ok(work.await) }).await? {
            Ok(done) => Ok(done),
            Err(error) => Err(self.denied(group, error).await),
        }
    }

    /// The same of what others see.
    pub(super) async fn have_changed<T>(
        &self,
        group: &GroupJid,
        work: impl Future<Output = Result<T, GroupError>>,
    ) -> Result<T, Failure> {
        self.0.changes(self.have(group, work)).await
    }

    /// Who is not in a group is refused with the same codes as who is no admin of it.
    async fn denied(&self, group: &GroupJid, error: GroupError) -> Failure {
        match code(&error) {
            Some(401 | 403) => match self.info(group).await {
                Err(failure) if failure == NOT_FOUND => NOT_FOUND,
                _ => NOT_ADMIN,
            },
            Some(404 | 410) => NOT_FOUND,
            _ => failures::group(error),
        }
    }
}

/// WhatsApp's code of a refusal.
pub(super) fn code(error: &GroupError) -> Option<u16> {
    match error {
        GroupError::Iq(IqError::ServerError { code, .. }) => Some(*code),
        _ => None,
    }
}
