//! Messages to and from the simulated phones, which really decrypt them.

use serde_json::json;
use wacore::download::MediaType;
use whatsapp_rust::Jid;

use crate::support::{TestClient, World, arrives, post_status, text_from};

#[actix_web::test]
async fn a_text_status_is_decrypted_by_the_phones_of_two_contacts_every_time() {
    let world = World::start().await;
    let poster = world.account("Ann").await;
    let (ben, cleo) = (world.account("Ben").await, world.account("Cleo").await);
    for contact in [&ben, &cleo] {
        world
            .post(
                &format!("/accounts/{poster}/contacts"),
                json!({ "phone": contact }),
            )
            .await;
    }
    let (client, _, _) = world.paired(&poster).await;
    for text in ["first status", "second status"] {
        let id = post_status(&client, text, &[&ben, &cleo]).await;
        assert_eq!(client.ack(&id).await, None);
        for contact in [&ben, &cleo] {
            let message = world.received(contact, text).await;
            assert_eq!(message["chat"], "status@broadcast");
            assert_eq!(message["from"], format!("{poster}@s.whatsapp.net"));
            assert_eq!(
                (&message["kind"], &message["id"]),
                (&json!("text"), &json!(id))
            );
        }
    }
    client.stop().await;
}

#[actix_web::test]
async fn texts_go_both_ways_and_one_that_comes_while_the_device_is_away_waits_for_it() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, backend, _) = world.paired(&ann).await;
    let to: Jid = Jid::pn(ben.as_str());
    let id = client
        .client
        .send_text(to, "hello Ben")
        .await
        .unwrap()
        .message_id;
    assert_eq!(client.ack(&id).await, None);
    let message = world.received(&ben, "hello Ben").await;
    assert_eq!(message["chat"], format!("{ann}@s.whatsapp.net"));
    let only = world.get(&format!("/accounts/{ben}/inbox?id={id}")).await;
    assert_eq!(only["messages"], json!([message]));
    // The poster's own phone has its copy, with the chat it belongs to.
    world.received(&ann, "hello Ben").await;

    arrives(&world, &client, &ann, &ben, "hello Ann").await;
    client.stop().await;
    world.nobody_connected().await;
    let inbound = json!({ "to": ann, "from": ben, "text": "are you there?" });
    world.post("/inbound", inbound).await;
    let again = TestClient::start(world.ws(), &backend).await;
    assert_eq!(text_from(&again).await, "are you there?");
    again.stop().await;
}

#[actix_web::test]
async fn two_linked_devices_of_different_accounts_talk_to_each_other() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    at_ann
        .client
        .send_text(Jid::pn(ben.as_str()), "ping")
        .await
        .unwrap();
    assert_eq!(text_from(&at_ben).await, "ping");
    at_ben
        .client
        .send_text(Jid::pn(ann.as_str()), "pong")
        .await
        .unwrap();
    assert_eq!(text_from(&at_ann).await, "pong");
    let id = post_status(&at_ann, "to a device", &[&ben]).await;
    assert_eq!(at_ann.ack(&id).await, None);
    assert_eq!(text_from(&at_ben).await, "to a device");
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_spoilt_message_is_asked_for_again_in_both_directions() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    arrives(&world, &client, &ann, &ben, "first").await;

    world.post("/corrupt", json!({ "jid": jid })).await;
    arrives(&world, &client, &ann, &ben, "spoilt on the way to Ann").await;

    let to = Jid::pn(ben.as_str());
    world
        .post("/corrupt", json!({ "jid": to.to_string() }))
        .await;
    let text = "spoilt on the way to Ben";
    client.client.send_text(to, text).await.unwrap();
    world.received(&ben, text).await;
    let inbox = world.get(&format!("/accounts/{ben}/inbox")).await;
    assert_eq!(inbox["messages"].as_array().unwrap().len(), 1, "{inbox}");
    client.stop().await;
}

#[actix_web::test]
async fn an_image_status_is_uploaded_and_reaches_the_phone_with_its_caption() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let jid = Jid::pn(ben.as_str());
    let recipients = [jid];
    let contacts = client.client.contacts();
    contacts.is_on_whatsapp(&recipients).await.unwrap();
    let file = vec![7u8; 40_000];
    let upload = client
        .client
        .upload(file, MediaType::Image, Default::default())
        .await
        .unwrap();
    let status = client.client.status();
    let sent = status
        .send_image(
            upload,
            vec![1, 2, 3],
            Some("a caption"),
            &recipients,
            Default::default(),
        )
        .await
        .unwrap();
    assert_eq!(client.ack(&sent.message_id).await, None);
    let message = world.received(&ben, "a caption").await;
    assert_eq!(message["kind"], "image");
    client.stop().await;
}
