//! GET /users/{id} — one user: oneself, whom one has charge of, or anybody for the master token.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{NOT_FOUND, OUT_OF_REACH, change, id_in_path, not_a_uuid};
use crate::accounts::roles::Action;
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};
use crate::ids::UserId;
use crate::operation::{Envelope, Operation};
use crate::store::accounts::User;

const OPERATION: Operation = Operation::new("user", Envelope::Data);

pub fn about() -> About {
    About::new("Shows a user", &OPERATION)
        .gives::<User>()
        .refuses([not_a_uuid().into(), OUT_OF_REACH, NOT_FOUND])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, show(&request, &api).await)
}

async fn show(request: &HttpRequest, api: &Api) -> Result<User, Failure> {
    if api.master(request).is_ok() {
        return anybody(api, id_in_path(request)?).await;
    }
    let caller = api.caller(request).await?;
    let id = id_in_path(request)?;
    let (_, user) = change::permitted(api, caller, id, &[Action::See]).await?;
    Ok(user)
}

async fn anybody(api: &Api, id: UserId) -> Result<User, Failure> {
    let found = api.store.user(id).await;
    let found = found.map_err(|error| Failure::of_store("a user could not be read", &error))?;
    found.ok_or(NOT_FOUND)
}
