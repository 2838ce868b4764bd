//! POST /contact/check

use serde_json::json;

use super::People;

#[tokio::test]
async fn numbers_are_checked_under_their_cleaned_form() {
    let people = People::start().await;
    let (ada, owner) = (&people.ada, &people.phone);
    let numbers = json!([
        format!("+{ada}"),
        ada,
        owner,
        "19995550000",
        "123",
        "no number"
    ]);
    let answer = people
        .user
        .api
        .post("/contact/check", json!({ "numbers": numbers }))
        .await;
    let expected = json!({
        ada: true, owner: true, "19995550000": false, "123": false, "nonumber": false,
    });
    assert_eq!(answer.expect(200)["data"], expected);
    let many: Vec<String> = (0..1001).map(|i| format!("1555{i:07}")).collect();
    for numbers in [json!([]), json!(many)] {
        let answer = people
            .user
            .api
            .post("/contact/check", json!({ "numbers": numbers }))
            .await;
        assert_eq!(
            answer.text_error(),
            (400, "numbers must hold between 1 and 1000 numbers")
        );
        assert_eq!(answer.body["validation"][0]["field"], "numbers");
    }
}
