//! POST /webhook/deliveries/{id}/replay and /webhook/deliveries/replay — dead letters are delivered after all.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{NO_LETTER, OPERATION, about_own, id_in_path, letters, owner};
use crate::failure::Failure;
use crate::http::openapi::about::About;
use crate::http::uninterrupted::to_the_end;
use crate::http::{Api, envelope};

const MESSAGE: &str = "Dead letters will be delivered again";

#[derive(Serialize, ToSchema)]
#[schema(
    as = ReplayedLetters,
    example = json!({"message": "Dead letters will be delivered again", "replayed": 1})
)]
struct Replayed {
    message: &'static str,
    replayed: usize,
}

pub fn about() -> About {
    about_own("Puts all dead letters back into the queue").gives::<Replayed>()
}

pub fn about_one() -> About {
    about_own("Puts a dead letter back into the queue")
        .gives::<Replayed>()
        .refuses([NO_LETTER])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, replay(&request, &api).await)
}

async fn replay(request: &HttpRequest, api: &Api) -> Result<Replayed, Failure> {
    let owner = owner(request, api).await?;
    let (webhooks, id) = (api.webhooks.clone(), id_in_path(request));
    let replay = async move {
        let replayed = webhooks.replay(owner, id.as_deref()).await;
        let replayed = replayed
            .map_err(|error| Failure::of_store("dead letters were not replayed", &error))?;
        letters(replayed, id)
    };
    Ok(Replayed {
        message: MESSAGE,
        replayed: to_the_end(replay).await?,
    })
}
