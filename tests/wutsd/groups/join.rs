//! POST /groups/join

use reqwest::Method;
use serde_json::{Value, json};

use super::Groups;
use crate::support::{Answer, User, until};

const PATH: &str = "/groups/join";

impl Groups {
    /// Somebody else with a device, and the number of the account.
    async fn newcomer(&self) -> (User, String) {
        self.world.paired_user().await
    }

    async fn link(&self, jid: &str) -> String {
        let path = format!("/groups/{jid}/invite");
        let link = self.user.api.get(&path).await.expect(200);
        link["invite_link"].as_str().expect("a link").to_owned()
    }

    /// Wants somebody in the group who does not let this account add them, and waits until they have the invitation.
    async fn invited(&self, jid: &str, newcomer: &User, phone: &str) -> Value {
        self.hide(phone).await;
        let body = json!({ "participants": [phone], "invite": true });
        let path = format!("/groups/{jid}/participants");
        let invited = self.user.api.post(&path, body).await.expect(200);
        let outcome = &invited["participants"][0];
        assert_eq!(outcome["status"], "invited", "{invited}");
        let id = outcome["invite"]["message_id"].as_str().expect("an id");
        let read = format!("/messages/{id}/read");
        until("the invitation", async || {
            let read = newcomer.api.post_nothing(&read).await;
            (read.status == 200).then_some(())
        })
        .await;
        outcome["invite"]["code"].clone()
    }
}

async fn join(user: &User, body: Value) -> Answer {
    user.api.post(PATH, body).await
}

#[tokio::test]
async fn whoever_has_the_link_is_in_and_can_write() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let link = groups.link(&jid).await;
    let code = link.rsplit('/').next().expect("a code");
    for body in [
        json!({ "link": format!("{link}?mode=ac_t") }),
        json!({ "link": code }),
        json!({ "code": code }),
    ] {
        let (newcomer, phone) = groups.newcomer().await;
        let joined = join(&newcomer, body.clone()).await.expect(200);
        let expected = json!({ "success": true, "pending_approval": false, "group_jid": jid });
        assert_eq!(joined, expected);
        let inside = groups.at_server(&jid).await["participants"].clone();
        assert!(
            inside.as_array().expect("people").contains(&json!(phone)),
            "{inside}"
        );
        let text = json!({ "number": jid, "text": "hello" });
        let sent = newcomer.api.post("/send/text", text).await.expect(200);
        let control = &groups.world.control;
        control
            .wait_for_message(&groups.ada, &sent["message_id"])
            .await;
        let again = join(&newcomer, body).await;
        let text = "the account is in this group already";
        assert_eq!(again.text_error(), (409, text));
    }
}

#[tokio::test]
async fn where_admins_decide_the_wish_is_pending() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let approval = json!({ "join_approval": true });
    let path = format!("/groups/{jid}");
    groups
        .request(Method::PATCH, &path, Some(&approval))
        .await
        .expect(200);
    let (newcomer, phone) = groups.newcomer().await;
    let link = groups.link(&jid).await;
    let joined = join(&newcomer, json!({ "link": link })).await.expect(202);
    let expected = json!({ "success": true, "pending_approval": true, "group_jid": jid });
    assert_eq!(joined, expected);
    assert_eq!(groups.at_server(&jid).await["requests"], json!([phone]));
}

#[tokio::test]
async fn an_invitation_that_came_here_needs_no_expiration_also_after_a_restart() {
    let mut groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let (mut newcomer, phone) = groups.newcomer().await;
    let code = groups.invited(&jid, &newcomer, &phone).await;
    groups.world.restart("KILL").await;
    newcomer.api = groups.world.again(&newcomer);
    newcomer.api.wait_for_phase("connected").await;
    let other =
        json!({ "code": "AnotherCode12345", "group_jid": jid, "inviter_jid": groups.phone });
    let answer = join(&newcomer, other).await;
    let text = "no message with this invitation is known here: add its expiration, in Unix seconds";
    assert_eq!(answer.text_error(), (404, text));
    let body = json!({ "code": code, "group_jid": jid, "inviter_jid": groups.phone });
    let joined = join(&newcomer, body).await.expect(200);
    assert_eq!(
        (&joined["pending_approval"], &joined["group_jid"]),
        (&json!(false), &json!(jid))
    );
    let inside = groups.at_server(&jid).await["participants"].clone();
    assert!(
        inside.as_array().expect("people").contains(&json!(phone)),
        "{inside}"
    );
}

#[tokio::test]
async fn an_invitation_of_elsewhere_needs_its_expiration_which_counts() {
    let groups = Groups::start().await;
    let control = &groups.world.control;
    let jid = groups.made(&[&groups.ada]).await;
    let (newcomer, phone) = groups.newcomer().await;
    groups.hide(&phone).await;
    // Nobody sends it: its code is told in another way.
    let path = format!("/groups/{jid}/participants");
    let body = json!({ "participants": [phone] });
    let refused = groups.user.api.post(&path, body).await.expect(200);
    let invite = &refused["participants"][0]["invite"];
    let ends = invite["expires_at"].as_str().expect("a time");
    let ends = chrono::DateTime::parse_from_rfc3339(ends)
        .expect("a time")
        .timestamp();
    let lid = control.lid(&groups.phone).await;
    let body = |expiration: i64| json!({ "code": invite["code"], "group_jid": jid, "inviter_jid": lid, "expiration": expiration });
    let answer = join(&newcomer, body(1_700_000_000)).await;
    assert_eq!(answer.text_error(), (410, "the invitation has expired"));
    let answer = join(&newcomer, body(ends + 1)).await;
    assert_eq!(answer.status, 403, "{}", answer.text);
    join(&newcomer, body(ends)).await.expect(200);
}

#[tokio::test]
async fn what_opens_no_group_is_refused_in_words() {
    let groups = Groups::start().await;
    let jid = groups.made(&[&groups.ada]).await;
    let link = groups.link(&jid).await;
    let (newcomer, _) = groups.newcomer().await;
    let reset = format!("/groups/{jid}/invite/reset");
    groups.user.api.post_nothing(&reset).await.expect(200);
    let answer = join(&newcomer, json!({ "link": link })).await;
    assert_eq!(answer.text_error(), (410, "the invite link was reset"));
    let unknown = json!({ "link": "https://chat.whatsapp.com/AbCdEfGhIjKlMnOpQrStUv" });
    let answer = join(&newcomer, unknown.clone()).await;
    assert_eq!(answer.text_error(), (404, "there is no such invitation"));
    let codes = [
        (304, 409),
        (400, 404),
        (401, 403),
        (403, 403),
        (404, 404),
        (405, 403),
        (406, 404),
        (409, 409),
        (410, 410),
        (412, 409),
        (419, 409),
        (423, 423),
        (436, 423),
        (500, 502),
        (429, 429),
    ];
    for (code, status) in codes {
        let fault =
            json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:g2", "code": code, "times": 1 });
        groups.world.control.fault(fault).await;
        let answer = join(&newcomer, unknown.clone()).await;
        assert_eq!(answer.status, status, "{code}: {}", answer.text);
    }
    let required = "link, or code with group_jid and inviter_jid, is required";
    let invite = "link must be an invite link";
    let table = [
        (json!({}), "link", required),
        (json!({ "link": "" }), "link", required),
        (json!({ "link": "https://example.com/x" }), "link", invite),
        (json!({ "link": "x" }), "link", invite),
        (
            json!({ "code": "x y" }),
            "code",
            "code must be an invite link",
        ),
        (
            json!({ "code": "x", "group_jid": jid }),
            "inviter_jid",
            "inviter_jid is required",
        ),
        (
            json!({ "code": "x", "inviter_jid": groups.phone }),
            "group_jid",
            "group_jid is required",
        ),
        (
            json!({ "code": "x", "group_jid": "1@newsletter", "inviter_jid": groups.phone }),
            "group_jid",
            "group_jid must be",
        ),
        (
            json!({ "code": "x", "group_jid": jid, "inviter_jid": jid }),
            "inviter_jid",
            "inviter_jid",
        ),
    ];
    groups.refuses(Method::POST, PATH, &table).await;
    newcomer.api.post_nothing("/disconnect").await.expect(200);
    let answer = join(&newcomer, unknown).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
