//! Notices the end of an actor without which the daemon cannot go on.

use futures::FutureExt;
use futures::future::Shared;
use tokio::sync::oneshot;

/// Held by the actor for as long as it is there.
pub struct Alive(#[expect(dead_code, reason = "held, not read")] oneshot::Sender<()>);

/// Waits for the end of the one who holds the other half.
pub struct Gone(Shared<oneshot::Receiver<()>>);

impl Gone {
    /// The half for the actor, and the half for whoever wants to know.
    pub fn pair() -> (Alive, Self) {
        let (sender, receiver) = oneshot::channel();
        (Alive(sender), Self(receiver.shared()))
    }

    /// Returns when the other half is gone.
    pub async fn wait(&self) {
        // An error is the expected end: the other half was dropped, also by a panic.
        let _ = self.0.clone().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix::prelude::*;

    use super::*;

    struct Clumsy(#[expect(dead_code, reason = "held, not read")] Alive);

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Fall;

    impl Actor for Clumsy {
        type Context = Context<Self>;
    }

    impl Handler<Fall> for Clumsy {
        type Result = ();

        fn handle(&mut self, _: Fall, _: &mut Context<Self>) {
            panic!("a defect in the actor");
        }
    }

    #[actix::test]
    async fn an_actor_that_panics_is_gone_and_one_that_lives_is_not() {
        let (alive, gone) = Gone::pair();
        let clumsy = Clumsy(alive).start();
        let moment = Duration::from_millis(20);
        assert!(tokio::time::timeout(moment, gone.wait()).await.is_err());
        clumsy.do_send(Fall);
        let patience = Duration::from_secs(30);
        assert!(tokio::time::timeout(patience, gone.wait()).await.is_ok());
    }
}
