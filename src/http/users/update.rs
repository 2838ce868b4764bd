//! PUT /users/{id} — whether a user is active, and which role it has.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;

use super::{NOT_CHANGED, change, id_in_path};
use crate::accounts::newcomer;
use crate::accounts::roles::Action;
use crate::failure::{Failure, Invalid};
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::{Api, body, envelope};
use crate::ids::UserId;
use crate::operation::{Envelope, Operation};

const OPERATION: Operation = Operation::new("user", Envelope::Flat);

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"active": true, "role": "manager"}))]
pub struct UpdateUser {
    #[serde(default)]
    pub active: Option<bool>,
    #[serde(default)]
    pub role: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = UpdatedUser, example = json!({"message": "User updated successfully"}))]
struct Updated {
    message: &'static str,
}

pub fn about() -> About {
    About::new(
        "Activates or deactivates a user, or changes the role",
        &OPERATION,
    )
    .takes::<UpdateUser>()
    .gives::<Updated>()
    .refuses(NOT_CHANGED)
}

pub async fn handle(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> HttpResponse {
    envelope::respond(&OPERATION, update(&request, payload, api).await)
}

async fn update(
    request: &HttpRequest,
    payload: web::Payload,
    api: web::Data<Api>,
) -> Result<Updated, Failure> {
    let caller = api.caller(request).await?;
    let id: UserId = id_in_path(request)?;
    let wanted: UpdateUser = body::json(request, payload, &api.limits).await?;
    let actions = actions(&wanted)?;
    to_the_end(async move {
        change::change(&api, caller, id, &actions).await?;
        info!(user.id = %id, "user updated");
        let message = "User updated successfully";
        Ok(Updated { message })
    })
    .await
}

/// Whoever changes a user must be allowed to see it, even where nothing is to change.
fn actions(wanted: &UpdateUser) -> Result<Vec<Action>, Invalid> {
    let mut actions = vec![Action::See];
    match wanted.active {
        Some(true) => actions.push(Action::Activate),
        Some(false) => actions.push(Action::Deactivate),
        None => {}
    }
    if let Some(name) = &wanted.role {
        actions.push(Action::ChangeRole(newcomer::role("role", name)?));
    }
    Ok(actions)
}
