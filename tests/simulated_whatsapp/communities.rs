//! Communities: what comes with one, which groups belong to it, and who is in it.

use serde_json::{Value, json};
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;
use whatsapp_rust::features::{CreateCommunityOptions, GroupType, group_type};

use crate::support::{TestClient, World, ask, attr, child, refused, seen, to_group};

fn tag(tag: &'static str) -> NodeBuilder {
    NodeBuilder::new(tag)
}

/// The next that a device is told of any group: of which one, and what.
async fn news(client: &TestClient) -> (Jid, Node) {
    client
        .stanza("news of a group", |node| {
            let news = attr(node, "type") == "w:gp2";
            let child = news.then(|| node.children()?.first().cloned()).flatten()?;
            Some((attr(node, "from").parse().unwrap(), child))
        })
        .await
}

/// A device is told of this, and of nothing else about groups before: the kind of link where it is one.
async fn told(client: &TestClient, of: &Jid, tag: &str, kind: &str) -> Node {
    let (from, news) = news(client).await;
    let found = ["link_type", "unlink_type", "reason"].map(|key| attr(&news, key));
    let expected = (of.to_string(), tag, kind);
    assert_eq!(
        (from.to_string(), news.tag.as_ref(), found.concat().as_str()),
        expected
    );
    news
}

fn create(subject: &'static str, children: Vec<Node>) -> Node {
    let create = tag("create").attr("subject", subject).children(children);
    to_group(None, "set", create.build())
}

fn groups(tag: &'static str, key: &'static str, groups: &[&Jid]) -> Node {
    let groups = groups.iter().copied().cloned();
    let groups = groups.map(|jid| NodeBuilder::new("group").attr("jid", jid).build());
    let groups = NodeBuilder::new(tag)
        .attr(key, "sub_group")
        .children(groups);
    groups.build()
}

fn links(linked: &[&Jid]) -> Node {
    tag("links")
        .children([groups("link", "link_type", linked)])
        .build()
}

/// What each group is answered, empty for no error.
fn errors(answer: &Node) -> Vec<String> {
    let groups = answer.get_children_by_tag("group");
    groups.map(|group| attr(group, "error")).collect()
}

/// The JID of a group that was made.
fn made(answer: &Node) -> Jid {
    let id = attr(&child(answer, "group"), "id");
    format!("{id}@g.us").parse().unwrap()
}

/// A community with its announcement group, made over the protocol, and read from what its creator is told.
struct Community {
    parent: Jid,
    announcements: Jid,
    general: Jid,
}

async fn community(client: &TestClient) -> Community {
    let children = vec![
        tag("parent").build(),
        tag("create_general_chat").build(),
        tag("allow_non_admin_sub_group_creation").build(),
    ];
    let mut request = create("Our town", children);
    if let Some(wacore_binary::NodeContent::Nodes(nodes)) = &mut request.content {
        nodes[0].attrs.push("key", "a-key");
    }
    let answer = ask(client, request).await;
    let parent = made(&answer);
    child(&child(&answer, "group"), "parent");
    let new = told(client, &parent, "create", "").await;
    assert_eq!(attr(&new, "key"), "a-key");
    let (announcements, new) = news(client).await;
    let shown = child(&new, "group");
    for what in ["default_sub_group", "announcement", "incognito"] {
        child(&shown, what);
    }
    assert_eq!(attr(&shown, "subject"), "Our town");
    let linked = told(client, &parent, "link", "sub_group").await;
    let rows: Vec<String> = linked
        .get_children_by_tag("group")
        .map(|group| attr(group, "jid"))
        .collect();
    let (general, new) = news(client).await;
    let shown = child(&new, "group");
    child(&shown, "general_chat");
    let linked_parent = child(&shown, "linked_parent");
    assert_eq!(attr(&linked_parent, "jid"), parent.to_string());
    assert_eq!(rows, [announcements.to_string(), general.to_string()]);
    Community {
        parent,
        announcements,
        general,
    }
}

#[actix_web::test]
async fn a_community_comes_with_its_groups_and_tells_of_them_in_order() {
    let world = World::start().await;
    let ann = world.account("Ann").await;
    let (at_ann, _, _) = world.paired(&ann).await;
    let town = community(&at_ann).await;
    let to_parent = |kind, node| to_group(Some(&town.parent), kind, node);

    // A new group of it, and one that was there before.
    let linked_parent = tag("linked_parent").attr("jid", town.parent.clone());
    let answer = ask(&at_ann, create("Choir", vec![linked_parent.build()])).await;
    let choir = made(&answer);
    told(&at_ann, &choir, "create", "").await;
    told(&at_ann, &town.parent, "link", "sub_group").await;
    told(&at_ann, &town.announcements, "link", "sibling_group").await;
    told(&at_ann, &choir, "link", "parent_group").await;
    let band = made(&ask(&at_ann, create("Band", Vec::new())).await);
    told(&at_ann, &band, "create", "").await;
    let answer = ask(&at_ann, to_parent("set", links(&[&band]))).await;
    assert_eq!(errors(&child(&child(&answer, "links"), "link")), [""]);
    for (group, kind) in [
        (&town.parent, "sub_group"),
        (&town.announcements, "sibling_group"),
        (&band, "parent_group"),
    ] {
        told(&at_ann, group, "link", kind).await;
    }
    let parent = child(&seen(&at_ann, &band).await, "linked_parent");
    assert_eq!(attr(&parent, "jid"), town.parent.to_string());

    let answer = ask(&at_ann, to_parent("get", tag("sub_groups").build())).await;
    let listed = child(&answer, "sub_groups");
    let listed: Vec<(String, bool)> = listed
        .get_children_by_tag("group")
        .map(|group| {
            let default = group.get_optional_child("default_sub_group").is_some();
            (attr(group, "subject"), default)
        })
        .collect();
    assert_eq!(listed.len(), 4);
    assert!(
        listed.contains(&("Our town".to_owned(), true)),
        "{listed:?}"
    );
    assert!(listed.contains(&("Choir".to_owned(), false)), "{listed:?}");
    let linked = tag("query_linked").attr("jid", choir.clone());
    let linked = linked.attr("type", "sub_group").build();
    let answer = ask(&at_ann, to_parent("get", linked)).await;
    let shown = child(&child(&answer, "linked_group"), "group");
    assert_eq!(attr(&shown, "subject"), "Choir");

    // What came with the community stays; what was linked is let go.
    let unlink = groups(
        "unlink",
        "unlink_type",
        &[&band, &town.announcements, &band],
    );
    let answer = ask(&at_ann, to_parent("set", unlink)).await;
    assert_eq!(errors(&child(&answer, "unlink")), ["", "406", "404"]);
    for (group, kind) in [
        (&town.parent, "sub_group"),
        (&town.announcements, "sibling_group"),
        (&band, "parent_group"),
    ] {
        let news = told(&at_ann, group, "unlink", kind).await;
        assert_eq!(attr(&news, "unlink_reason"), "unlink_group");
    }
    let alone = seen(&at_ann, &band).await;
    assert!(alone.get_optional_child("linked_parent").is_none());

    // Its end.
    ask(&at_ann, to_parent("set", tag("delete_parent").build())).await;
    told(&at_ann, &town.general, "delete", "deactivate_general_chat").await;
    for (group, reason) in [
        (&town.general, "deactivate_group"),
        (&choir, "delete_parent"),
    ] {
        for (of, kind) in [
            (&town.parent, "sub_group"),
            (&town.announcements, "sibling_group"),
            (group, "parent_group"),
        ] {
            let news = told(&at_ann, of, "unlink", kind).await;
            assert_eq!(attr(&news, "unlink_reason"), reason);
        }
    }
    told(&at_ann, &town.announcements, "delete", "delete_parent").await;
    told(&at_ann, &town.parent, "delete", "delete_parent").await;
    refused(&at_ann, to_parent("get", tag("query").build()), "404").await;
    let alone = seen(&at_ann, &choir).await;
    assert!(alone.get_optional_child("linked_parent").is_none());
    at_ann.stop().await;
}

#[actix_web::test]
async fn whoever_comes_into_a_group_is_in_the_community_and_whoever_leaves_it_is_in_none() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let town = community(&at_ann).await;
    let to_parent = |kind, node| to_group(Some(&town.parent), kind, node);
    refused(&at_ben, to_parent("get", tag("sub_groups").build()), "403").await;

    // With an invite to one group he comes into the announcement group, too.
    let linked_parent = tag("linked_parent").attr("jid", town.parent.clone());
    let choir = made(&ask(&at_ann, create("Choir", vec![linked_parent.build()])).await);
    for _ in 0..4 {
        news(&at_ann).await;
    }
    let invite = to_group(Some(&choir), "get", tag("invite").build());
    let code = attr(&child(&ask(&at_ann, invite).await, "invite"), "code");
    let join = tag("invite").attr("code", code).build();
    ask(&at_ben, to_group(None, "set", join)).await;
    told(&at_ann, &choir, "add", "invite").await;
    told(&at_ann, &town.announcements, "add", "invite_auto_add").await;
    told(&at_ben, &choir, "create", "").await;
    told(&at_ben, &town.announcements, "create", "").await;

    // From there into the general chat.
    let join = tag("join_linked_group").attr("jid", town.general.clone());
    let answer = ask(&at_ben, to_parent("set", join.build())).await;
    let shown = child(&child(&answer, "linked_group"), "group");
    assert_eq!(attr(&shown, "size"), "2");
    told(&at_ann, &town.general, "add", "linked_group_join").await;
    told(&at_ben, &town.general, "create", "").await;
    let people = tag("linked_groups_participants").build();
    let people = child(
        &ask(&at_ben, to_parent("get", people)).await,
        "linked_groups_participants",
    );
    assert_eq!(people.get_children_by_tag("participant").count(), 2);

    // He leads the community, and so its announcement group, or neither.
    let b = Jid::pn(ben.as_str());
    let person = |tag: &'static str| {
        let person = NodeBuilder::new("participant").attr("jid", b.clone());
        NodeBuilder::new(tag).children([person.build()]).build()
    };
    for change in ["promote", "demote"] {
        ask(&at_ann, to_parent("set", person(change))).await;
        for client in [&at_ann, &at_ben] {
            told(client, &town.parent, change, "").await;
            told(client, &town.announcements, change, "").await;
        }
    }
    // Nobody writes in the community itself, and what is fixed is not set.
    for group in [&town.parent, &town.announcements] {
        let mode = tag("member_add_mode").bytes("admin_add".as_bytes());
        for change in [tag("announcement").build(), mode.build()] {
            refused(&at_ann, to_group(Some(group), "set", change), "400").await;
        }
    }
    let sent = at_ann
        .client
        .send_text(town.parent.clone(), "to whom?")
        .await;
    if let Ok(sent) = sent {
        assert!(at_ann.ack(&sent.message_id).await.is_some());
    }

    let remove = tag("remove").attr("linked_groups", "true");
    let gone = NodeBuilder::new("participant")
        .attr("jid", b.clone())
        .build();
    ask(&at_ann, to_parent("set", remove.children([gone]).build())).await;
    let mut left = Vec::new();
    for _ in 0..3 {
        let (from, news) = news(&at_ben).await;
        assert_eq!(news.tag, "remove");
        left.push(from.to_string());
    }
    left.sort();
    let mut all = [&choir, &town.general, &town.announcements].map(Jid::to_string);
    all.sort();
    assert_eq!(left, all);
    refused(&at_ben, to_parent("get", tag("query").build()), "403").await;
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn who_leads_the_community_or_the_group_alone_links_nothing() {
    let world = World::start().await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, _, _) = world.paired(&ann).await;
    let (at_ben, _, _) = world.paired(&ben).await;
    let town = community(&at_ann).await;
    let make = async |subject: &str, members: [&String; 2]| -> Jid {
        let group = json!({ "subject": subject, "participants": members });
        let group = world.post("/groups", group).await["jid"].clone();
        group.as_str().unwrap().parse().unwrap()
    };
    let (own, bens) = (
        make("Own", [&ann, &ben]).await,
        make("His", [&ben, &ann]).await,
    );
    let nowhere: Jid = "120363000000000000@g.us".parse().unwrap();
    let asked = links(&[&bens, &nowhere, &own, &own, &town.general, &town.parent]);
    let answer = ask(&at_ann, to_group(Some(&town.parent), "set", asked)).await;
    let errors = errors(&child(&child(&answer, "links"), "link"));
    assert_eq!(errors, ["401", "404", "", "409", "409", "400"]);

    // All who were in the group are in the community; they lead nothing there.
    let shown = seen(&at_ben, &town.announcements).await;
    assert_eq!(attr(&shown, "size"), "2");
    let link = |group| to_group(Some(group), "set", links(&[&bens]));
    refused(&at_ben, link(&town.parent), "401").await;
    refused(&at_ann, link(&own), "400").await;
    refused(
        &at_ben,
        to_group(Some(&town.parent), "set", tag("delete_parent").build()),
        "401",
    )
    .await;
    at_ann.stop().await;
    at_ben.stop().await;
}

#[actix_web::test]
async fn a_library_makes_and_reads_a_community_which_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::start_on(Some(folder.path().to_owned())).await;
    let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
    let (at_ann, backend, _) = world.paired(&ann).await;
    let mut options = CreateCommunityOptions::new("Our town");
    options.closed = true;
    options.description = Some("Everybody".to_owned());
    let communities = at_ann.client.community();
    let made = communities.create(options).await.unwrap().metadata;
    assert_eq!(group_type(&made), GroupType::Community);
    assert!(made.parent_membership_approval_required);
    let group = json!({ "subject": "Two", "participants": [ann, ben] });
    let group = world.post("/groups", group).await["jid"].clone();
    let group: Jid = group.as_str().unwrap().parse().unwrap();
    let linked = communities
        .link_subgroups(&made.id, std::slice::from_ref(&group))
        .await;
    assert_eq!(linked.unwrap().linked_jids, std::slice::from_ref(&group));
    at_ann.stop().await;
    world.nobody_connected().await;
    world.simulator.stop().await;

    let world = World::start_on(Some(folder.path().to_owned())).await;
    let at_ann = TestClient::start(world.ws(), &backend).await;
    at_ann.connected().await;
    let communities = at_ann.client.community();
    let all = communities.get_participating().await.unwrap();
    assert_eq!(all[&made.id].description.as_deref(), Some("Everybody"));
    let groups = communities.get_subgroups(&made.id).await.unwrap();
    let kinds: Vec<(bool, bool)> = groups
        .iter()
        .map(|group| (group.is_default_sub_group, group.is_general_chat))
        .collect();
    for kind in [(true, false), (false, true), (false, false)] {
        assert_eq!(
            kinds.iter().filter(|found| **found == kind).count(),
            1,
            "{kinds:?}"
        );
    }
    let counts = communities.get_subgroup_participant_counts(&made.id).await;
    let counts = counts.unwrap();
    for (group, count) in &counts {
        let general = groups
            .iter()
            .any(|one| one.id == *group && one.is_general_chat);
        assert_eq!(*count, if general { 1 } else { 2 }, "{counts:?}");
    }
    let linked = communities
        .query_linked_group(&made.id, &group)
        .await
        .unwrap();
    assert_eq!(linked.parent_group_jid.as_ref(), Some(&made.id));
    let people = communities.get_linked_groups_participants(&made.id).await;
    assert_eq!(people.unwrap().len(), 2);
    let unlinked = communities.unlink_subgroups(&made.id, &[group], true).await;
    assert_eq!(unlinked.unwrap().failed_groups, []);
    // Ben was in nothing else of it.
    let people = communities.get_linked_groups_participants(&made.id).await;
    assert_eq!(people.unwrap().len(), 1);
    communities.deactivate(&made.id).await.unwrap();
    assert!(communities.get_subgroups(&made.id).await.is_err());
    let known = world.get("/groups").await["groups"].clone();
    let known: Vec<&Value> = known
        .as_array()
        .unwrap()
        .iter()
        .map(|group| &group["subject"])
        .collect();
    assert_eq!(known, [&json!("Two")]);
    at_ann.stop().await;
    world.simulator.stop().await;
}
