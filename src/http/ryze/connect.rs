//! GET /api/instance/connect/{instance} — a code to scan, or with `?number=` one to type on the phone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inferred::{ALREADY_CONNECTED, HAS_SESSION, PAIRING_CODE, PAIRING_STATUS};
use super::{INSTANCE, Instance, OPERATION};
use crate::contract::operation::Operation;
use crate::contract::param::Param;
use crate::failure::Failure;
use crate::http::devices::paircode::code_to_type;
use crate::http::devices::passkey::PASSKEY;
use crate::http::devices::qr::{FAILED, TIMED_OUT, ToScan, code_to_scan};
use crate::http::endpoint::{Context, Endpoint};
use crate::http::qr_image;
use crate::jid::PhoneNumber;

#[derive(Deserialize, ToSchema)]
pub struct ConnectInstance {
    /// The account's number: for a code to type.
    #[schema(value_type = Option<String>)]
    pub number: Option<PhoneNumber>,
}

/// Either the code to scan or the one to type.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InstanceCode)]
pub struct Code {
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qr_code_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pairing_code: Option<String>,
    status: &'static str,
}

impl Endpoint for ConnectInstance {
    type Caller = Instance;
    type Reply = Code;
    const SUMMARY: &'static str = "Shows a code to scan with the phone, or one to type";
    const OPERATION: Operation = OPERATION;
    const PARAMS: &'static [Param] = &[INSTANCE, Param::query("number")];

    fn refusals() -> Vec<Failure> {
        vec![ALREADY_CONNECTED, HAS_SESSION, PASSKEY, TIMED_OUT, FAILED]
    }

    async fn answer(self, context: Context<Instance>) -> Result<Code, Failure> {
        let Context { api, caller, .. } = context;
        let view = caller.view(&api).await?;
        match view.is_paired() {
            true if view.is_live() => return Err(ALREADY_CONNECTED),
            true => return Err(HAS_SESSION),
            false => {}
        }
        let device = caller.device.id;
        let Some(phone) = self.number else {
            let ToScan::Code { qr, .. } = code_to_scan(&api, device, true).await? else {
                return Err(PASSKEY);
            };
            return Ok(Code {
                message: "QR code generated",
                qr_code_base64: Some(qr_image::data_url(&qr.code)?),
                qr_code: Some(qr.code),
                status: "qr",
                ..Code::default()
            });
        };
        // The same one while it is good: another would make the one that is being typed worthless.
        let code = code_to_type(&api, device, phone, false).await?;
        Ok(Code {
            message: PAIRING_CODE,
            pairing_code: Some(code.code),
            status: PAIRING_STATUS,
            ..Code::default()
        })
    }
}
