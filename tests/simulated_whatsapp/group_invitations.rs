//! Groups: invitations for one person, wishes that are withdrawn, and who sees the invite link.

use serde_json::json;
use wacore_binary::Node;
use wacore_binary::builder::NodeBuilder;
use whatsapp_rust::Jid;

use crate::groups::{errors, invite, made, people, tag, told};
use crate::support::{TestClient, World, ask, attr, child, refused, seen, to_group};

/// Ann's group, and Ben, who lets nobody add him.
struct Invited {
    world: World,
    at_ann: TestClient,
    at_ben: TestClient,
    ann: Jid,
    ben: Jid,
    group: Jid,
}

impl Invited {
    async fn start() -> Self {
        let world = World::start().await;
        let (ann, ben) = (world.account("Ann").await, world.account("Ben").await);
        let (at_ann, _, _) = world.paired(&ann).await;
        let (at_ben, _, _) = world.paired(&ben).await;
        let hidden = json!({ "name": "groupadd", "value": "none" });
        world
            .post(&format!("/accounts/{ben}/privacy"), hidden)
            .await;
        let group = made(&at_ann, &[]).await;
        let (ann, ben) = (Jid::pn(ann.as_str()), Jid::pn(ben.as_str()));
        Self {
            world,
            at_ann,
            at_ben,
            ann,
            ben,
            group,
        }
    }

    fn set(&self, child: Node) -> Node {
        to_group(Some(&self.group), "set", child)
    }

    /// Ann cannot add Ben, and is given an invitation for him: its code and end.
    async fn offered(&self) -> (String, String) {
        let answer = ask(&self.at_ann, self.set(people("add", &[&self.ben]))).await;
        assert_eq!(errors(&answer, "add"), ["403"]);
        let person = child(&child(&answer, "add"), "participant");
        let offer = child(&person, "add_request");
        (attr(&offer, "code"), attr(&offer, "expiration"))
    }

    fn accept(
        &self,
        tag: &'static str,
        (code, ends): &(String, String),
        admin: &Jid,
    ) -> NodeBuilder {
        let shown = NodeBuilder::new(tag).attr("code", code.clone());
        shown
            .attr("expiration", ends.clone())
            .attr("admin", admin.clone())
    }

    async fn stop(self) {
        self.at_ann.stop().await;
        self.at_ben.stop().await;
        self.world.simulator.stop().await;
    }
}

#[actix_web::test]
async fn who_cannot_be_added_comes_by_an_invitation_that_is_shown_as_it_was_handed_out() {
    let it = Invited::start().await;
    let offer = it.offered().await;
    let look = |tag: &'static str| {
        let shown = it.accept(tag, &offer, &it.ann).build();
        let query = NodeBuilder::new("query").children([shown]).build();
        to_group(Some(&it.group), "get", query)
    };
    let found = ask(&it.at_ben, look("add_request")).await;
    assert_eq!(attr(&child(&found, "group"), "subject"), "Made");
    let other_code = ("nonsense".to_owned(), offer.1.clone());
    let other_end = (offer.0.clone(), "1".to_owned());
    for wrong in [
        it.accept("accept", &other_code, &it.ann),
        it.accept("accept", &other_end, &it.ann),
        it.accept("accept", &offer, &it.ben),
    ] {
        refused(&it.at_ben, it.set(wrong.build()), "401").await;
    }
    let lid = it.world.lid(&it.ann.user).await;
    let joined = ask(
        &it.at_ben,
        it.set(it.accept("accept", &offer, &lid).build()),
    )
    .await;
    assert_eq!(attr(&child(&joined, "group"), "jid"), it.group.to_string());
    assert_eq!(attr(&told(&it.at_ann, "add").await, "reason"), "invite");
    assert_eq!(attr(&seen(&it.at_ben, &it.group).await, "size"), "2");
    // It is good for once.
    refused(
        &it.at_ben,
        it.set(it.accept("accept", &offer, &it.ann).build()),
        "410",
    )
    .await;
    it.stop().await;
}

#[actix_web::test]
async fn an_invitation_is_taken_back_and_a_later_one_takes_its_place() {
    let it = Invited::start().await;
    let first = it.offered().await;
    let second = it.offered().await;
    refused(
        &it.at_ben,
        it.set(it.accept("accept", &first, &it.ann).build()),
        "401",
    )
    .await;
    refused(&it.at_ben, it.set(people("revoke", &[&it.ben])), "403").await;
    ask(&it.at_ann, it.set(people("revoke", &[&it.ben]))).await;
    refused(
        &it.at_ben,
        it.set(it.accept("accept", &second, &it.ann).build()),
        "410",
    )
    .await;

    // Also of those who were to be in it from the beginning.
    let mut create = people("create", &[&it.ben]);
    create.attrs.push("subject", "Another");
    let answer = ask(&it.at_ann, to_group(None, "set", create)).await;
    let group = child(&answer, "group");
    let mut members = group.get_children_by_tag("participant");
    let absent = members
        .find(|person| attr(person, "error") == "403")
        .expect("Ben");
    child(absent, "add_request");
    it.stop().await;
}

#[actix_web::test]
async fn a_wish_to_be_let_in_is_withdrawn_by_who_has_it() {
    let it = Invited::start().await;
    let join = tag("group_join").attr("state", "on").build();
    let mode = tag("membership_approval_mode").children([join]).build();
    ask(&it.at_ann, it.set(mode)).await;
    let shown = ask(&it.at_ann, invite(&it.group, "get")).await;
    let code = attr(&child(&shown, "invite"), "code");
    let enter = to_group(None, "set", tag("invite").attr("code", code).build());
    child(&ask(&it.at_ben, enter).await, "membership_approval_request");
    told(&it.at_ann, "created_membership_requests").await;
    let withdraw = |who: &Jid| it.set(people("cancel_membership_requests", &[who]));
    let answer = ask(&it.at_ben, withdraw(&it.ann)).await;
    assert_eq!(errors(&answer, "cancel_membership_requests"), ["403"]);
    for expected in ["", "404"] {
        let answer = ask(&it.at_ben, withdraw(&it.ben)).await;
        assert_eq!(errors(&answer, "cancel_membership_requests"), [expected]);
    }
    told(&it.at_ann, "revoked_membership_requests").await;
    let list = tag("membership_approval_requests").build();
    let waiting = ask(&it.at_ann, to_group(Some(&it.group), "get", list)).await;
    let waiting = child(&waiting, "membership_approval_requests");
    assert_eq!(
        waiting
            .get_children_by_tag("membership_approval_request")
            .count(),
        0
    );
    // What is off is not there at all: clients look for no more than that.
    let off = tag("group_join").attr("state", "off").build();
    let mode = tag("membership_approval_mode").children([off]).build();
    ask(&it.at_ann, it.set(mode)).await;
    let shown = seen(&it.at_ann, &it.group).await;
    assert!(
        shown
            .get_optional_child("membership_approval_mode")
            .is_none()
    );
    it.stop().await;
}

#[actix_web::test]
async fn members_see_the_invite_link_where_they_may_and_only_admins_reset_it() {
    let it = Invited::start().await;
    let offer = it.offered().await;
    ask(
        &it.at_ben,
        it.set(it.accept("accept", &offer, &it.ann).build()),
    )
    .await;
    refused(&it.at_ben, invite(&it.group, "get"), "401").await;
    let everybody = tag("member_link_mode").bytes("all_member_link".as_bytes());
    let everybody = everybody.build();
    refused(&it.at_ben, it.set(everybody.clone()), "401").await;
    ask(&it.at_ann, it.set(everybody)).await;
    told(&it.at_ben, "member_link_mode").await;
    child(&ask(&it.at_ben, invite(&it.group, "get")).await, "invite");
    refused(&it.at_ben, invite(&it.group, "set"), "401").await;
    it.stop().await;
}

#[actix_web::test]
async fn a_description_is_replaced_by_who_has_seen_it() {
    let it = Invited::start().await;
    let text = |id: &'static str, prev: Option<&'static str>| {
        let body = tag("body").bytes("about us".as_bytes()).build();
        let text = tag("description").attr("id", id).children([body]);
        let text = match prev {
            Some(prev) => text.attr("prev", prev),
            None => text,
        };
        it.set(text.build())
    };
    refused(&it.at_ann, text("D1", Some("D0")), "409").await;
    ask(&it.at_ann, text("D1", None)).await;
    refused(&it.at_ann, text("D2", None), "409").await;
    ask(&it.at_ann, text("D2", Some("D1"))).await;
    assert_eq!(
        attr(
            &child(&seen(&it.at_ann, &it.group).await, "description"),
            "id"
        ),
        "D2"
    );
    it.stop().await;
}
