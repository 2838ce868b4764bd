//! The registration payload: what a companion says about itself before it has an account.

use buffa::Message;
use waproto::whatsapp::client_payload::DevicePairingRegistrationData;
use waproto::whatsapp::{DeviceProps, device_props::PlatformType};

use crate::sandbox::companion::SignedKey;
use crate::sandbox::keys::{self, Key32};
use crate::sandbox::refused::Refused;
use crate::sandbox::stanza;

/// The type byte of an X25519 key.
const KEY_TYPE: u8 = 5;

/// What a companion registers with.
#[derive(Clone)]
pub struct RegistrationData {
    pub registration_id: u32,
    pub identity: Key32,
    pub signed_key: SignedKey,
    /// What the companion calls itself, for the phone's list of linked devices.
    pub platform: String,
}

impl RegistrationData {
    /// Reads and checks the payload; the signed pre-key must be signed by the identity.
    pub fn verify(data: &DevicePairingRegistrationData) -> Result<Self, Refused> {
        const MALFORMED: Refused = Refused::with(400);
        let identity = data
            .e_ident
            .as_deref()
            .and_then(stanza::key32)
            .ok_or(MALFORMED)?;
        let value = data
            .e_skey_val
            .as_deref()
            .and_then(stanza::key32)
            .ok_or(MALFORMED)?;
        let signature = data.e_skey_sig.clone().ok_or(MALFORMED)?;
        if data.e_keytype.as_deref() != Some(&[KEY_TYPE]) {
            return Err(MALFORMED);
        }
        if !keys::verify(&identity, &[&[KEY_TYPE], &value], &signature) {
            return Err(MALFORMED);
        }
        let number = |bytes: &Option<Vec<u8>>| bytes.as_deref().and_then(stanza::number);
        Ok(Self {
            registration_id: number(&data.e_regid).ok_or(MALFORMED)?,
            identity,
            signed_key: SignedKey {
                id: number(&data.e_skey_id).ok_or(MALFORMED)?,
                value,
                signature,
            },
            platform: platform(data.device_props.as_deref()),
        })
    }
}

fn platform(props: Option<&[u8]>) -> String {
    let props = props.and_then(|bytes| DeviceProps::decode_from_slice(bytes).ok());
    let Some(props) = props else {
        return "unknown".to_owned();
    };
    let kind = props.platform_type.unwrap_or(PlatformType::UNKNOWN);
    let os = props.os.unwrap_or_default();
    format!("{kind:?} ({os})")
}
