//! GET /contacts/profile-picture

use super::People;

#[tokio::test]
async fn who_has_no_picture_is_not_found_and_nobody_is_refused() {
    let people = People::start().await;
    let path = format!("/contacts/profile-picture?number={}", people.ada);
    let answer = people.user.api.get(&path).await;
    assert_eq!(answer.text_error(), (404, "profile picture not found"));
    for path in ["/contacts/profile", "/contacts/profile-picture"] {
        let answer = people.user.api.get(path).await;
        assert_eq!(answer.text_error(), (400, "jid or number is required"));
        assert_eq!(answer.body["validation"][0]["field"], "jid");
    }
}
