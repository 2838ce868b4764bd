//! GET /newsletters/{jid}/invite

use serde_json::json;

use super::{Desk, NOBODYS};

#[tokio::test]
async fn the_link_leads_to_the_newsletter() {
    let desk = Desk::open().await;
    let jid = desk.world.control.channel(&desk.ada, &[]).await;
    let code = desk.world.control.channel_state(&jid).await["invite"].clone();
    let code = code.as_str().expect("a code");
    let link = format!("https://whatsapp.com/channel/{code}");
    for name in [jid.as_str(), code] {
        let path = format!("/newsletters/{name}/invite");
        let invite = desk.user.api.get(&path).await.expect(200);
        let expected =
            json!({ "success": true, "jid": jid, "invite_code": code, "invite_link": link });
        assert_eq!(invite, expected);
    }
    let path = format!("/newsletters/{NOBODYS}/invite");
    let answer = desk.user.api.get(&path).await;
    assert_eq!(answer.text_error(), (404, "newsletter not found"));
    let answer = desk.user.api.get("/newsletters/nonsense/invite").await;
    assert_eq!(
        answer.body["validation"][0]["field"], "jid",
        "{}",
        answer.text
    );
    let fault =
        json!({ "jid": "*", "fault": "iq_error", "xmlns": "w:mex", "code": 500, "times": 1 });
    desk.world.control.fault(fault).await;
    let answer = desk.user.api.get(&path).await;
    assert_eq!(
        answer.text_error(),
        (502, "failed to get newsletter invite")
    );
}
