//! DELETE /webhook/deliveries/{id} and /webhook/deliveries — dead letters are deleted. What waits is not touched.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NO_LETTER, OPERATION, about_own, id_in_path, letters, owner};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::{Api, envelope};

const MESSAGE: &str = "Dead letters deleted";

#[derive(Serialize, ToSchema)]
#[schema(as = PurgedLetters, example = json!({"message": "Dead letters deleted", "deleted": 1}))]
struct Purged {
    message: &'static str,
    deleted: usize,
}

pub fn about() -> About {
    about_own("Deletes all dead letters").gives::<Purged>()
}

pub fn about_one() -> About {
    about_own("Deletes a dead letter")
        .gives::<Purged>()
        .refuses([NO_LETTER])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, purge(&request, &api).await)
}

async fn purge(request: &HttpRequest, api: &Api) -> Result<Purged, Failure> {
    let owner = owner(request, api).await?;
    let id = id_in_path(request);
    let deleted = api.store.purge(owner, id.as_deref()).await;
    let deleted =
        deleted.map_err(|error| Failure::of_store("dead letters were not deleted", &error))?;
    Ok(Purged {
        message: MESSAGE,
        deleted: letters(deleted, id)?,
    })
}
