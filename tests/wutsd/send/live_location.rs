//! POST /send/live-location

use serde_json::json;

use super::Chat;

const PATH: &str = "/send/live-location";

#[tokio::test]
async fn a_point_of_a_way_is_shown() {
    let chat = Chat::open().await;
    let body = json!({
        "to": chat.ada,
        "latitude": -23.5614,
        "longitude": -46.6559,
        "accuracy_in_meters": 10,
        "speed_in_mps": 1.5,
        "degrees_clockwise_from_magnetic_north": 90,
        "caption": "On my way",
        "sequence_number": 1,
        "time_offset": 0,
        "duration_in_seconds": 900
    });
    let (sent, read) = chat.send(PATH, body.clone()).await;
    assert_eq!(sent["message"], "Live location sent successfully");
    let expected = json!({
        "degrees_latitude": -23.5614,
        "degrees_longitude": -46.6559,
        "accuracy_in_meters": 10,
        "speed_in_mps": 1.5,
        "degrees_clockwise_from_magnetic_north": 90,
        "caption": "On my way",
        "sequence_number": 1,
        "time_offset": 0
    });
    assert_eq!(read["message"]["live_location_message"], expected);
    for (field, value) in [
        ("accuracy_in_meters", json!(-1)),
        ("degrees_clockwise_from_magnetic_north", json!(361)),
        ("time_offset", json!(1e12)),
    ] {
        let mut wrong = body.clone();
        wrong[field] = value;
        let answer = chat.post(PATH, wrong).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
        assert!(
            answer.body["error"]
                .as_str()
                .expect("words")
                .starts_with(field),
            "{}",
            answer.text
        );
    }
    chat.refuses_as_documented(PATH, &body, "Failed to send live location")
        .await;
}
