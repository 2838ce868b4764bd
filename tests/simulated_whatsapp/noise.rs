//! The handshake against a Noise implementation that shares nothing with the server's: XX by its
//! primitives, IK by it as a whole.

use buffa::{Message as _, MessageField};
use snow::Builder;
use wacore_binary::Node;
use waproto::whatsapp::handshake_message::ClientHello;
use waproto::whatsapp::{ClientPayload, HandshakeMessage};

use crate::support::noise::{PROLOGUE, Session, Wire, certified, key_pair, stanza};
use crate::support::{World, attr};

/// A login of a device that nobody knows: its refusal shows that the payload was understood.
fn stranger() -> ClientPayload {
    ClientPayload {
        username: Some(15_550_000_000),
        device: Some(1),
        ..Default::default()
    }
}

fn is_refusal(node: &Node) {
    assert_eq!(
        (node.tag.as_ref(), attr(node, "reason").as_str()),
        ("failure", "401")
    );
}

#[actix_web::test]
async fn an_independent_noise_client_gets_through_xx_and_ik() {
    let world = World::start().await;
    let own = key_pair();
    let private: [u8; 32] = own.privkey().try_into().unwrap();
    let mut session = Session::start(&world, &*own, &stranger()).await;
    is_refusal(&session.stanza().await);
    let server = session.server;

    let mut wire = Wire::connect(&world).await;
    let mut noise = Builder::new("Noise_IK_25519_AESGCM_SHA256".parse().unwrap())
        .prologue(PROLOGUE)
        .unwrap()
        .local_private_key(&private)
        .unwrap()
        .remote_public_key(&server)
        .unwrap()
        .build_initiator()
        .unwrap();
    let mut buffer = vec![0; 4096];
    let length = noise
        .write_message(&stranger().encode_to_vec(), &mut buffer)
        .unwrap();
    // An ephemeral key, the sealed static key with its tag, the sealed payload.
    wire.hello(HandshakeMessage {
        client_hello: MessageField::some(ClientHello {
            ephemeral: Some(buffer[..32].to_vec()),
            r#static: Some(buffer[32..80].to_vec()),
            payload: Some(buffer[80..length].to_vec()),
            ..Default::default()
        }),
        ..Default::default()
    })
    .await;
    let answer = HandshakeMessage::decode_from_slice(&wire.frame().await).unwrap();
    let hello = answer.server_hello.into_option().unwrap();
    assert_eq!(hello.r#static, None, "IK does not fall back");
    let message = [hello.ephemeral.unwrap(), hello.payload.unwrap()].concat();
    let length = noise.read_message(&message, &mut buffer).unwrap();
    assert_eq!(certified(&world, &buffer[..length]), server);
    let mut transport = noise.into_transport_mode().unwrap();
    let sealed = wire.frame().await;
    let length = transport.read_message(&sealed, &mut buffer).unwrap();
    is_refusal(&stanza(&buffer[..length]));
    world.simulator.stop().await;
}
