//! What a person does on a simulated phone, as a linked device of somebody else gets it.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use wacore::download::Downloadable;
use wacore::poll::{PollVoteCiphertext, compute_option_hash, decrypt_poll_vote_with_secret};
use wacore_binary::Node;
use waproto::whatsapp::Message;
use whatsapp_rust::Jid;
use whatsapp_rust::types::events::Event;

use crate::support::{TestClient, World, attr, child};

async fn says(world: &World, phone: &str, saying: Value) -> String {
    let said = world.post(&format!("/accounts/{phone}/send"), saying).await;
    said["id"].as_str().unwrap().to_owned()
}

/// What the client has decrypted under this id.
async fn read(client: &TestClient, id: &str) -> Message {
    client
        .event("message", |event| match event {
            Event::Messages(batch) => batch
                .iter()
                .find(|inbound| inbound.info.id == id)
                .map(|inbound| (*inbound.message).clone()),
            _ => None,
        })
        .await
}

/// What stood around it.
async fn stanza(client: &TestClient, id: &str) -> Node {
    let is_it =
        |node: &Node| (node.tag == "message" && attr(node, "id") == id).then(|| node.clone());
    client.stanza("message", is_it).await
}

#[actix_web::test]
async fn every_kind_of_file_can_be_fetched_and_opened() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    for (kind, media_type) in [
        ("image", "image"),
        ("video", "video"),
        ("video_note", "ptv"),
        ("audio", "audio"),
        ("document", "document"),
        ("sticker", "sticker"),
    ] {
        let file = format!("a {kind} of Ben's").into_bytes();
        let content =
            json!({ "type": kind, "file": { "data_base64": BASE64_STANDARD.encode(&file) } });
        let id = says(&world, &ben, json!({ "to": ann, "content": content })).await;
        let stanza = stanza(&client, &id).await;
        assert_eq!(attr(&stanza, "type"), "media");
        assert_eq!(attr(&child(&stanza, "enc"), "mediatype"), media_type);
        let message = read(&client, &id).await;
        let found: &dyn Downloadable = match kind {
            "image" => message.image_message.as_option().unwrap(),
            "video" => message.video_message.as_option().unwrap(),
            "video_note" => message.ptv_message.as_option().unwrap(),
            "audio" => message.audio_message.as_option().unwrap(),
            "document" => message.document_message.as_option().unwrap(),
            _ => message.sticker_message.as_option().unwrap(),
        };
        assert_eq!(client.client.download(found).await.unwrap(), file, "{kind}");
    }
    client.stop().await;
}

#[actix_web::test]
async fn a_vote_opens_with_the_secret_of_its_poll_and_the_names_of_its_chat() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let pn = |phone: &String| Jid::pn(phone.as_str());
    let lids = (world.lid(&ann).await, world.lid(&ben).await);
    for (by_number, creator, voter) in [
        (None, pn(&ann), pn(&ben)),
        (Some(true), pn(&ann), pn(&ben)),
        (Some(false), lids.0, lids.1),
    ] {
        let to = match by_number {
            None => pn(&ben),
            Some(by_number) => {
                let group =
                    json!({ "subject": "We", "participants": [ann, ben], "by_number": by_number });
                let group = world.post("/groups", group).await;
                group["jid"].as_str().unwrap().parse().unwrap()
            }
        };
        let options = ["Yes".to_owned(), "No".to_owned()];
        let polls = client.client.polls();
        let (sent, secret) = polls.create(to, "Lunch?", &options, 1).await.unwrap();
        let poll = sent.message_id;
        world.received_by_id(&ben, &poll).await;
        let chosen = json!({ "content": { "type": "vote", "message": poll, "options": ["No"] } });
        let id = says(&world, &ben, chosen).await;
        let stanza = stanza(&client, &id).await;
        assert_eq!(attr(&stanza, "type"), "poll");
        assert_eq!(attr(&child(&stanza, "meta"), "polltype"), "vote");
        let mut sealed = stanza.get_children_by_tag("enc");
        assert!(
            sealed.any(|enc| attr(enc, "decrypt-fail") == "hide"),
            "{stanza:?}"
        );
        let message = read(&client, &id).await;
        let update = message.poll_update_message.as_option().unwrap();
        let key = update.poll_creation_message_key.as_option().unwrap();
        assert_eq!(key.id.as_deref(), Some(poll.as_str()));
        let vote = update.vote.as_option().unwrap();
        let sealed = PollVoteCiphertext {
            enc_payload: vote.enc_payload.as_deref().unwrap(),
            enc_iv: vote.enc_iv.as_deref().unwrap(),
        };
        let (creator, voter) = (creator.to_string(), voter.to_string());
        let opened = decrypt_poll_vote_with_secret(sealed, &secret, &poll, &creator, &voter);
        assert_eq!(opened.unwrap(), [compute_option_hash("No").to_vec()]);
    }
    let path = format!("/accounts/{ben}/send");
    let nothing = json!({ "content": { "type": "vote", "message": "UNKNOWN", "options": [] } });
    assert_eq!(world.call("POST", &path, nothing).await.0, 404);
    client.stop().await;
}

#[actix_web::test]
async fn what_changes_a_message_says_so_in_its_stanza_and_is_for_who_may() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    // Ben leads it.
    let group = world
        .post(
            "/groups",
            json!({ "subject": "We", "participants": [ben, ann] }),
        )
        .await;
    let group = group["jid"].as_str().unwrap().to_owned();
    let text = json!({ "to": group, "content": { "type": "text", "text": "tea" } });
    let own = says(&world, &ben, text).await;
    let jid: Jid = group.parse().unwrap();
    let theirs = client
        .client
        .send_text(jid, "coffee")
        .await
        .unwrap()
        .message_id;
    world.received_by_id(&ben, &theirs).await;
    for (content, edit) in [
        (
            json!({ "type": "edit", "message": own, "text": "green tea" }),
            "1",
        ),
        (
            json!({ "type": "reaction", "message": theirs, "emoji": "👍" }),
            "",
        ),
        (
            json!({ "type": "reaction", "message": theirs, "emoji": "" }),
            "7",
        ),
        (json!({ "type": "revoke", "message": own }), "7"),
        (json!({ "type": "revoke", "message": theirs }), "8"),
    ] {
        let id = says(&world, &ben, json!({ "content": content })).await;
        let stanza = stanza(&client, &id).await;
        assert_eq!(attr(&stanza, "edit"), edit, "{content}");
        assert_eq!(attr(&stanza, "from"), group);
    }
    let send = |phone: &str, content: Value| {
        let path = format!("/accounts/{phone}/send");
        let body = json!({ "content": content });
        let world = &world;
        async move { world.call("POST", &path, body).await }
    };
    // Ann's phone leads nothing, and has written neither.
    world.received_by_id(&ann, &own).await;
    let (status, error) = send(&ann, json!({ "type": "revoke", "message": own })).await;
    assert_eq!(
        (status, &error["error"]),
        (
            400,
            &json!("only admins take back what others have written")
        )
    );
    let (status, error) = send(&ann, json!({ "type": "edit", "message": own, "text": "x" })).await;
    assert_eq!(
        (status, &error["error"]),
        (400, &json!("only own messages can be changed"))
    );
    let (status, error) = send(&ann, json!({ "type": "text", "text": "where?" })).await;
    assert_eq!((status, &error["error"]), (400, &json!("to is required")));
    client.stop().await;
}
