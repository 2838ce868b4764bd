//! One test per fault: the answer to the caller, the state afterwards, and that neighbours were not touched.

mod app_state;
mod backlog;
mod clock;
mod deaf;
mod exits;
mod fleet;
mod isolation;
mod kill;
mod numbers;
mod stopping;
mod storage;
mod storm;

use crate::support::{User, World};

/// Another device of the same daemon, to which nothing may happen.
struct Neighbour {
    user: User,
    contact: String,
    world_phone: String,
}

impl Neighbour {
    async fn of(world: &World) -> Self {
        let (user, phone) = world.paired_user().await;
        let contact = world.control.contact_of(&phone, "Neighbour").await;
        Self {
            user,
            contact,
            world_phone: phone,
        }
    }

    /// It is still in its first life after pairing, and works.
    async fn is_untouched(&self, world: &World) {
        let status = self.user.status().await;
        assert_eq!(status["phase"], "connected", "{status}");
        assert_eq!(status["last_exit"], "restart_required", "{status}");
        let posted = self.user.api.post_status("as ever").await.expect(200);
        let id = &posted["message_id"];
        world.control.wait_for_message(&self.contact, id).await;
        assert!(world.control.is_connected(&self.world_phone).await);
    }
}
