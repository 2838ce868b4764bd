//! In which order what is sent to one chat leaves, and who waits for whom.

use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::standin::StandIn;
use super::{Chat, DOT, PRIVATE, base64, file};
use crate::support::{Answer, until};

impl Chat {
    /// Asks for it, and returns when it has been accepted as one of so many that are under way.
    async fn begin(&self, path: &'static str, body: Value, under_way: usize) -> JoinHandle<Answer> {
        let api = self.user.api.clone();
        let asked = tokio::spawn(async move { api.post(path, body).await });
        let metric = format!("commands_in_progress {under_way}");
        self.user.api.wait_for_metric(&metric).await;
        asked
    }

    /// The ids of what Ada's phone shows, in their order.
    async fn shown(&self) -> Vec<Value> {
        let inbox = self.world.control.inbox(&self.ada).await;
        inbox.iter().map(|message| message["id"].clone()).collect()
    }
}

async fn ids(asked: Vec<JoinHandle<Answer>>) -> Vec<Value> {
    let mut ids = Vec::new();
    for asked in asked {
        let sent = asked.await.expect("an answer").expect(200);
        ids.push(sent["message_id"].clone());
    }
    ids
}

#[tokio::test]
async fn whatever_a_chat_is_called_it_has_one_line() {
    let chat = Chat::open().await;
    let lid = chat.world.control.lid(&chat.ada).await;
    let ada = &chat.ada;
    let names = [
        ada.clone(),
        lid,
        format!("+{} {}", &ada[..2], &ada[2..]),
        format!("{ada}@s.whatsapp.net"),
    ];
    // At first it is not known who that is: WhatsApp is asked while the others wait behind.
    for round in 0..2 {
        let mut asked = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let delay = if place == 0 { 2 } else { 0 };
            // Nobody knows that a number and a LID are one before somebody has asked.
            let name = if round == 0 && place == 1 { ada } else { name };
            let text = format!("{round}.{place}");
            let body = json!({ "number": name, "text": text, "delay": delay });
            asked.push(chat.begin("/send/text", body, place + 1).await);
        }
        let ids = ids(asked).await;
        chat.world.control.wait_for_message(ada, &ids[3]).await;
        assert!(chat.shown().await.ends_with(&ids), "{round}");
    }
}

#[tokio::test]
async fn a_text_does_not_overtake_a_picture_that_is_still_fetched() {
    let chat = Chat::open_with(&[PRIVATE]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a socket");
    let address = listener.local_addr().expect("its address");
    let picture = json!({ "number": chat.ada, "image_url": format!("http://{address}/") });
    let picture = chat.begin("/send/image", picture, 1).await;
    let (socket, _) = listener.accept().await.expect("it is fetched");
    let text = json!({ "number": chat.ada, "text": "see above" });
    let text = chat.begin("/send/text", text, 2).await;
    // Another chat is not held up.
    let bob = chat.world.control.account("Bob").await;
    let other = json!({ "number": bob, "text": "meanwhile" });
    chat.post("/send/text", other).await.expect(200);
    assert!(chat.shown().await.is_empty());
    super::answer(socket, "image/jpeg", &file("baseline.jpg")).await;
    let ids = ids(vec![picture, text]).await;
    chat.world
        .control
        .wait_for_message(&chat.ada, &ids[1])
        .await;
    assert_eq!(chat.shown().await, ids);
}

#[tokio::test]
async fn jobs_of_a_chat_keep_their_order_among_themselves() {
    let wait = |name: &str| format!("until [ -e $HERE/{name} ]; do sleep 0.02; done");
    let program = StandIn::new(&format!(
        "if mkdir $HERE/first 2>/dev/null; then {}; else {}; touch $HERE/ready; fi; exec cat \"$VOICE\"",
        wait("go"),
        wait("overtake")
    ));
    let settings = [
        program.setting(),
        ("MEDIA__ANSWER_AFTER", "1"),
        ("MEDIA__FFMPEG_PROCESSES", "2"),
    ];
    let chat = Chat::open_with(&settings).await;
    let sound = json!({ "number": chat.ada, "audio": base64(&file("sound.mp3")) });
    let mut jobs = Vec::new();
    for _ in 0..2 {
        let job = chat.post("/send/audio", sound.clone()).await.expect(202);
        let job = job["job_id"].as_str().expect("an id");
        jobs.push(json!(job.strip_prefix("job_").expect("a message's id")));
    }
    std::fs::write(program.file("overtake"), "").expect("a file");
    until("the second is ready", async || {
        program.file("ready").exists().then_some(())
    })
    .await;
    // What is no job waits for neither.
    let text = json!({ "number": chat.ada, "text": "meanwhile" });
    let (text, _) = chat.send("/send/text", text).await;
    assert_eq!(chat.shown().await, [text["message_id"].clone()]);
    std::fs::write(program.file("go"), "").expect("a file");
    chat.world
        .control
        .wait_for_message(&chat.ada, &jobs[1])
        .await;
    assert_eq!(chat.shown().await[1..], jobs);
}

#[tokio::test]
async fn what_others_have_announced_is_nobodys_own_time_and_a_slow_chat_does_not_take_all_places() {
    let settings = [
        ("WHATSAPP__COMMAND_TIMEOUT", "4"),
        ("SUPERVISION__COMMANDS_PER_DEVICE", "8"),
    ];
    let chat = Chat::open_with(&settings).await;
    let text = json!({ "number": chat.ada, "text": "slowly", "delay": 3 });
    let mut asked = Vec::new();
    for place in 1..=4 {
        asked.push(chat.begin("/send/text", text.clone(), place).await);
    }
    let refused = chat.post("/send/text", text).await;
    let words = "too much waits to be sent to this chat, try again later";
    assert_eq!(refused.text_error(), (429, words));
    assert_eq!(refused.body["error_code"], "TOO_MANY_REQUESTS");
    assert_eq!(refused.header("retry-after"), "3");
    let bob = chat.world.control.account("Bob").await;
    let other = json!({ "number": bob, "text": "meanwhile" });
    chat.post("/send/text", other).await.expect(200);
    // The last one has waited for longer than a command may take.
    let ids = ids(asked).await;
    chat.world
        .control
        .wait_for_message(&chat.ada, &ids[3])
        .await;
    assert_eq!(chat.shown().await, ids);
}

#[tokio::test]
async fn nobody_is_let_wait_for_more_than_a_minute() {
    let chat = Chat::open().await;
    let slow = json!({ "number": chat.ada, "text": "slow", "delay": 60, "typingDuration": 1 });
    let slow = chat.begin("/send/text", slow, 1).await;
    let picture = json!({ "number": chat.ada, "image": DOT });
    let refused = chat.post("/send/image", picture).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "61"));
    slow.abort();
}
