//! Signatures, checked by others: the library of Standard Webhooks, and a few lines as a receiver would write them.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use sha2::Sha256;
use standardwebhooks::Webhook;

use super::Scene;
use crate::support::{Received, Receiver};

/// A secret as Standard Webhooks gives them out.
fn secret(byte: u8) -> String {
    format!("whsec_{}", BASE64_STANDARD.encode([byte; 24]))
}

fn verifies(secret: &str, received: &Received) -> bool {
    let webhook = Webhook::new(secret).expect("a secret");
    let headers = received.headers.iter();
    let headers = headers.map(|(name, value)| {
        let name: HeaderName = name.parse().expect("a name");
        (name, HeaderValue::from_str(value).expect("a value"))
    });
    let headers = HeaderMap::from_iter(headers);
    webhook.verify(&received.raw, &headers).is_ok()
}

/// As the README tells receivers to.
fn documented_signature_is_right(secret: &str, received: &Received) -> bool {
    let claimed = received.body["signature"].as_str().expect("a signature");
    let member = format!(",\"signature\":\"{claimed}\"");
    let body = String::from_utf8(received.raw.clone()).expect("UTF-8");
    let signed = body.replace(&member, "");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(signed.as_bytes());
    let expected = hex::encode(mac.finalize().into_bytes());
    claimed == format!("sha256={expected}") && signed.len() < body.len()
}

#[tokio::test]
async fn deliveries_are_signed_as_documented_and_as_the_standard_says() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    let secret = secret(1);
    let shown = scene
        .configure(&receiver, json!({ "secret": secret }))
        .await;
    assert!(!shown.to_string().contains(&secret), "{shown}");
    scene.write("hello \"you\", {curly} \\ and ü").await;
    let mut received = receiver.wait_for(1).await.remove(0);
    assert!(verifies(&secret, &received));
    assert!(documented_signature_is_right(&secret, &received));
    let end = received.raw.len() - 2;
    received.raw[end] ^= 1;
    assert!(!verifies(&secret, &received));
}

#[tokio::test]
async fn any_text_may_be_the_secret() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    scene
        .configure(&receiver, json!({ "secret": "correct horse" }))
        .await;
    scene.write("hello").await;
    let received = receiver.wait_for(1).await.remove(0);
    assert!(documented_signature_is_right("correct horse", &received));
    let encoded = BASE64_STANDARD.encode("correct horse");
    assert!(verifies(&format!("whsec_{encoded}"), &received));
}

#[tokio::test]
async fn after_a_change_of_secret_both_verify_for_a_while() {
    let scene = Scene::start().await;
    let receiver = Receiver::start().await;
    let (old, new) = (secret(1), secret(2));
    scene.configure(&receiver, json!({ "secret": old })).await;
    scene.write("1").await;
    receiver.wait_for(1).await;
    scene.configure(&receiver, json!({ "secret": new })).await;
    scene.write("2").await;
    // Without a secret in the body the present one stays.
    receiver.wait_for(2).await;
    scene.listen(&receiver).await;
    scene.write("3").await;
    receiver.wait_for(3).await;
    scene.configure(&receiver, json!({ "secret": "" })).await;
    scene.write("4").await;
    let all = receiver.wait_for(4).await;
    let both = |received| (verifies(&old, received), verifies(&new, received));
    assert_eq!(both(&all[0]), (true, false));
    assert_eq!(both(&all[1]), (true, true));
    assert_eq!(both(&all[2]), (true, true));
    assert!(documented_signature_is_right(&new, &all[1]));
    assert!(!all[3].headers.contains_key("webhook-signature"));
    assert_eq!(all[3].body.get("signature"), None);
}

#[tokio::test]
async fn the_old_secret_ends_with_its_time() {
    let scene = Scene::start_with(&[("WEBHOOKS__SECRET_OVERLAP", "0.001")]).await;
    let receiver = Receiver::start().await;
    let (old, new) = (secret(1), secret(2));
    scene.configure(&receiver, json!({ "secret": old })).await;
    scene.configure(&receiver, json!({ "secret": new })).await;
    scene.write("1").await;
    let received = receiver.wait_for(1).await.remove(0);
    assert!(!verifies(&old, &received) && verifies(&new, &received));
}
