//! What lets a device use the media host: its name and an expiry, signed with the server's secret.

use subtle::ConstantTimeEq;

use crate::sandbox::address::Address;
use crate::sandbox::keys::{self, Key32};

/// Seconds for which `media_conn` lets a device upload.
pub const AUTH_TTL: u64 = 21_600;

/// What `media_conn` gives a device: it proves later that this server let the device upload.
pub fn issue(secret: &Key32, device: &Address, now: u64) -> String {
    sign(secret, device, now + AUTH_TTL)
}

fn sign(secret: &Key32, device: &Address, until: u64) -> String {
    let claim = format!("{}.{}.{until}", device.phone, device.device);
    let mac = keys::hmac_sha256(secret, &[claim.as_bytes()]);
    format!("{claim}.{}", hex::encode(&mac[..16]))
}

/// The device that a token was made for, if it is one of ours and has not expired.
pub fn bearer(secret: &Key32, auth: &str, now: u64) -> Option<Address> {
    let mut parts = auth.split('.');
    let device = Address::new(parts.next()?, parts.next()?.parse().ok()?);
    let until = parts.next()?.parse().ok()?;
    let genuine = sign(secret, &device, until);
    let matches = bool::from(genuine.as_bytes().ct_eq(auth.as_bytes()));
    (matches && now < until).then_some(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_its_device_until_it_expires_and_no_other_secret_makes_it() {
        let secret = [7; 32];
        let device = Address::new("15550000001", 3);
        let auth = issue(&secret, &device, 1000);
        assert_eq!(bearer(&secret, &auth, 1000), Some(device));
        assert_eq!(bearer(&secret, &auth, 1000 + AUTH_TTL), None);
        assert_eq!(bearer(&[8; 32], &auth, 1000), None);
        assert_eq!(
            bearer(&secret, &auth.replacen("1555", "1556", 1), 1000),
            None
        );
        assert_eq!(bearer(&secret, "", 0), None);
    }
}
