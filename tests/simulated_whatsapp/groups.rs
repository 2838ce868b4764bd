//! Groups: who is in them, and messages that are sealed once for all of their devices.

use serde_json::json;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::support::{TestClient, World, ask, attr, child, iq, refused, seen, text_from, to_group};

pub fn tag(tag: &'static str) -> NodeBuilder {
    NodeBuilder::new(tag)
}

pub fn people(tag: &'static str, people: &[&Jid]) -> Node {
    let people = people.iter().copied().cloned();
    let people = people.map(|jid| NodeBuilder::new("participant").attr("jid", jid).build());
    NodeBuilder::new(tag).children(people).build()
}

/// The error of each person, empty for none.
pub fn errors(answer: &Node, tag: &str) -> Vec<String> {
    let answer = child(answer, tag);
    let people = answer.get_children_by_tag("participant");
    people.map(|person| attr(person, "error")).collect()
}

/// What a device is told about a group, by the tag of the change.
pub async fn told(client: &TestClient, tag: &str) -> Node {
    child(&notified(client, tag).await, tag)
}

/// The same with who has done it.
async fn notified(client: &TestClient, tag: &str) -> Node {
    client
        .stanza(tag, |node| {
            let news = (attr(node, "type") == "w:gp2").then_some(node)?;
            news.get_optional_child(tag).map(|_| news.clone())
        })
        .await
}

pub async fn made(client: &TestClient, members: &[&Jid]) -> Jid {
    let mut create = people("create", members);
    create.attrs.push("subject", "Made");
    let answer = ask(client, to_group(None, "set", create)).await;
    format!("{}@g.us", attr(&child(&answer, "group"), "id"))
        .parse()
        .unwrap()
}

#[actix_web::test]
async fn an_admin_shapes_a_group_and_its_members_are_told() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let group = made(&at_ann, &[&Jid::pn(ben.as_str())]).await;
    told(&at_ben, "create").await;
    let set = |child: Node| to_group(Some(&group), "set", child);

    // Any member may name the group until it is locked.
    let subject = |text: &'static str| tag("subject").bytes(text.as_bytes()).build();
    ask(&at_ben, set(subject("Named by Ben"))).await;
    let named = told(&at_ann, "subject").await;
    assert_eq!(attr(&named, "subject"), "Named by Ben");
    let body = tag("body").bytes("about us".as_bytes()).build();
    let description = tag("description").attr("id", "D1").children([body]);
    ask(&at_ann, set(description.build())).await;
    assert_eq!(attr(&told(&at_ben, "description").await, "id"), "D1");
    let approval = tag("group_join").attr("state", "on").build();
    let changes = [
        tag("locked").build(),
        tag("announcement").build(),
        tag("ephemeral").attr("expiration", 86_400).build(),
        tag("membership_approval_mode").children([approval]).build(),
        tag("member_add_mode").bytes("admin_add".as_bytes()).build(),
    ];
    for change in changes {
        ask(&at_ann, set(change.clone())).await;
        told(&at_ben, &change.tag).await;
    }
    let shown = seen(&at_ben, &group).await;
    assert_eq!(attr(&shown, "subject"), "Named by Ben");
    assert_eq!(attr(&shown, "s_o"), world.lid(&ben).await.to_string());
    assert_eq!(attr(&child(&shown, "description"), "id"), "D1");
    assert_eq!(attr(&child(&shown, "ephemeral"), "expiration"), "86400");
    for rule in ["locked", "announcement", "membership_approval_mode"] {
        child(&shown, rule);
    }

    // Who leads nothing changes nothing now, and does not write either.
    refused(&at_ben, set(subject("Again")), "401").await;
    refused(&at_ann, set(tag("ephemeral").build()), "400").await;
    refused(&at_ann, set(tag("linked_groups").build()), "405").await;
    let inbound = json!({ "to": group.to_string(), "from": ben, "text": "x" });
    assert_eq!(world.call("POST", "/inbound", inbound).await.0, 404);
    ask(&at_ann, set(tag("not_announcement").build())).await;
    told(&at_ben, "not_announcement").await;
    let deleted = tag("description").attr("delete", "true").attr("prev", "D1");
    ask(&at_ann, set(deleted.build())).await;
    child(&told(&at_ben, "description").await, "delete");
    let shown = seen(&at_ben, &group).await;
    assert!(shown.get_optional_child("description").is_none());
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn people_come_and_go_and_each_is_answered_for() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (cleo, dave) = (world.account("Cleo").await, world.account("Dave").await);
    let erin = world.account("Erin").await;
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let [a, b, c, d, e, nobody] = [&ann, &ben, &cleo, &dave, &erin, "19999999999"].map(Jid::pn);
    let hidden = json!({ "name": "groupadd", "value": "none" });
    world
        .post(&format!("/accounts/{dave}/privacy"), hidden)
        .await;
    let block = json!({ "jid": ann });
    world
        .post(&format!("/accounts/{erin}/blocklist"), block)
        .await;

    let group = made(&at_ann, &[&b, &d, &nobody]).await;
    assert_eq!(attr(&seen(&at_ann, &group).await, "size"), "2");
    let set = |child: Node| to_group(Some(&group), "set", child);
    let answer = ask(&at_ann, set(people("add", &[&b, &c, &d, &e, &nobody]))).await;
    assert_eq!(errors(&answer, "add"), ["409", "", "403", "401", "404"]);
    let news = told(&at_ben, "add").await;
    let cleo_lid = world.lid(&cleo).await.to_string();
    assert_eq!(attr(&child(&news, "participant"), "jid"), cleo_lid);

    // Whoever made the group stays its head.
    refused(&at_ben, set(people("remove", &[&c])), "401").await;
    let answer = ask(&at_ann, set(people("promote", &[&b, &d]))).await;
    assert_eq!(errors(&answer, "promote"), ["", "404"]);
    told(&at_ben, "promote").await;
    let answer = ask(&at_ben, set(people("demote", &[&a]))).await;
    assert_eq!(errors(&answer, "demote"), ["403"]);
    let answer = ask(&at_ben, set(people("remove", &[&a, &c]))).await;
    assert_eq!(errors(&answer, "remove"), ["403", ""]);
    told(&at_ann, "remove").await;
    let answer = ask(&at_ann, set(people("demote", &[&b]))).await;
    assert_eq!(errors(&answer, "demote"), [""]);

    // With the last admin gone somebody else leads.
    let leave = |group: &Jid| {
        let group = tag("group").attr("id", group.clone()).build();
        to_group(None, "set", tag("leave").children([group]).build())
    };
    ask(&at_ann, leave(&group)).await;
    let heir = notified(&at_ben, "promote").await;
    assert_eq!(attr(&heir, "participant"), "", "nobody did it: {heir:?}");
    refused(&at_ann, leave(&group), "403").await;
    let member = child(&seen(&at_ben, &group).await, "participant");
    assert_eq!(attr(&member, "type"), "admin");
    ask(&at_ben, leave(&group)).await;
    refused(&at_ben, leave(&group), "404").await;
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn whoever_knows_a_group_can_tell_whether_it_is_the_latest() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let b = Jid::pn(ben.as_str());
    let cleo = Jid::pn(world.account("Cleo").await.as_str());
    let group = made(&at_ann, &[&b]).await;
    let set = |child: Node| to_group(Some(&group), "set", child);
    let version = |node: &Node, key: &str| attr(node, key).parse::<u64>().unwrap();
    let shown = seen(&at_ann, &group).await;
    let (mut people_at, writing_at) = (version(&shown, "p_v_id"), version(&shown, "a_v_id"));
    assert_eq!(people_at.to_string().len(), 16, "microseconds");
    for (change, who) in [
        ("add", &cleo),
        ("promote", &cleo),
        ("demote", &cleo),
        ("remove", &cleo),
    ] {
        ask(&at_ann, set(people(change, &[who]))).await;
        let news = told(&at_ben, change).await;
        assert_eq!(version(&news, "prev_v_id"), people_at, "{change}");
        people_at = version(&news, "v_id");
    }
    ask(&at_ann, set(tag("announcement").build())).await;
    let told_at = version(&told(&at_ben, "announcement").await, "v_id");
    assert!(told_at > writing_at);
    let shown = seen(&at_ben, &group).await;
    assert_eq!(version(&shown, "p_v_id"), people_at);
    assert_eq!(version(&shown, "a_v_id"), told_at);
    at_ann.stop().await;
    at_ben.stop().await;
}

pub fn invite(group: &Jid, kind: &'static str) -> Node {
    to_group(Some(group), kind, tag("invite").build())
}

/// The invite code that an admin is shown; with `set` a new one.
async fn invite_code(client: &TestClient, group: &Jid, kind: &'static str) -> String {
    let answer = ask(client, invite(group, kind)).await;
    attr(&child(&answer, "invite"), "code")
}

fn with_code(kind: &'static str, code: &str) -> Node {
    let invite = tag("invite").attr("code", code.to_owned());
    to_group(None, kind, invite.build())
}

#[actix_web::test]
async fn an_invite_code_lets_people_in_until_it_is_taken_back() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let group = made(&at_ann, &[]).await;
    let first = invite_code(&at_ann, &group, "get").await;
    assert_eq!(invite_code(&at_ann, &group, "get").await, first);
    let found = ask(&at_ben, with_code("get", &first)).await;
    assert_eq!(attr(&child(&found, "group"), "subject"), "Made");
    let joined = ask(&at_ben, with_code("set", &first)).await;
    assert_eq!(attr(&child(&joined, "group"), "jid"), group.to_string());
    assert_eq!(attr(&told(&at_ann, "add").await, "reason"), "invite");
    refused(&at_ben, with_code("set", &first), "409").await;
    refused(&at_ben, invite(&group, "get"), "401").await;

    let remove = people("remove", &[&Jid::pn(ben.as_str())]);
    ask(&at_ann, to_group(Some(&group), "set", remove)).await;
    invite_code(&at_ann, &group, "set").await;
    for (code, error) in [(first.as_str(), "410"), ("nonsense", "406")] {
        refused(&at_ben, with_code("set", code), error).await;
    }
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn with_an_invite_code_one_is_let_in_by_an_admin_where_admins_have_to_agree() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let (a, b) = (Jid::pn(ann.as_str()), Jid::pn(ben.as_str()));
    let group = made(&at_ann, &[]).await;
    let code = invite_code(&at_ann, &group, "get").await;
    let join = tag("group_join").attr("state", "on").build();
    let mode = tag("membership_approval_mode").children([join]).build();
    ask(&at_ann, to_group(Some(&group), "set", mode)).await;
    let decide = async |decision: &'static str, who: &Jid| {
        let action = tag("membership_requests_action").children([people(decision, &[who])]);
        let answer = ask(&at_ann, to_group(Some(&group), "set", action.build())).await;
        errors(&child(&answer, "membership_requests_action"), decision)
    };
    for (decision, news) in [
        ("reject", "revoked_membership_requests"),
        ("approve", "create"),
    ] {
        let asked = ask(&at_ben, with_code("set", &code)).await;
        child(&asked, "membership_approval_request");
        told(&at_ann, "created_membership_requests").await;
        let list = tag("membership_approval_requests").build();
        let waiting = ask(&at_ann, to_group(Some(&group), "get", list)).await;
        let waiting = child(&waiting, "membership_approval_requests");
        let waiting = waiting.get_children_by_tag("membership_approval_request");
        assert_eq!(waiting.count(), 1);
        assert_eq!(decide(decision, &b).await, [""]);
        told(&at_ben, news).await;
    }
    assert_eq!(decide("approve", &a).await, ["404"]);
    assert_eq!(attr(&seen(&at_ben, &group).await, "size"), "2");
    at_ann.stop().await;
    at_ben.stop().await;
}

/// A group of these people, the first of them its creator.
async fn group_of(world: &World, members: &[&String]) -> Jid {
    let members = json!({ "subject": "Three", "participants": members });
    let group = world.post("/groups", members).await["jid"].clone();
    group.as_str().unwrap().parse().unwrap()
}

#[actix_web::test]
async fn a_group_message_reaches_every_device_and_phone_of_its_members_and_nobody_else() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (cleo, dave) = (world.account("Cleo").await, world.account("Dave").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, ben_device) = world.paired(&ben).await;
    let group = group_of(&world, &[&ann, &ben, &cleo]).await;
    let news = told(&at_ben, "create").await;
    let news = child(&news, "group");
    assert_eq!(news.get_children_by_tag("participant").count(), 3);
    let known = at_ann.client.groups().get_participating().await.unwrap();
    assert_eq!(known[&group].participants.len(), 3);
    let info = at_ann.client.groups().get_metadata(&group).await.unwrap();
    assert_eq!(info.subject, "Three");

    let say = |text: &'static str| at_ann.client.send_text(group.clone(), text);
    let sent = say("to all of you").await.unwrap();
    assert_eq!(at_ann.ack(&sent.message_id).await, None);
    assert_eq!(text_from(&at_ben).await, "to all of you");
    for phone in [&ben, &cleo] {
        let received = world.received(phone, "to all of you").await;
        assert_eq!(received["chat"], group.to_string());
        assert_eq!(received["from"], format!("{ann}@s.whatsapp.net"));
    }
    let inbox = world.get(&format!("/accounts/{dave}/inbox")).await;
    assert_eq!(inbox["messages"], json!([]));

    // One that arrives spoilt is asked for again, by the device and by the phone.
    for jid in [ben_device, format!("{cleo}@s.whatsapp.net")] {
        world.post("/corrupt", json!({ "jid": jid })).await;
    }
    say("spoilt for two").await.unwrap();
    assert_eq!(text_from(&at_ben).await, "spoilt for two");
    world.received(&cleo, "spoilt for two").await;
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_phone_writes_to_a_group_as_long_as_it_is_in_it() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (cleo, dave) = (world.account("Cleo").await, world.account("Dave").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let group = group_of(&world, &[&ann, &ben, &cleo]).await;
    let inbound =
        |from: &str| json!({ "to": group.to_string(), "from": from, "text": "from a phone" });
    world.post("/inbound", inbound(&cleo)).await;
    assert_eq!(text_from(&at_ann).await, "from a phone");
    assert_eq!(text_from(&at_ben).await, "from a phone");
    let (status, _) = world.call("POST", "/inbound", inbound(&dave)).await;
    assert_eq!(status, 404);

    // A block is between two people, not between two members.
    let block = json!({ "jid": cleo });
    world
        .post(&format!("/accounts/{ann}/blocklist"), block)
        .await;
    world.post("/inbound", inbound(&cleo)).await;
    assert_eq!(text_from(&at_ann).await, "from a phone");
    assert_eq!(text_from(&at_ben).await, "from a phone");

    // Ben leaves: he is told, and gets nothing more.
    let path = format!("/groups/{group}/participants");
    let left = world.post(&path, json!({ "remove": [ben] })).await;
    assert_eq!(left["participants"].as_array().unwrap().len(), 2);
    told(&at_ben, "remove").await;
    let sent = at_ben.client.send_text(group.clone(), "still here?").await;
    if let Ok(sent) = sent {
        assert_eq!(at_ben.ack(&sent.message_id).await.as_deref(), Some("403"));
    }
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_phones_group_message_that_arrives_spoilt_is_sent_again() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (client, _, jid) = world.paired(&ann).await;
    let members = json!({ "subject": "Two", "participants": [ben, ann] });
    let group = world.post("/groups", members).await["jid"].clone();
    for text in ["first", "second"] {
        world.post("/corrupt", json!({ "jid": jid })).await;
        let inbound = json!({ "to": group, "from": ben, "text": text });
        world.post("/inbound", inbound).await;
        assert_eq!(text_from(&client).await, text);
    }
    client.stop().await;
}

#[actix_web::test]
async fn by_lid_in_a_group_and_by_number_outside_nothing_has_to_be_sent_twice() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_on(Some(folder.path().to_owned())).await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, backend, _) = world.paired(&ann).await;
    let group = made(&at_ann, &[&Jid::pn(ben.as_str())]).await;
    talk(&world, &at_ann, &group, [&ann, &ben]).await;
    at_ann.stop().await;
    world.nobody_connected().await;
    world.simulator.stop().await;

    let world = World::start_on(Some(folder.path().to_owned())).await;
    let at_ann = TestClient::start(world.ws(), &backend).await;
    at_ann.connected().await;
    talk(&world, &at_ann, &group, [&ann, &ben]).await;
    at_ann.stop().await;
    world.simulator.stop().await;
}

/// The phone of `to` and the client of `from` write to each other, by either name in turn.
async fn talk(world: &World, client: &TestClient, group: &Jid, [from, to]: [&str; 2]) {
    for round in 0..3 {
        let chats = [
            (group.to_string(), group.clone()),
            (from.to_owned(), Jid::pn(to)),
        ];
        for (inbound_to, outbound_to) in chats {
            let text = format!("to {inbound_to}, {round}");
            let inbound = json!({ "to": inbound_to, "from": to, "text": text });
            world.post("/inbound", inbound).await;
            assert_eq!(text_from(client).await, text);
            let answer = format!("answer {text}");
            let sent = client.client.send_text(outbound_to, answer.as_str());
            sent.await.unwrap();
            world.received(to, &answer).await;
        }
    }
    let counters = world.get("/state").await["counters"].clone();
    for missed in ["retries", "undecryptable"] {
        assert_eq!(counters[missed], 0, "{counters}");
    }
}

#[actix_web::test]
async fn a_group_has_a_picture_that_its_members_set_and_see() {
    let world = World::start().await;
    let (ann, ben, cleo) = (
        world.account("Ann").await,
        world.account("Ben").await,
        world.account("Cleo").await,
    );
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let (at_cleo, _, _) = world.paired(&cleo).await;
    let group = made(&at_ann, &[&Jid::pn(ben.as_str())]).await;
    told(&at_ben, "create").await;
    let picture = |kind: &'static str, picture: NodeBuilder| {
        let mut iq = iq(kind, "w:profile:picture", vec![picture.build()]);
        iq.attrs.push("target", group.clone());
        iq
    };
    let news = async |client: &TestClient, tag: &'static str| {
        client
            .stanza(tag, |node| {
                let news = (attr(node, "type") == "picture").then_some(node)?;
                assert_eq!(attr(node, "from"), group.to_string());
                news.get_optional_child(tag).cloned()
            })
            .await
    };
    let get = || picture("get", tag("picture").attr("query", "url"));
    refused(&at_ann, get(), "404").await;
    let image = b"\xff\xd8\xff a small JPEG".to_vec();
    let set = || tag("picture").attr("type", "image").bytes(image.clone());
    let answer = ask(&at_ben, picture("set", set())).await;
    let id = attr(&child(&answer, "picture"), "id");
    let change = news(&at_ann, "set").await;
    assert_eq!(attr(&change, "id"), id);
    assert_eq!(attr(&change, "author"), world.lid(&ben).await.to_string());
    let shown = child(&ask(&at_ann, get()).await, "picture");
    assert_eq!(attr(&shown, "id"), id);
    let file = reqwest::get(attr(&shown, "url")).await.unwrap();
    assert_eq!(file.bytes().await.unwrap(), image);

    // Who is not in it sees nothing, and who leads nothing changes nothing where it is locked.
    refused(&at_cleo, get(), "403").await;
    refused(&at_cleo, picture("set", set()), "403").await;
    let lock = to_group(Some(&group), "set", tag("locked").build());
    ask(&at_ann, lock).await;
    refused(&at_ben, picture("set", set()), "401").await;
    ask(
        &at_ann,
        picture("set", tag("picture").attr("type", "image")),
    )
    .await;
    news(&at_ben, "delete").await;
    refused(&at_ben, get(), "404").await;
    for client in [at_ann, at_ben, at_cleo] {
        client.stop().await;
    }
}
