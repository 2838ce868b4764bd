//! GET /api/instance/connect/{instance} — a code to scan, or with `?number=` one to type on the phone.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::inferred::{ALREADY_CONNECTED, HAS_SESSION, PAIRING_CODE, PAIRING_STATUS};
use super::{OPERATION, about_one, instance, view};
use crate::failure::Failure;
use crate::http::instances::paircode::{BAD_NUMBER, code_to_type};
use crate::http::instances::qr::{FAILED, TIMED_OUT, code_to_scan};
use crate::http::openapi::about::About;
use crate::http::query::Query;
use crate::http::{Api, envelope, qr_image};
use crate::phone::PhoneNumber;

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = InstanceCode)]
enum Code {
    #[serde(rename_all = "camelCase")]
    ToScan {
        message: &'static str,
        qr_code: String,
        qr_code_base64: String,
        status: &'static str,
    },
    #[serde(rename_all = "camelCase")]
    ToType {
        message: &'static str,
        pairing_code: String,
        status: &'static str,
    },
}

pub fn about() -> About {
    about_one(
        "Shows a code to scan with the phone, or one to type",
        &OPERATION,
    )
    .query("number", "The account's number: for a code to type")
    .gives::<Code>()
    .refuses([
        BAD_NUMBER,
        ALREADY_CONNECTED,
        HAS_SESSION,
        TIMED_OUT,
        FAILED,
    ])
}

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, connect(&request, &api).await)
}

async fn connect(request: &HttpRequest, api: &Api) -> Result<Code, Failure> {
    let (_, device) = instance(request, api).await?;
    let query = Query::of(request);
    let number = query.text("number").filter(|number| !number.is_empty());
    let phone = number.map(PhoneNumber::parse).transpose();
    let phone = phone.map_err(|_| BAD_NUMBER)?;
    let view = view(api, &device).await?;
    match view.is_paired() {
        true if view.is_live() => return Err(ALREADY_CONNECTED),
        true => return Err(HAS_SESSION),
        false => {}
    }
    let Some(phone) = phone else {
        let (qr, _) = code_to_scan(api, device.id, true).await?;
        return Ok(Code::ToScan {
            message: "QR code generated",
            qr_code_base64: qr_image::data_url(&qr.code).map_err(|_| Failure::Internal)?,
            qr_code: qr.code,
            status: "qr",
        });
    };
    // Whoever asks again wants another one.
    let code = code_to_type(api, device.id, phone, true).await?;
    Ok(Code::ToType {
        message: PAIRING_CODE,
        pairing_code: code.code,
        status: PAIRING_STATUS,
    })
}
