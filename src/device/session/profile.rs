//! The account's own profile.

use super::{Session, failures};
use crate::failure::Failure;

/// The account's own profile.
pub struct Profile<'a>(&'a Session);

impl Session {
    /// The account's own profile.
    pub fn profile(&self) -> Profile<'_> {
        Profile(self)
    }
}

impl Profile<'_> {
    /// Sets the account's own picture, a JPEG, and returns WhatsApp's id of it.
    pub async fn set_picture(&self, jpeg: Vec<u8>) -> Result<String, Failure> {
        self.0.terms.sending.begin();
        let set = async {
            let profile = self.0.client.profile();
            let set = profile.set_profile_picture(jpeg).await;
            set.map_err(failures::profile)
        };
        Ok(self.0.query(set).await?.id)
    }
}
