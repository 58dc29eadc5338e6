//! The control API, by which another process scripts the emulator.

use monday_emulator::{Clock, DEFAULT_BOARD_ID, Emulator};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Receiver, subscribe};

async fn start(clock: Clock) -> Emulator {
    Emulator::builder()
        .clock(clock)
        .control_addr("127.0.0.1:0".parse().unwrap())
        .start()
        .await
        .unwrap()
}

async fn control(emulator: &Emulator, method: Method, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}{path}", emulator.control_endpoint().unwrap());
    let request = crate::support::http().request(method, url);
    let response = request.body(body.to_string()).send().await.unwrap();
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_str(&response.text().await.unwrap()).unwrap(),
    )
}

async fn post(emulator: &Emulator, path: &str, body: Value) -> (u16, Value) {
    control(emulator, Method::POST, path, body).await
}

async fn get(emulator: &Emulator, path: &str) -> Value {
    let (status, answer) = control(emulator, Method::GET, path, json!({})).await;
    assert_eq!(status, 200, "{path} {answer}");
    answer
}

#[tokio::test]
async fn a_delivery_is_made_retried_and_waited_for() {
    let emulator = start(Clock::manual()).await;
    let receiver = Receiver::start().await;
    let token = emulator.app_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    receiver.answer_next([500]);
    let emitted = json!({"event": "create_item", "board": DEFAULT_BOARD_ID});
    let (status, sent) = post(&emulator, "/emit", emitted).await;
    assert_eq!((status, &sent[0]["state"]), (200, &json!("pending")));
    let (status, _) = post(
        &emulator,
        "/wait",
        json!({"until": "settled", "timeout": 0}),
    )
    .await;
    assert_eq!(status, 408);
    assert_eq!(get(&emulator, "/state").await["pending"], 1);
    assert_eq!(
        post(&emulator, "/advance", json!({"seconds": 60})).await.0,
        200
    );
    let wait = json!({"until": "delivered", "webhook": id, "event": "create_item"});
    let (status, delivered) = post(&emulator, "/wait", wait).await;
    assert_eq!((status, &delivered["state"]), (200, &json!("acknowledged")));
    assert_eq!(delivered["attempts"].as_array().unwrap().len(), 2);
    for until in ["idle", "settled"] {
        assert_eq!(
            post(&emulator, "/wait", json!({ "until": until })).await.0,
            200
        );
    }
}

#[tokio::test]
async fn an_event_of_ones_own_is_delivered_and_held_back_if_asked() {
    let emulator = start(Clock::real()).await;
    let receiver = Receiver::start().await;
    let token = emulator.app_token();
    let id = subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    assert_eq!(post(&emulator, "/pause", json!({})).await.0, 200);
    emulator.create_item(DEFAULT_BOARD_ID, "held").unwrap();
    emulator.until_idle().await;
    assert!(receiver.events().is_empty());
    assert_eq!(post(&emulator, "/resume", json!({})).await.0, 200);
    let own = json!({"webhook": id, "event": {"type": "something_new"}});
    assert_eq!(post(&emulator, "/deliver", own).await.0, 200);
    let types: Vec<_> = receiver
        .events()
        .iter()
        .map(|e| e["type"].clone())
        .collect();
    assert_eq!(types, ["create_pulse", "something_new"]);
    let unknown = json!({"webhook": 1, "event": {}});
    assert_eq!(post(&emulator, "/deliver", unknown).await.0, 404);
}

#[tokio::test]
async fn what_no_mutation_does_is_done_by_control() {
    let emulator = start(Clock::real()).await;
    let [a, b] = ["a", "b"].map(|name| emulator.create_item(DEFAULT_BOARD_ID, name).unwrap().id);
    let query =
        "mutation($item: ID!) { create_subitem(parent_item_id: $item, item_name: \"s\") { id } }";
    let made = emulator.run(query, json!({"item": a})).await.unwrap();
    let subitem: u64 = made["create_subitem"]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let (status, moved) = post(
        &emulator,
        "/move_subitem",
        json!({"item": subitem, "parent": b}),
    )
    .await;
    assert_eq!((status, &moved["parent"]), (200, &json!(b)));
    let (status, _) = post(&emulator, "/move_subitem", json!({"item": a, "parent": b})).await;
    assert_eq!(status, 404);
    let delete = "mutation($item: ID!) { delete_item(item_id: $item) { id } }";
    emulator.run(delete, json!({"item": a})).await.unwrap();
    let (status, restored) = post(&emulator, "/restore_item", json!({"item": a})).await;
    assert_eq!((status, &restored["state"]), (200, &json!("active")));
    assert_eq!(
        post(&emulator, "/restore_item", json!({"item": a})).await.0,
        404
    );
}

#[tokio::test]
async fn switches_and_limits_change_one_by_one() {
    let emulator = start(Clock::real()).await;
    let change = json!({"retry_token": "same", "answer_timeout": 2.5});
    let (status, changed) = post(&emulator, "/behaviour", change).await;
    assert_eq!((status, &changed["retry_token"]), (200, &json!("same")));
    assert_eq!(changed["answer_timeout"], 2.5);
    assert_eq!(changed["retry_interval"], 60.0);
    assert_eq!(get(&emulator, "/behaviour").await, changed);
    let (status, limits) = post(&emulator, "/limits", json!({"calls_per_minute": 5})).await;
    assert_eq!((status, &limits["calls_per_minute"]), (200, &json!(5)));
    assert_eq!(emulator.limits().calls_per_minute, Some(5));
    for (path, body) in [
        ("/behaviour", json!({"no_such_switch": true})),
        ("/behaviour", json!({"retry_interval": -1})),
        ("/limits", json!({"hint": "loud"})),
        ("/limits", json!([])),
    ] {
        assert_eq!(post(&emulator, path, body).await.0, 400);
    }
}

#[tokio::test]
async fn everything_can_be_looked_at_and_no_secret_is_in_it() {
    let emulator = start(Clock::real()).await;
    let receiver = Receiver::start().await;
    let token = emulator.app_token();
    subscribe(&emulator, token, receiver.url(), "create_item", json!(null)).await;
    emulator.create_item(DEFAULT_BOARD_ID, "a").unwrap();
    emulator.until_settled().await;
    let mut all = String::new();
    for path in [
        "/state",
        "/webhooks",
        "/boards",
        "/items",
        "/deliveries",
        "/requests",
        "/faults",
        "/behaviour",
        "/limits",
    ] {
        let shown = get(&emulator, path).await;
        assert!(
            path == "/faults" || !shown.as_array().is_some_and(Vec::is_empty),
            "{path}"
        );
        all.push_str(&shown.to_string());
    }
    assert!(!all.contains(token.expose()));
    let sent = receiver.deliveries()[0].authorization.clone().unwrap();
    assert!(!all.contains(&sent));
    assert_eq!(
        control(&emulator, Method::DELETE, "/requests", json!({}))
            .await
            .0,
        200
    );
    assert_eq!(get(&emulator, "/requests").await, json!([]));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let emulator = start(Clock::real()).await;
    for (path, body, expected) in [
        ("/nothing", json!({}), 404),
        ("/emit", json!({"event": "no_such_event", "board": 1}), 400),
        ("/emit", json!({"board": 1}), 400),
        ("/wait", json!({"until": "doomsday"}), 400),
        ("/wait", json!({"until": "idle", "timeout": -1}), 400),
        ("/advance", json!({"seconds": 60}), 409),
        ("/faults", json!({"spec": "reset", "more": 1}), 400),
    ] {
        let (status, answer) = post(&emulator, path, body).await;
        assert_eq!(status, expected, "{path} {answer}");
        assert!(answer["error"].is_string());
    }
}

#[tokio::test]
async fn it_lists_what_can_be_asked_and_each_of_it_can() {
    let emulator = start(Clock::manual()).await;
    let url = emulator.control_endpoint().unwrap();
    let listed = crate::support::http().get(url).send().await.unwrap();
    let listed = listed.text().await.unwrap();
    let mut asked = 0;
    for line in listed.lines().skip(2) {
        // The first column: a method and its paths, and perhaps another method.
        let mut method = Method::GET;
        for word in line.split('|').nth(1).unwrap().split(['`', ' ', ',']) {
            match word {
                "GET" | "POST" | "DELETE" => method = word.parse().unwrap(),
                "/" => {}
                path if path.starts_with('/') => {
                    let (status, answer) = control(&emulator, method.clone(), path, json!(0)).await;
                    assert_ne!(answer["error"], UNKNOWN, "{method} {path} {status}");
                    asked += 1;
                }
                _ => {}
            }
        }
    }
    assert_eq!(asked, 20, "{listed}");
    let (status, answer) = control(&emulator, Method::PUT, "/state", json!({})).await;
    assert_eq!((status, &answer["error"]), (404, &json!(UNKNOWN)));
}

const UNKNOWN: &str = "there is no such control; GET / lists them";

#[tokio::test]
async fn a_page_or_a_rebound_name_does_not_reach_it() {
    let emulator = start(Clock::real()).await;
    let url = format!("{}/state", emulator.control_endpoint().unwrap());
    let status = async |name: &str, value: &str| {
        let request = crate::support::http().get(&url).header(name, value);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(status("host", "evil.example").await, 403);
    assert_eq!(status("host", "127.0.0.1.evil.example:80").await, 403);
    assert_eq!(status("origin", "http://127.0.0.1").await, 403);
    assert_eq!(status("host", "203.0.113.7").await, 403);
    assert_eq!(status("host", "0.0.0.0").await, 403);
    assert_eq!(status("host", "localhost:9").await, 200);
    assert_eq!(status("host", "[::1]").await, 200);
}

#[tokio::test]
async fn there_is_no_control_unless_it_is_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(emulator.control_endpoint(), None);
}

#[tokio::test]
async fn a_setting_that_would_never_rest_is_refused() {
    let emulator = start(Clock::real()).await;
    for (path, body, says) in [
        ("/behaviour", json!({"retry_interval": 0}), "retry_interval"),
        (
            "/behaviour",
            json!({"retry_interval": 0.0001}),
            "retry_interval",
        ),
        (
            "/faults",
            json!({"spec": "status=503,times=0"}),
            "at least 1",
        ),
    ] {
        let (status, answer) = post(&emulator, path, body).await;
        assert_eq!(status, 400, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(says), "{answer}");
    }
    assert_eq!(get(&emulator, "/behaviour").await["retry_interval"], 60.0);
}
