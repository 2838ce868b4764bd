//! The responder's side of Noise XX, IK and XXfallback.

use buffa::{Message, MessageField};
use wacore_binary::consts::{
    NOISE_PATTERN_IK, NOISE_PATTERN_XX, NOISE_PATTERN_XXFALLBACK, WA_CONN_HEADER,
};
use wacore_libsignal::protocol::KeyPair;
use wacore_noise::{HandshakeError, NoiseCipher, NoiseHandshake};
use waproto::whatsapp::HandshakeMessage;
use waproto::whatsapp::handshake_message::{ClientHello, ServerHello};

use super::keys::{self, Key32};

/// Why a handshake fails.
#[derive(Debug, thiserror::Error)]
pub enum NoiseError {
    #[error("the handshake message is malformed")]
    Malformed,
    #[error("the handshake failed")]
    Handshake(#[from] HandshakeError),
}

/// A finished handshake: who is there, what they said first, and the two transport ciphers.
pub struct Accepted {
    pub client_static: Key32,
    pub payload: Vec<u8>,
    pub read: NoiseCipher,
    pub write: NoiseCipher,
}

/// What follows the client's hello.
pub enum Answered {
    /// XX: the client still has to finish.
    Unfinished(Vec<u8>, Box<Unfinished>),
    /// IK: the client sent its payload with the hello.
    Accepted(Vec<u8>, Box<Accepted>),
}

/// An XX handshake that waits for the client's last message.
pub struct Unfinished {
    noise: NoiseHandshake,
    ephemeral: KeyPair,
}

/// Answers a client's hello: IK where it knows the server's key, XX where it knows none or an old one.
/// `chain` is the certificate of `server`.
pub fn answer_hello(frame: &[u8], server: &KeyPair, chain: &[u8]) -> Result<Answered, NoiseError> {
    let message = HandshakeMessage::decode_from_slice(frame).map_err(|_| NoiseError::Malformed)?;
    let hello = message
        .client_hello
        .into_option()
        .ok_or(NoiseError::Malformed)?;
    let ephemeral: Key32 = hello
        .ephemeral
        .as_deref()
        .and_then(|key| key.try_into().ok())
        .ok_or(NoiseError::Malformed)?;
    if hello.r#static.is_none() || hello.payload.is_none() {
        return answer_xx(NOISE_PATTERN_XX, &ephemeral, server, chain);
    }
    match answer_ik(&hello, &ephemeral, server, chain) {
        Ok(answered) => Ok(answered),
        // The client knows an older static key of ours: it repeats its ephemeral in an XX exchange.
        Err(_) => answer_xx(NOISE_PATTERN_XXFALLBACK, &ephemeral, server, chain),
    }
}

fn answer_xx(
    pattern: &str,
    client_ephemeral: &Key32,
    server: &KeyPair,
    chain: &[u8],
) -> Result<Answered, NoiseError> {
    let ephemeral = keys::generate();
    let ephemeral_public = keys::public32(&ephemeral.public_key);
    let mut noise = NoiseHandshake::new(pattern, &WA_CONN_HEADER)?;
    noise.authenticate(client_ephemeral);
    noise.authenticate(&ephemeral_public);
    noise.mix_shared_secret(ephemeral.private_key.serialize(), client_ephemeral)?;
    let sealed_static = noise.encrypt(&keys::public32(&server.public_key))?;
    noise.mix_shared_secret(server.private_key.serialize(), client_ephemeral)?;
    let payload = noise.encrypt(chain)?;
    let reply = server_hello(&ephemeral_public, Some(sealed_static), payload);
    Ok(Answered::Unfinished(
        reply,
        Box::new(Unfinished { noise, ephemeral }),
    ))
}

fn answer_ik(
    hello: &ClientHello,
    client_ephemeral: &Key32,
    server: &KeyPair,
    chain: &[u8],
) -> Result<Answered, NoiseError> {
    let sealed_static = hello.r#static.as_deref().ok_or(NoiseError::Malformed)?;
    let sealed_payload = hello.payload.as_deref().ok_or(NoiseError::Malformed)?;
    let mut noise = NoiseHandshake::new(NOISE_PATTERN_IK, &WA_CONN_HEADER)?;
    noise.authenticate(&keys::public32(&server.public_key));
    noise.authenticate(client_ephemeral);
    noise.mix_shared_secret(server.private_key.serialize(), client_ephemeral)?;
    let client_static = key32(noise.decrypt(sealed_static)?)?;
    noise.mix_shared_secret(server.private_key.serialize(), &client_static)?;
    let payload = noise.decrypt(sealed_payload)?;

    let ephemeral = keys::generate();
    let ephemeral_public = keys::public32(&ephemeral.public_key);
    noise.authenticate(&ephemeral_public);
    noise.mix_shared_secret(ephemeral.private_key.serialize(), client_ephemeral)?;
    noise.mix_shared_secret(ephemeral.private_key.serialize(), &client_static)?;
    let sealed_chain = noise.encrypt(chain)?;
    let reply = server_hello(&ephemeral_public, None, sealed_chain);
    let accepted = accept(noise, client_static, payload)?;
    Ok(Answered::Accepted(reply, Box::new(accepted)))
}

impl Unfinished {
    /// Takes the client's third message of XX.
    pub fn finish(self, frame: &[u8]) -> Result<Accepted, NoiseError> {
        let message =
            HandshakeMessage::decode_from_slice(frame).map_err(|_| NoiseError::Malformed)?;
        let finish = message
            .client_finish
            .into_option()
            .ok_or(NoiseError::Malformed)?;
        let sealed_static = finish.r#static.ok_or(NoiseError::Malformed)?;
        let sealed_payload = finish.payload.ok_or(NoiseError::Malformed)?;
        let mut noise = self.noise;
        let client_static = key32(noise.decrypt(&sealed_static)?)?;
        noise.mix_shared_secret(self.ephemeral.private_key.serialize(), &client_static)?;
        let payload = noise.decrypt(&sealed_payload)?;
        accept(noise, client_static, payload)
    }
}

fn accept(
    noise: NoiseHandshake,
    client_static: Key32,
    payload: Vec<u8>,
) -> Result<Accepted, NoiseError> {
    // `finish` names the keys from the initiator's side: the first one is client to server.
    let (read, write) = noise.finish()?;
    Ok(Accepted {
        client_static,
        payload,
        read,
        write,
    })
}

fn key32(bytes: Vec<u8>) -> Result<Key32, NoiseError> {
    bytes.try_into().map_err(|_| NoiseError::Malformed)
}

fn server_hello(ephemeral: &Key32, r#static: Option<Vec<u8>>, payload: Vec<u8>) -> Vec<u8> {
    HandshakeMessage {
        server_hello: MessageField::some(ServerHello {
            ephemeral: Some(ephemeral.to_vec()),
            r#static,
            payload: Some(payload),
            ..Default::default()
        }),
        ..Default::default()
    }
    .encode_to_vec()
}
