//! PUT /users/{id} — whether a user is active, and which role it has.

use actix_web::http::Method;
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{ID, NOT_CHANGED, change};
use crate::accounts::roles::Action;
use crate::contract::operation::{Envelope, Operation};
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::detached::to_the_end;
use crate::http::endpoint::{Context, Endpoint, Needs};
use crate::ids::UserId;
use crate::store::accounts::{Caller, Role, Scope};

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"active": true, "role": "manager"}))]
pub struct UpdateUser {
    /// Whom.
    pub id: UserId,
    /// `false` ends the user's token at once.
    pub active: Option<bool>,
    /// What the user may do from now on.
    pub role: Option<Role>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UpdatedUser, example = json!({"message": "User updated successfully"}))]
pub struct Updated {
    message: &'static str,
}

impl Endpoint for UpdateUser {
    type Caller = Caller;
    type Reply = Updated;
    const SUMMARY: &'static str = "Activates or deactivates a user, or changes the role";
    const OPERATION: Operation = Operation::new("user", Envelope::Flat);
    const PARAMS: &'static [Param] = &[ID];

    fn needs(_: &Method) -> Needs {
        Needs::AllDevices(Scope::Manage)
    }

    fn refusals() -> Vec<Failure> {
        NOT_CHANGED.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<Updated, Failure> {
        if self.role.is_some() {
            // Nobody gives power by a token that was given.
            Needs::OwnToken.check(context.caller.grant)?;
        }
        let actions = self.actions();
        to_the_end(async move {
            change::change(&context.api, context.caller, self.id, &actions).await?;
            info!(user.id = %self.id, "user updated");
            let message = "User updated successfully";
            Ok(Updated { message })
        })
        .await
    }
}

impl UpdateUser {
    /// Whoever changes a user must be allowed to see it, even where nothing is to change.
    fn actions(&self) -> Vec<Action> {
        let activity = self.active.map(|active| match active {
            true => Action::Activate,
            false => Action::Deactivate,
        });
        let role = self.role.map(Action::ChangeRole);
        [Action::See]
            .into_iter()
            .chain(activity)
            .chain(role)
            .collect()
    }
}
