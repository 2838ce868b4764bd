//! GET /newsletters/{jid}

use serde_json::json;

use super::{Desk, NOBODYS};

#[tokio::test]
async fn a_newsletter_is_shown_by_its_jid_its_invite_code_and_its_link() {
    let desk = Desk::open().await;
    let jid = desk.world.control.channel(&desk.ada, &[]).await;
    let shown = desk.seen(&jid).await;
    assert_eq!(shown["id"], json!(jid));
    assert_eq!(shown["thread_metadata"]["name"]["text"], "City news");
    assert_eq!(
        shown["viewer_metadata"],
        json!({ "mute": "off", "role": "guest" })
    );
    let code = shown["thread_metadata"]["invite"].as_str().expect("a code");
    let link = format!("https%3A%2F%2Fwhatsapp.com%2Fchannel%2F{code}");
    for name in [&jid.replace('@', "%40"), code, &link] {
        assert_eq!(desk.seen(name).await, shown, "{name}");
    }
    // As WhatsApp has it at every moment.
    let follows = json!({ "phone": desk.phone, "role": "subscriber", "muted": true });
    desk.world.control.change_follower(&jid, follows).await;
    let shown = desk.seen(&jid).await;
    assert_eq!(
        shown["viewer_metadata"],
        json!({ "mute": "on", "role": "subscriber" })
    );
    assert_eq!(shown["thread_metadata"]["subscribers_count"], 2);
    desk.world.control.change_channel(&jid, "suspended").await;
    assert_eq!(desk.seen(&jid).await["state"]["type"], "suspended");
}

#[tokio::test]
async fn one_that_nobody_has_made_one_that_is_gone_and_what_is_none_are_refused() {
    let desk = Desk::open().await;
    let gone = desk.own().await;
    let code = desk.seen(&gone).await["thread_metadata"]["invite"].clone();
    desk.world.control.change_channel(&gone, "deleted").await;
    let unknown = [
        "0029Va4K0PZ5a245NkngBA2M",
        NOBODYS,
        &gone,
        code.as_str().expect("a code"),
    ];
    for name in unknown {
        let answer = desk.user.api.get(&format!("/newsletters/{name}")).await;
        assert_eq!(answer.text_error(), (404, "newsletter not found"), "{name}");
    }
    for name in [
        "nonsense",
        "120363021234567890",
        "5511999999999@s.whatsapp.net",
        "120363021234567890@g.us",
        "%FF",
    ] {
        let answer = desk.user.api.get(&format!("/newsletters/{name}")).await;
        assert_eq!(answer.status, 400, "{name}: {}", answer.text);
        assert_eq!(
            answer.body["validation"][0]["field"], "jid",
            "{}",
            answer.text
        );
    }
    let nobody = desk.world.api.as_user("nobody");
    let answer = nobody.get(&format!("/newsletters/{gone}")).await;
    assert_eq!(answer.text_error(), (401, "Invalid token"));
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:mex", "code": 500, "times": 1 });
    desk.world.control.fault(fault).await;
    let answer = desk.user.api.get(&format!("/newsletters/{gone}")).await;
    assert_eq!(answer.text_error(), (502, "failed to get newsletter"));
    desk.user.api.post_nothing("/disconnect").await.expect(200);
    let answer = desk.user.api.get(&format!("/newsletters/{gone}")).await;
    assert_eq!(
        answer.text_error(),
        (503, "WhatsApp session is not connected")
    );
}
