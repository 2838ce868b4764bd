//! POST /users/{id}/promote — another role, up or down.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{NOT_CHANGED, change, id_in_path};
use crate::accounts::newcomer;
use crate::accounts::roles::Action;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::{Api, body, envelope};
use crate::ids::UserId;
use crate::operation::{Envelope, Operation};
use crate::store::accounts::Role;

/// The message stands beside `data`, so the payload brings both.
const OPERATION: Operation = Operation::new("user", Envelope::Flat);

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"new_role": "manager"}))]
pub struct Promote {
    pub new_role: String,
}

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
struct Promoted {
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

pub fn about() -> About {
    About::new("Changes a user's role", &OPERATION)
        .takes::<Promote>()
        .gives::<Promoted>()
        .refuses(NOT_CHANGED)
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    envelope::respond(&OPERATION, promote(&request, payload, api).await)
}

async fn promote(
    request: &HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> Result<Promoted, Failure> {
    let caller = api.caller(request).await?;
    let id: UserId = id_in_path(request)?;
    let wanted: Promote = body::json(request, payload, &api.limits).await?;
    let action = Action::ChangeRole(newcomer::role("new_role", &wanted.new_role)?);
    to_the_end(async move {
        let changed = change::change(&api, caller, id, &[action]).await?;
        let (old_role, new_role) = (changed.from.role, changed.to.role);
        info!(user.id = %id, from = old_role.name(), to = new_role.name(), "role changed");
        Ok(Promoted {
            message: "User role updated successfully",
            data: Step {
                user_id: id,
                old_role,
                new_role,
            },
        })
    })
    .await
}
