//! GET /api/instance/connect/{instance} — a code to scan, or with `?number=` one to type on the phone.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::inferred::{ALREADY_CONNECTED, HAS_SESSION, PAIRING_CODE, PAIRING_STATUS};
use super::{OPERATION, instance, view};
use crate::failure::{Failure, Invalid};
use crate::http::instances::paircode::code_to_type;
use crate::http::instances::qr::code_to_scan;
use crate::http::query::Query;
use crate::http::{Api, envelope, qr_image};
use crate::phone::PhoneNumber;

#[derive(Serialize)]
#[serde(untagged)]
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

pub async fn handle(request: HttpRequest, api: web::Data<Api>) -> HttpResponse {
    envelope::respond(&OPERATION, connect(&request, &api).await)
}

async fn connect(request: &HttpRequest, api: &Api) -> Result<Code, Failure> {
    let (_, device) = instance(request, api).await?;
    let query = Query::of(request);
    let number = query.text("number").filter(|number| !number.is_empty());
    let phone = number.map(PhoneNumber::parse).transpose();
    let phone = phone.map_err(|bad| Invalid::field("number", bad.to_string()))?;
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
