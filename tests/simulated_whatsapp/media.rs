//! Files: uploads that go on where they broke off, downloads, and what phones find in them.

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wacore::download::MediaType;
use wacore_binary::builder::NodeBuilder;
use waproto::whatsapp::message::ImageMessage;
use whatsapp_rust::Jid;
use whatsapp_rust::download::DownloadParams;
use whatsapp_rust::types::events::Event;

use crate::support::crypto::{open_media, sha256};
use crate::support::{TestClient, World, ask, attr, child, iq, post_status, text_from};

/// `http://127.0.0.1:…` and the auth token that `media_conn` gives.
async fn media_conn(client: &TestClient) -> (String, String) {
    let asked = NodeBuilder::new("media_conn").build();
    let answer = ask(client, iq("set", "w:m", vec![asked])).await;
    let connection = child(&answer, "media_conn");
    let host = attr(&child(&connection, "host"), "hostname");
    (format!("http://{host}"), attr(&connection, "auth"))
}

fn token(file: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sha256(file))
}

async fn post(url: &str, body: Vec<u8>) -> (u16, Value) {
    let response = reqwest::Client::new()
        .post(url)
        .body(body)
        .send()
        .await
        .unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
}

#[actix_web::test]
async fn an_upload_that_breaks_off_goes_on_from_where_it_was() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, _) = world.paired(&phone).await;
    let (host, auth) = media_conn(&client).await;
    let file: Vec<u8> = (0..200_000u32).map(|n| (n % 251) as u8).collect();
    let token = token(&file);
    let url = format!("{host}/mms/image/{token}?auth={auth}&token={token}");
    let asked = post(&format!("{url}&resume=1"), Vec::new()).await;
    assert_eq!(asked, (200, json!({ "resume": "0" })));

    // The connection breaks in the middle of the body.
    let address = host.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.unwrap();
    let path = url.trim_start_matches(&host);
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n",
        file.len()
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&file[..120_000]).await.unwrap();
    socket.shutdown().await.unwrap();
    let _ = socket.read_to_end(&mut Vec::new()).await;

    let (status, answer) = post(&format!("{url}&resume=1"), Vec::new()).await;
    assert_eq!((status, &answer["resume"]), (200, &json!("120000")));
    // Not what is missing: the whole is refused, and has to begin again.
    let (status, _) = post(&format!("{url}&file_offset=150000"), vec![0; 10]).await;
    assert_eq!(status, 416);
    let (status, answer) = post(&format!("{url}&file_offset=0"), file[..1000].to_vec()).await;
    assert_eq!((status, answer), (400, Value::Null));

    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&file[..50_000]).await.unwrap();
    socket.shutdown().await.unwrap();
    let _ = socket.read_to_end(&mut Vec::new()).await;
    let (status, answer) = post(&format!("{url}&file_offset=50000"), file[50_000..].to_vec()).await;
    assert_eq!(status, 200, "{answer}");
    let direct_path = answer["direct_path"].as_str().unwrap();
    let (_, answer) = post(&format!("{url}&resume=1"), Vec::new()).await;
    assert_eq!(answer["resume"], "complete");
    assert_eq!(answer["direct_path"], direct_path);

    let get = |range: &'static str| {
        let request = reqwest::Client::new().get(format!("{host}{direct_path}"));
        request.header("range", range).send()
    };
    let part = get("bytes=10-19").await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 10-19/200000");
    assert_eq!(part.bytes().await.unwrap(), &file[10..20]);
    client.stop().await;
}

#[actix_web::test]
async fn wrong_tokens_are_refused_and_expired_files_are_gone() {
    let world = World::start().await;
    let phone = world.account("Ann").await;
    let (client, _, _) = world.paired(&phone).await;
    let (host, auth) = media_conn(&client).await;
    let file = vec![5u8; 1000];
    let token = token(&file);
    let url = |auth: &str| format!("{host}/mms/image/{token}?auth={auth}&token={token}");
    let other = auth.replacen('1', "2", 1);
    assert_eq!(post(&url(&other), file.clone()).await.0, 401);
    assert_eq!(post(&url(&auth), vec![6u8; 1000]).await.0, 400);
    let (status, answer) = post(&url(&auth), file.clone()).await;
    assert_eq!(status, 200);
    let direct_path = answer["direct_path"].as_str().unwrap();
    let status = |url: String| async { reqwest::get(url).await.unwrap().status().as_u16() };
    assert_eq!(status(format!("{host}{direct_path}")).await, 200);
    assert_eq!(
        status(format!("{host}{direct_path}&auth={other}")).await,
        403
    );
    // A client may take back what it has read, by the token of the file.
    let delete = async |auth: &str| {
        let request = reqwest::Client::new().delete(url(auth)).send();
        request.await.unwrap().status().as_u16()
    };
    assert_eq!(delete(&other).await, 401);
    assert_eq!(delete(&auth).await, 200);
    assert_eq!(delete(&auth).await, 404);
    assert_eq!(post(&url(&auth), file.clone()).await.0, 200);
    let (_, expired) = world.call("DELETE", "/media", Value::Null).await;
    assert!(expired["expired"].as_u64().unwrap() >= 1);
    assert_eq!(status(format!("{host}{direct_path}")).await, 410);
    assert_eq!(status(format!("{host}/v/t62.7118-24/unknown?x")).await, 404);
    client.stop().await;
}

#[actix_web::test]
async fn a_large_file_goes_through_the_clients_own_resumable_upload_and_into_an_inbox() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let file: Vec<u8> = (0..6_000_000u32).map(|n| (n % 253) as u8).collect();
    let recipients = [Jid::pn(ben.as_str())];
    client
        .client
        .contacts()
        .is_on_whatsapp(&recipients)
        .await
        .unwrap();
    let upload = client
        .client
        .upload(file.clone(), MediaType::Video, Default::default())
        .await
        .unwrap();
    let status = client.client.status();
    let sent = status
        .send_video(
            upload,
            vec![1],
            3,
            Some("a long one"),
            &recipients,
            Default::default(),
        )
        .await
        .unwrap();
    assert_eq!(client.ack(&sent.message_id).await, None);
    let message = world.received(&ben, "a long one").await;
    assert_eq!(message["caption"], "a long one");
    let media = &message["media"];
    assert_eq!(
        (&media["type"], &media["size"]),
        (&json!("video"), &json!(6_000_000))
    );
    assert_eq!(media["sha256"], hex::encode(sha256(&file)));
    client.stop().await;
}

/// A small file that a phone sends as an image with the caption "look".
fn image(file: &[u8]) -> Value {
    json!({ "type": "image", "caption": "look", "data_base64": BASE64_STANDARD.encode(file) })
}

/// The next image that the client is sent.
async fn image_from(client: &TestClient) -> ImageMessage {
    let image = |event: &Event| match event {
        Event::Messages(batch) => batch
            .iter()
            .find_map(|inbound| inbound.message.image_message.as_option().cloned()),
        _ => None,
    };
    client.event("image", image).await
}

#[actix_web::test]
async fn a_file_from_a_phone_is_opened_by_the_client_and_by_this_tests_own_computation() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    let file = b"a picture of Ben".to_vec();
    let media = image(&file);
    let inbound = json!({ "to": ann, "from": ben, "media": media });
    world.post("/inbound", inbound).await;
    let message = image_from(&client).await;
    assert_eq!(message.caption.as_deref(), Some("look"));
    let bytes = |field: &Option<Vec<u8>>| field.clone().unwrap();
    let parameters = DownloadParams::encrypted(
        message.direct_path.clone().unwrap(),
        &bytes(&message.media_key),
        &bytes(&message.file_sha256),
        &bytes(&message.file_enc_sha256),
        message.file_length.unwrap(),
        MediaType::Image,
    );
    let opened = client.client.download_from_params(&parameters).await;
    assert_eq!(opened.unwrap(), file);
    let url = message.url.unwrap().replacen("https", "http", 1);
    let sealed = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let opened = open_media(&sealed, &bytes(&message.media_key), "WhatsApp Image Keys");
    assert_eq!(opened, file);
    let both = json!({ "to": ann, "text": "x", "media": media });
    assert_eq!(world.call("POST", "/inbound", both).await.0, 400);
    client.stop().await;
}

#[actix_web::test]
async fn a_phone_posts_statuses_to_whom_its_privacy_admits() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let cleo = world.account("Cleo").await;
    let (client, _, jid) = world.paired(&ann).await;
    let contacts = format!("/accounts/{ben}/contacts");
    for contact in [&ann, &cleo] {
        world.post(&contacts, json!({ "phone": contact })).await;
    }
    let path = format!("/accounts/{ben}/status");
    let post = |text: &str| world.post(&path, json!({ "text": text }));
    post("status of a phone").await;
    assert_eq!(text_from(&client).await, "status of a phone");
    let received = world.received(&cleo, "status of a phone").await;
    assert_eq!(received["chat"], "status@broadcast");

    // A spoilt copy is sent again.
    let file = b"a picture of Ben".to_vec();
    world.post("/corrupt", json!({ "jid": jid })).await;
    world.post(&path, json!({ "media": image(&file) })).await;
    let caption = image_from(&client).await.caption;
    assert_eq!(caption.as_deref(), Some("look"));
    let received = world.received(&cleo, "look").await;
    assert_eq!(received["media"]["sha256"], hex::encode(sha256(&file)));

    let only_ann = json!({ "type": "whitelist", "users": [ann] });
    world
        .post(&format!("/accounts/{ben}/status-privacy"), only_ann)
        .await;
    post("for Ann").await;
    assert_eq!(text_from(&client).await, "for Ann");
    let inbox = world.get(&format!("/accounts/{cleo}/inbox")).await;
    let messages = inbox["messages"].as_array().unwrap().iter();
    let texts: Vec<_> = messages.map(|message| message["text"].clone()).collect();
    assert_eq!(texts, ["status of a phone", "look"]);
    client.stop().await;
}

#[actix_web::test]
async fn a_status_with_a_part_that_does_not_belong_into_it_is_refused() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, _) = world.paired(&ann).await;
    post_status(&client, "the audience is known", &[&ben]).await;
    let status = |id: &str| {
        NodeBuilder::new("message")
            .attr("to", Jid::status_broadcast())
            .attr("id", id)
            .attr("type", "text")
    };
    let setting = || {
        NodeBuilder::new("meta")
            .attr("status_setting", "contacts")
            .build()
    };
    let refused = [
        (status("A1").attr("addressing_mode", "lid").build(), "479"),
        (
            status("A2")
                .children([NodeBuilder::new("status").build()])
                .build(),
            "400",
        ),
    ];
    for (node, error) in refused {
        let id = attr(&node, "id");
        client.client.send_node(node).await.unwrap();
        assert_eq!(client.ack(&id).await.as_deref(), Some(error));
    }
    client
        .client
        .send_node(status("A4").children([setting()]).build())
        .await
        .unwrap();
    assert_eq!(client.ack("A4").await, None);
    client.stop().await;
}
