//! POST /users/{id}/promote — another role, up or down.

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
use crate::store::accounts::{Caller, Role};

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"new_role": "manager"}))]
pub struct PromoteUser {
    /// Whom.
    pub id: UserId,
    /// What the user may do from now on.
    pub new_role: Role,
}

/// The message stands beside `data`, so the payload brings both.
#[derive(Serialize, ToSchema)]
#[schema(
    as = PromotedUser,
    example = json!({
        "message": "User role updated successfully",
        "data": {
            "user_id": "0b0e8d1c-52b3-4f0f-9a3f-6a6f3f5d1c11",
            "old_role": "user",
            "new_role": "manager"
        }
    })
)]
pub struct Promoted {
    message: &'static str,
    data: Step,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RoleChange)]
struct Step {
    user_id: UserId,
    old_role: Role,
    new_role: Role,
}

impl Endpoint for PromoteUser {
    type Caller = Caller;
    type Reply = Promoted;
    const SUMMARY: &'static str = "Changes a user's role";
    const OPERATION: Operation = Operation::new("user", Envelope::Flat);
    const PARAMS: &'static [Param] = &[ID];

    fn needs(_: &Method) -> Needs {
        Needs::OwnToken
    }

    fn refusals() -> Vec<Failure> {
        NOT_CHANGED.into()
    }

    async fn answer(self, context: Context<Caller>) -> Result<Promoted, Failure> {
        to_the_end(async move {
            let actions = [Action::ChangeRole(self.new_role)];
            let changed = change::change(&context.api, context.caller, self.id, &actions).await?;
            let (old_role, new_role) = (changed.from.role, changed.to.role);
            info!(user.id = %self.id, from = old_role.name(), to = new_role.name(), "role changed");
            Ok(Promoted {
                message: "User role updated successfully",
                data: Step {
                    user_id: self.id,
                    old_role,
                    new_role,
                },
            })
        })
        .await
    }
}
