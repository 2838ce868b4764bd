//! GET /users — the users of the caller's tenant.
//!
//! The contract's examples show every user's `token` here. We cannot and would not: only hashes are stored, so that
//! neither a stolen database nor an admin's screen gives anybody away. A token is shown once, when its user is created.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::ADMINS_ONLY;
use crate::accounts::roles;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::operation::{Envelope, Operation};
use crate::store::accounts::User;

const OPERATION: Operation = Operation::new("user", Envelope::Flat);

#[derive(Serialize, ToSchema)]
#[schema(as = Users)]
struct List {
    users: Vec<User>,
}

pub fn about() -> About {
    About::new("Lists the users of the caller's tenant", &OPERATION)
        .gives::<List>()
        .refuses([ADMINS_ONLY])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, list(&request, &api).await)
}

async fn list(request: &HttpRequest, api: &Api) -> Result<List, Failure> {
    let caller = api.caller(request).await?;
    if !roles::may_create_and_list(caller.role) {
        return Err(ADMINS_ONLY);
    }
    let users = api.store.users(caller.tenant).await;
    let users = users.map_err(|error| Failure::of_store("users could not be listed", &error))?;
    Ok(List { users })
}
