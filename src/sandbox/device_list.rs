//! An account's devices as the server tells them to clients: by number, signed, and hashed.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use buffa::Message;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::{ADVEncryptionType, ADVKeyIndexList, ADVSignedKeyIndexList};

use super::account::Account;
use super::address::Form;
use super::keys;

/// What is signed is told apart by two bytes in front of it.
const KEY_INDEX_SIGNATURE: &[u8] = &[6, 2];

/// The account's devices in full, as its own companions are told.
pub fn own_devices(account: &Account) -> Node {
    let device = |number, key_index| {
        let device = NodeBuilder::new("device")
            .attr("jid", account.device_jid(number, Form::Pn))
            .attr("lid", account.device_jid(number, Form::Lid));
        match key_index {
            Some(index) => device.attr("key-index", index).build(),
            None => device.build(),
        }
    };
    let companions = account.companions.values().map(|companion| {
        let registered = &companion.registered;
        device(registered.device, Some(registered.key_index))
    });
    let mut children = vec![device(0, None::<u32>)];
    children.extend(companions);
    children.push(key_index_list(account));
    NodeBuilder::new("devices")
        .attr("dhash", device_hash(account, Form::Pn))
        .children(children)
        .build()
}

/// The key indexes that are valid, signed by the account.
pub fn key_index_list(account: &Account) -> Node {
    let companions = account.companions.values();
    let timestamp = companions
        .clone()
        .map(|companion| companion.registered.paired_at)
        .max()
        .unwrap_or(account.profile.created);
    let indexes = companions.map(|companion| companion.registered.key_index);
    let details = ADVKeyIndexList {
        raw_id: Some(account.profile.raw_id),
        timestamp: Some(timestamp),
        current_index: Some(account.profile.last_key_index),
        valid_indexes: std::iter::once(0).chain(indexes).collect(),
        account_type: Some(ADVEncryptionType::E2EE),
    }
    .encode_to_vec();
    // Every question about the account contains this: it is signed once.
    let mut cached = account.signed_key_indexes.borrow_mut();
    let signature = match &*cached {
        Some((signed, signature)) if *signed == details => *signature,
        _ => {
            let signer = account.phone.peer.identity().private_key();
            let signature = keys::sign(signer, &[KEY_INDEX_SIGNATURE, &details]);
            *cached = Some((details.clone(), signature));
            signature
        }
    };
    let signed = ADVSignedKeyIndexList {
        details: Some(details),
        account_signature: Some(signature.to_vec()),
        account_signature_key: Some(account.identity().to_vec()),
    };
    NodeBuilder::new("key-index-list")
        .attr("ts", timestamp)
        .bytes(signed.encode_to_vec())
        .build()
}

/// A short hash of the device list, by which clients see that theirs is out of date.
pub fn device_hash(account: &Account, form: Form) -> String {
    let mut names: Vec<String> = account
        .devices()
        .into_iter()
        .map(|device| account.device_jid(device, form).to_phash_form_string())
        .collect();
    names.sort();
    let hash = keys::sha256(names.concat().as_bytes());
    format!("2:{}", BASE64_STANDARD_NO_PAD.encode(&hash[..6]))
}
