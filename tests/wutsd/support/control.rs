//! The simulated WhatsApp's control API: accounts, scanning, faults, and what phones have decrypted.

use serde_json::{Value, json};

use super::api::{Answer, Api};
use super::{until, until_ok};

pub struct Control(Api);

impl Control {
    pub fn new(base: &str) -> Self {
        Self(Api::undocumented(base))
    }

    /// A new account; its phone number.
    pub async fn account(&self, name: &str) -> String {
        let account = self
            .0
            .post("/accounts", json!({ "name": name }))
            .await
            .expect(201);
        account["phone"].as_str().expect("a phone").to_owned()
    }

    /// A new account that is more than a name: with a `phone` of its own, `hidden`, or `also` reached by other numbers;
    /// its phone number.
    pub async fn account_with(&self, account: Value) -> String {
        let account = self.0.post("/accounts", account).await.expect(201);
        account["phone"].as_str().expect("a phone").to_owned()
    }

    /// Puts a number into the phone's address book, whoever has it.
    pub async fn add_contact(&self, owner: &str, number: &str) {
        let path = format!("/accounts/{owner}/contacts");
        let answer = self.0.post(&path, json!({ "phone": number })).await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
    }

    /// The LID of an account.
    pub async fn lid(&self, phone: &str) -> String {
        let accounts = self.0.get("/accounts").await.expect(200);
        let accounts = accounts["accounts"].as_array().expect("accounts").clone();
        let account = accounts.iter().find(|account| account["phone"] == phone);
        account.expect("the account")["lid"]
            .as_str()
            .expect("a lid")
            .to_owned()
    }

    /// A new account that is a contact of `owner`; its phone number.
    pub async fn contact_of(&self, owner: &str, name: &str) -> String {
        let phone = self.account(name).await;
        let contact = json!({ "phone": phone, "name": name });
        let answer = self
            .0
            .post(&format!("/accounts/{owner}/contacts"), contact)
            .await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
        phone
    }

    /// Takes somebody out of the phone's address book.
    pub async fn forget_contact(&self, owner: &str, contact: &str) {
        let path = format!("/accounts/{owner}/contacts/{contact}");
        let answer = self.0.delete(&path).await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
    }

    pub async fn scan(&self, qr: &str, phone: &str) -> Answer {
        self.0
            .post("/scan", json!({ "qr": qr, "account": phone }))
            .await
    }

    /// The owner of an account makes a passkey, which is asked for from now on.
    pub async fn makes_passkey(&self, phone: &str, terms: Value) {
        self.change(&format!("/accounts/{phone}/passkey"), terms)
            .await;
    }

    /// What the owner's browser gives for these options.
    pub async fn asks_browser(&self, phone: &str, ask: Value) -> Value {
        let path = format!("/accounts/{phone}/passkey/answer");
        self.0.post(&path, ask).await.expect(200)
    }

    /// How the check of a link stands on the phone.
    pub async fn passkey(&self, phone: &str) -> Value {
        let path = format!("/accounts/{phone}/passkey");
        self.0.get(&path).await.expect(200)
    }

    /// The phone does not link the device after all.
    pub async fn cancels_passkey(&self, phone: &str) {
        self.change(&format!("/accounts/{phone}/passkey/cancel"), json!({}))
            .await;
    }

    pub async fn type_code(&self, phone: &str, code: &str) -> Answer {
        self.0
            .post("/code", json!({ "phone": phone, "code": code }))
            .await
    }

    /// Makes something go wrong, for `"*"` or one device.
    pub async fn fault(&self, fault: Value) {
        let answer = self.0.post("/faults", fault).await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
    }

    /// From now on this phone is handed every status, though it is not meant.
    pub async fn overhear(&self, phone: &str) {
        let jid = format!("{phone}@s.whatsapp.net");
        self.fault(json!({ "jid": jid, "fault": "overhear" })).await;
    }

    /// Everything works again.
    pub async fn clear_faults(&self) {
        let answer = self.0.delete("/faults").await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
    }

    /// Waits until this fault has happened.
    pub async fn wait_for_fault(&self, fault: &str) {
        until(fault, async || (self.hits(fault).await > 0).then_some(())).await;
    }

    /// How often faults of this kind have happened.
    pub async fn hits(&self, fault: &str) -> u64 {
        let faults = self.0.get("/faults").await.expect(200);
        let faults = faults["faults"].as_array().expect("faults").clone();
        let active = faults.iter().filter(|active| active["fault"] == fault);
        active
            .map(|active| active["hits"].as_u64().expect("a number"))
            .sum()
    }

    /// How often something has happened at the server.
    pub async fn counter(&self, name: &str) -> u64 {
        let state = self.0.get("/state").await.expect(200);
        state["counters"][name].as_u64().expect(name)
    }

    /// Waits until something has happened so often, or more often.
    pub async fn wait_for_counter(&self, name: &str, count: u64) {
        until_ok(&format!("{count} {name}"), async || {
            let so_far = self.counter(name).await;
            if so_far >= count { Ok(()) } else { Err(so_far) }
        })
        .await;
    }

    /// One phone sends another a text; its id.
    pub async fn send_text(&self, from: &str, to: &str, text: &str) -> Value {
        let body = json!({ "from": from, "to": to, "text": text });
        self.0.post("/inbound", body).await.expect(200)["id"].clone()
    }

    /// A phone sends anything; its id.
    pub async fn says(&self, phone: &str, saying: Value) -> Value {
        let path = format!("/accounts/{phone}/send");
        self.0.post(&path, saying).await.expect(200)["id"].clone()
    }

    /// A phone calls somebody; the call's id.
    pub async fn calls(&self, phone: &str, to: &str) -> Value {
        let path = format!("/accounts/{phone}/calls");
        let body = json!({ "to": to });
        self.0.post(&path, body).await.expect(201)["id"].clone()
    }

    /// What has become of a call, as that account's phone knows it.
    pub async fn call(&self, phone: &str, id: &Value) -> Value {
        let path = format!("/accounts/{phone}/calls");
        let told = self.0.get(&path).await.expect(200);
        let mut calls = told["calls"].as_array().expect("calls").iter();
        calls
            .find(|call| call["id"] == *id)
            .expect("the call")
            .clone()
    }

    /// Somebody does something with a call on the phone.
    pub async fn touches_call(&self, phone: &str, id: &Value, action: &str) {
        let id = id.as_str().expect("an id");
        let path = format!("/accounts/{phone}/calls/{id}");
        self.change(&path, json!({ "action": action })).await;
    }

    /// The kinds of which phones can send a message, as the refusal of another one lists them.
    pub async fn kinds(&self, phone: &str) -> Vec<String> {
        let path = format!("/accounts/{phone}/send");
        let saying = json!({ "to": phone, "content": { "type": "nothing" } });
        let refused = self.0.post(&path, saying).await.expect(400);
        let words = refused["error"].as_str().expect("words").split('`');
        words.skip(3).step_by(2).map(str::to_owned).collect()
    }

    /// The phone does not even offer to send that; the answer's code.
    pub async fn refuses_to_say(&self, phone: &str, saying: Value) -> u16 {
        let path = format!("/accounts/{phone}/send");
        self.0.post(&path, saying).await.status
    }

    /// A phone posts a status; its id.
    pub async fn posts_status(&self, phone: &str, status: Value) -> Value {
        let path = format!("/accounts/{phone}/status");
        self.0.post(&path, status).await.expect(200)["id"].clone()
    }

    /// A phone reads messages that it has, or plays them.
    pub async fn attends(&self, phone: &str, attention: &str, messages: &[&Value]) {
        let body = json!({ "type": attention, "messages": messages });
        self.change(&format!("/accounts/{phone}/receipts"), body)
            .await;
    }

    /// A phone says that it has seen somebody's status, of which it knows the id.
    pub async fn claims_to_have_seen(&self, phone: &str, author: &str, id: &Value) {
        let body = json!({ "type": "read", "messages": [id], "status_of": author });
        self.change(&format!("/accounts/{phone}/receipts"), body)
            .await;
    }

    /// How many messages the account's linked device has not acknowledged yet.
    pub async fn queued(&self, phone: &str) -> u64 {
        let account = self.account_state(phone).await;
        account["devices"][0]["queued"].as_u64().expect("a number")
    }

    /// One phone sends another a file; its id.
    pub async fn send_media(&self, from: &str, to: &str, media: Value) -> Value {
        let body = json!({ "from": from, "to": to, "media": media });
        self.0.post("/inbound", body).await.expect(200)["id"].clone()
    }

    /// Every file expires at WhatsApp; with `on_phones`, at the phones that have sent it, too.
    pub async fn expire_media(&self, on_phones: bool) {
        let path = format!("/media?on_phones={on_phones}");
        self.0.delete(&path).await.expect(200);
    }

    /// The account's owner changes name, about text or picture.
    pub async fn change_profile(&self, phone: &str, profile: Value) {
        self.change(&format!("/accounts/{phone}/profile"), profile)
            .await;
    }

    /// How a chat stands on the phone, by the name under which the app state has it.
    pub async fn chat(&self, phone: &str, jid: &str) -> Value {
        let path = format!("/accounts/{phone}/chats");
        self.0.get(&path).await.expect(200)["chats"][jid].clone()
    }

    /// The account's owner does something with a chat on the phone.
    pub async fn change_chat(&self, phone: &str, change: Value) {
        self.change(&format!("/accounts/{phone}/chats"), change)
            .await;
    }

    /// The account's owner changes a privacy category.
    pub async fn change_privacy(&self, phone: &str, category: Value) {
        self.change(&format!("/accounts/{phone}/privacy"), category)
            .await;
    }

    /// Says on the phone who may see its statuses, which its linked devices have heard afterwards.
    pub async fn change_status_privacy(&self, phone: &str, rule: Value) {
        self.change(&format!("/accounts/{phone}/status-privacy"), rule)
            .await;
        self.heard(phone).await;
    }

    /// Blocks (or unblocks) somebody on the phone, which its linked devices have heard afterwards.
    pub async fn change_blocklist(&self, phone: &str, change: Value) {
        self.change(&format!("/accounts/{phone}/blocklist"), change)
            .await;
        self.heard(phone).await;
    }

    /// Waits until all devices of the account that are connected have acknowledged all that they were told.
    async fn heard(&self, phone: &str) {
        until_ok("the devices have heard it", async || {
            let account = self.account_state(phone).await;
            let mut devices = account["devices"].as_array().expect("a list").iter();
            match devices.all(|device| device["connected"] == false || device["queued"] == 0) {
                true => Ok(()),
                false => Err(account.to_string()),
            }
        })
        .await;
    }

    /// The next message to that device arrives spoilt.
    pub async fn corrupt(&self, jid: &str) {
        self.change("/corrupt", json!({ "jid": jid })).await;
    }

    /// Everybody who has read this status of that device loses its key and asks for it again, all at once; how many they
    /// are.
    pub async fn ask_again(&self, jid: &str, id: &Value) -> u64 {
        let body = json!({ "jid": jid, "id": id });
        let asked = self.0.post("/ask-again", body).await.expect(201);
        asked["asked"].as_u64().expect("a number")
    }

    /// New accounts that are contacts of `owner`, told in one patch; their phone numbers.
    pub async fn contacts_of(&self, owner: &str, count: usize) -> Vec<String> {
        let body = json!({ "count": count });
        let made = self.0.post(&format!("/accounts/{owner}/crowd"), body).await;
        let made = made.expect(201);
        let phones = made["phones"].as_array().expect("phones").iter();
        let phones = phones.map(|phone| phone.as_str().expect("a number").to_owned());
        phones.collect()
    }

    /// Changes who is in a group.
    pub async fn change_group(&self, group: &str, change: Value) {
        self.change(&format!("/groups/{group}/participants"), change)
            .await;
    }

    /// A group as the server has it; null where there is none.
    pub async fn group_at_server(&self, jid: &str) -> Value {
        let groups = self.0.get("/groups").await.expect(200);
        let groups = groups["groups"].as_array().expect("groups").clone();
        let found = groups.into_iter().find(|group| group["jid"] == jid);
        found.unwrap_or_default()
    }

    /// The owner of a phone does something in groups.
    pub async fn acts(&self, phone: &str, act: Value) {
        self.change(&format!("/accounts/{phone}/groups"), act).await;
    }

    /// Makes a group; its JID.
    pub async fn group(&self, participants: &[&String]) -> String {
        let body = json!({ "subject": "A group", "participants": participants });
        let group = self.0.post("/groups", body).await.expect(201);
        group["jid"].as_str().expect("a JID").to_owned()
    }

    /// Makes a group of the older kind, which calls its people by number; its JID.
    pub async fn group_by_number(&self, participants: &[&String]) -> String {
        let body = json!({ "subject": "A group", "participants": participants, "by_number": true });
        let group = self.0.post("/groups", body).await.expect(201);
        group["jid"].as_str().expect("a JID").to_owned()
    }

    /// Makes a channel of this owner; its JID.
    pub async fn channel(&self, owner: &str, followers: &[&str]) -> String {
        let body = json!({ "name": "City news", "owner": owner, "followers": followers });
        let channel = self.0.post("/channels", body).await.expect(201);
        channel["jid"].as_str().expect("a JID").to_owned()
    }

    /// A channel as the server knows it.
    pub async fn channel_state(&self, jid: &str) -> Value {
        let channels = self.0.get("/channels").await.expect(200);
        let mut channels = channels["channels"].as_array().expect("channels").iter();
        let channel = channels.find(|channel| channel["jid"] == jid);
        channel.expect("the channel").clone()
    }

    /// Somebody follows a channel on the phone, no longer, or mutes it.
    pub async fn change_follower(&self, channel: &str, change: Value) {
        self.change(&format!("/channels/{channel}/followers"), change)
            .await;
    }

    /// WhatsApp suspends a channel, or it is deleted.
    pub async fn change_channel(&self, channel: &str, state: &str) {
        let path = format!("/channels/{channel}/state");
        self.change(&path, json!({ "state": state })).await;
    }

    /// An admin's phone posts in a channel; id and number.
    pub async fn posts(&self, channel: &str, post: Value) -> Value {
        let path = format!("/channels/{channel}/posts");
        self.0.post(&path, post).await.expect(200)
    }

    /// What was posted in a channel, with what became of it.
    pub async fn posts_of(&self, channel: &str) -> Vec<Value> {
        let path = format!("/channels/{channel}/posts");
        let posts = self.0.get(&path).await.expect(200);
        posts["posts"].as_array().expect("posts").clone()
    }

    /// Somebody reacts to a post on the phone.
    pub async fn reacts(&self, channel: &str, reaction: Value) {
        self.change(&format!("/channels/{channel}/reactions"), reaction)
            .await;
    }

    /// The account has to accept the terms before it makes a channel.
    pub async fn withdraw_terms(&self, phone: &str) {
        let path = format!("/accounts/{phone}/channel-terms");
        self.change(&path, json!({ "accepted": false })).await;
    }

    /// All groups, as the server has them.
    pub async fn groups(&self) -> Vec<Value> {
        let groups = self.0.get("/groups").await.expect(200);
        groups["groups"].as_array().expect("groups").clone()
    }

    /// Makes a community of these people, the first of them its creator; with the JIDs of its groups.
    pub async fn community(&self, participants: &[&String]) -> Value {
        let body = json!({ "subject": "A community", "participants": participants });
        self.0.post("/communities", body).await.expect(201)
    }

    /// The creator of a community changes which groups belong to it.
    pub async fn change_community(&self, community: &str, change: Value) {
        self.change(&format!("/communities/{community}/groups"), change)
            .await;
    }

    async fn change(&self, path: &str, body: Value) {
        let answer = self.0.post(path, body).await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
    }

    /// The phone unlinks a device.
    pub async fn kick(&self, jid: &str) {
        let answer = self.0.post("/kick", json!({ "jid": jid })).await;
        assert!((200..300).contains(&answer.status), "{}", answer.text);
    }

    /// The JIDs of the account's linked devices.
    pub async fn devices(&self, phone: &str) -> Vec<String> {
        let account = self.account_state(phone).await;
        let devices = account["devices"].as_array().expect("devices");
        devices
            .iter()
            .map(|device| device["jid"].as_str().expect("a jid").to_owned())
            .collect()
    }

    /// Whether a linked device of the account holds a connection.
    pub async fn is_connected(&self, phone: &str) -> bool {
        let account = self.account_state(phone).await;
        let devices = account["devices"].as_array().expect("devices");
        devices.iter().any(|device| device["connected"] == true)
    }

    async fn account_state(&self, phone: &str) -> Value {
        let accounts = self.0.get("/accounts").await.expect(200);
        let accounts = accounts["accounts"].as_array().expect("accounts").clone();
        let mut accounts = accounts.into_iter();
        let account = accounts.find(|account| account["phone"] == phone);
        account.expect("the account")
    }

    /// What this phone has decrypted so far.
    pub async fn inbox(&self, phone: &str) -> Vec<Value> {
        let inbox = self
            .0
            .get(&format!("/accounts/{phone}/inbox"))
            .await
            .expect(200);
        inbox["messages"].as_array().expect("messages").clone()
    }

    /// What this phone was told of messages to others.
    pub async fn receipts(&self, phone: &str) -> Vec<Value> {
        let path = format!("/accounts/{phone}/receipts");
        let told = self.0.get(&path).await.expect(200);
        told["receipts"].as_array().expect("receipts").clone()
    }

    /// How often this phone was told so of this message.
    pub async fn told(&self, phone: &str, id: &str, kind: &str) -> usize {
        let told = self.receipts(phone).await.into_iter();
        told.filter(|receipt| receipt["id"] == id && receipt["type"] == kind)
            .count()
    }

    /// Waits until this phone was told so of this message, so often or more often.
    pub async fn wait_to_be_told(&self, phone: &str, id: &str, kind: &str, count: usize) {
        until_ok(&format!("{kind:?} receipts of {id}"), async || {
            let told = self.told(phone, id, kind).await;
            if told >= count { Ok(()) } else { Err(told) }
        })
        .await
    }

    /// How often this phone has decrypted a message with this id, which it shows once.
    pub async fn read(&self, phone: &str, id: &Value) -> usize {
        let id = id.as_str().expect("an id");
        let path = format!("/accounts/{phone}/inbox?id={id}");
        let inbox = self.0.get(&path).await.expect(200);
        let messages = inbox["messages"].as_array().expect("messages").iter();
        let times = messages.map(|message| message["times"].as_u64().expect("a number"));
        usize::try_from(times.sum::<u64>()).expect("not so many")
    }

    /// Waits until this phone has decrypted something of this kind; the latest of it.
    pub async fn wait_for_kind(&self, phone: &str, kind: &str) -> Value {
        until_ok(&format!("a message of the kind {kind}"), async || {
            let inbox = self.inbox(phone).await;
            let mut latest = inbox.iter().rev();
            let message = latest.find(|message| message["kind"] == kind);
            message.cloned().ok_or_else(|| Value::from(inbox))
        })
        .await
    }

    /// Waits until this phone has decrypted a message with this id.
    pub async fn wait_for_message(&self, phone: &str, id: &Value) -> Value {
        until_ok(&format!("message {id}"), async || {
            let inbox = self.inbox(phone).await;
            let message = inbox.iter().find(|message| message["id"] == *id);
            message.cloned().ok_or_else(|| Value::from(inbox))
        })
        .await
    }
}
