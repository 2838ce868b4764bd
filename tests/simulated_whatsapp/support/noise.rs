//! A connection by a Noise implementation that shares nothing with the server's.
//!
//! In XX, WhatsApp leaves out a step of the Noise
//! specification: the empty payload of the first message is not mixed into the hash. That pattern is
//! therefore written out here, over the same implementation's primitives.

use buffa::{Message as _, MessageField};
use futures::{SinkExt, StreamExt};
use snow::params::{CipherChoice, DHChoice};
use snow::resolvers::{CryptoResolver, DefaultResolver};
use snow::types::{Cipher, Dh};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use wacore_binary::{Node, OwnedNodeRef};
use wacore_libsignal::protocol::PublicKey;
use waproto::whatsapp::cert_chain::NoiseCertificate;
use waproto::whatsapp::cert_chain::noise_certificate::Details;
use waproto::whatsapp::handshake_message::{ClientFinish, ClientHello};
use waproto::whatsapp::{CertChain, ClientPayload, HandshakeMessage};

use super::World;
use super::crypto::{hmac256, sha256};

/// What both sides mix into their hash first, and a client sends first.
pub const PROLOGUE: &[u8] = b"WA\x06\x03";

/// A WebSocket with the framing of the transport.
pub struct Wire(WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>);

impl Wire {
    pub async fn connect(world: &World) -> Self {
        let mut socket = connect_async(world.ws()).await.unwrap().0;
        let intro = Message::Binary(PROLOGUE.to_vec().into());
        socket.send(intro).await.unwrap();
        Self(socket)
    }

    pub async fn send(&mut self, payload: &[u8]) {
        let mut frame = (payload.len() as u32).to_be_bytes()[1..].to_vec();
        frame.extend_from_slice(payload);
        self.0.send(Message::Binary(frame.into())).await.unwrap();
    }

    pub async fn hello(&mut self, hello: HandshakeMessage) {
        self.send(&hello.encode_to_vec()).await;
    }

    /// One frame; the server sends each in a WebSocket message of its own.
    pub async fn frame(&mut self) -> Vec<u8> {
        loop {
            if let Message::Binary(bytes) = self.0.next().await.unwrap().unwrap() {
                let length = bytes[..3]
                    .iter()
                    .fold(0, |n, byte| n << 8 | usize::from(*byte));
                assert_eq!(length + 3, bytes.len());
                return bytes[3..].to_vec();
            }
        }
    }
}

/// The symmetric state of the specification.
struct Symmetric {
    hash: [u8; 32],
    chain: [u8; 32],
    cipher: Box<dyn Cipher>,
    nonce: u64,
}

impl Symmetric {
    fn new(name: &str) -> Self {
        let mut hash = [0; 32];
        hash[..name.len()].copy_from_slice(name.as_bytes());
        let mut state = Self {
            hash,
            chain: hash,
            cipher: DefaultResolver
                .resolve_cipher(&CipherChoice::AESGCM)
                .unwrap(),
            nonce: 0,
        };
        state.mix_hash(PROLOGUE);
        state
    }

    fn mix_hash(&mut self, data: &[u8]) {
        self.hash = sha256(&[&self.hash, data].concat());
    }

    fn mix_key(&mut self, own: &dyn Dh, their: &[u8]) {
        let mut shared = [0; 32];
        own.dh(their, &mut shared).unwrap();
        let (chain, key) = self.expand(&shared);
        self.chain = chain;
        self.cipher.set(&key);
        self.nonce = 0;
    }

    fn expand(&self, secret: &[u8]) -> ([u8; 32], [u8; 32]) {
        let extracted = hmac256(&self.chain, &[secret]);
        let first = hmac256(&extracted, &[&[1]]);
        (first, hmac256(&extracted, &[&first, &[2]]))
    }

    fn seal(&mut self, plain: &[u8]) -> Vec<u8> {
        let mut out = vec![0; plain.len() + 16];
        self.cipher.encrypt(self.nonce, &self.hash, plain, &mut out);
        self.nonce += 1;
        self.mix_hash(&out);
        out
    }

    fn open(&mut self, sealed: &[u8]) -> Vec<u8> {
        let mut out = vec![0; sealed.len() - 16];
        let opened = self
            .cipher
            .decrypt(self.nonce, &self.hash, sealed, &mut out);
        opened.unwrap();
        self.nonce += 1;
        self.mix_hash(sealed);
        out
    }
}

pub fn key_pair() -> Box<dyn Dh> {
    let mut pair = DefaultResolver.resolve_dh(&DHChoice::Curve25519).unwrap();
    let mut random = DefaultResolver.resolve_rng().unwrap();
    pair.generate(&mut *random).unwrap();
    pair
}

/// Checks both certificates from the root on and returns the key that the leaf is for.
pub fn certified(world: &World, chain: &[u8]) -> Vec<u8> {
    let chain = CertChain::decode_from_slice(chain).unwrap();
    let root = hex::decode(&world.simulator.addresses().root_public_key).unwrap();
    let intermediate = checked(chain.intermediate.as_option().unwrap(), &root);
    let leaf = checked(
        chain.leaf.as_option().unwrap(),
        intermediate.key.as_deref().unwrap(),
    );
    assert_eq!(intermediate.issuer_serial.unwrap_or_default(), 0);
    assert_eq!(leaf.issuer_serial, intermediate.serial);
    let now = u64::try_from(chrono::Utc::now().timestamp()).unwrap();
    for details in [&intermediate, &leaf] {
        assert!(details.not_before.unwrap() <= now && now < details.not_after.unwrap());
    }
    leaf.key.unwrap()
}

fn checked(certificate: &NoiseCertificate, issuer: &[u8]) -> Details {
    let details = certificate.details.as_deref().unwrap();
    let issuer = PublicKey::from_djb_public_key_bytes(issuer).unwrap();
    let signature = certificate.signature.as_deref().unwrap();
    assert!(issuer.verify_signature_for_multipart_message(&[details], signature));
    Details::decode_from_slice(details).unwrap()
}

/// A connection after an XX handshake, and the server's static key in it.
pub struct Session {
    wire: Wire,
    pub server: Vec<u8>,
    to_server: (Box<dyn Cipher>, u64),
    from_server: (Box<dyn Cipher>, u64),
}

impl Session {
    /// Shakes hands, checks that the server's key is certified, and sends the first payload.
    pub async fn start(world: &World, own: &dyn Dh, payload: &ClientPayload) -> Self {
        let mut wire = Wire::connect(world).await;
        let mut noise = Symmetric::new("Noise_XX_25519_AESGCM_SHA256");
        let ephemeral = key_pair();
        noise.mix_hash(ephemeral.pubkey());
        wire.hello(HandshakeMessage {
            client_hello: MessageField::some(ClientHello {
                ephemeral: Some(ephemeral.pubkey().to_vec()),
                ..Default::default()
            }),
            ..Default::default()
        })
        .await;
        let answer = HandshakeMessage::decode_from_slice(&wire.frame().await).unwrap();
        let hello = answer.server_hello.into_option().unwrap();
        let their_ephemeral = hello.ephemeral.unwrap();
        noise.mix_hash(&their_ephemeral);
        noise.mix_key(&*ephemeral, &their_ephemeral);
        let server = noise.open(&hello.r#static.unwrap());
        noise.mix_key(&*ephemeral, &server);
        let chain = noise.open(&hello.payload.unwrap());
        assert_eq!(certified(world, &chain), server);

        let sealed_static = noise.seal(own.pubkey());
        noise.mix_key(own, &their_ephemeral);
        let sealed_payload = noise.seal(&payload.encode_to_vec());
        wire.hello(HandshakeMessage {
            client_finish: MessageField::some(ClientFinish {
                r#static: Some(sealed_static),
                payload: Some(sealed_payload),
                ..Default::default()
            }),
            ..Default::default()
        })
        .await;
        let (to_server, from_server) = noise.expand(&[]);
        let cipher = |key| {
            let mut cipher = DefaultResolver
                .resolve_cipher(&CipherChoice::AESGCM)
                .unwrap();
            cipher.set(key);
            (cipher, 0)
        };
        Self {
            wire,
            server,
            to_server: cipher(&to_server),
            from_server: cipher(&from_server),
        }
    }

    pub async fn send(&mut self, node: &Node) {
        let plain = wacore_binary::marshal(node).unwrap();
        let mut sealed = vec![0; plain.len() + 16];
        let (cipher, nonce) = &mut self.to_server;
        cipher.encrypt(*nonce, &[], &plain, &mut sealed);
        *nonce += 1;
        self.wire.send(&sealed).await;
    }

    pub async fn stanza(&mut self) -> Node {
        let sealed = self.wire.frame().await;
        let mut plain = vec![0; sealed.len() - 16];
        let (cipher, nonce) = &mut self.from_server;
        cipher.decrypt(*nonce, &[], &sealed, &mut plain).unwrap();
        *nonce += 1;
        stanza(&plain)
    }
}

/// The stanza in a decrypted frame.
pub fn stanza(plain: &[u8]) -> Node {
    assert_eq!(plain[0], 0, "nothing is compressed");
    OwnedNodeRef::new(plain[1..].to_vec())
        .unwrap()
        .to_owned_node()
}
