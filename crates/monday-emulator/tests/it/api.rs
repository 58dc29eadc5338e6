//! What the API takes and how it refuses.

use monday_emulator::{Emulator, Scopes, Token, TokenKind};
use serde_json::json;

use crate::support::{call, code, data, http, post, try_call};

const ME: &str = "query WhoAmI { me { id } }";

#[tokio::test]
async fn a_call_without_a_token_or_with_an_unknown_one_is_unauthorized() {
    let emulator = Emulator::start().await.unwrap();
    let known = emulator.personal_token().expose();
    let bearer = format!("Bearer {known}");
    for headers in [
        vec![],
        vec![("authorization", "unknown")],
        vec![("authorization", bearer.as_str())],
        vec![("authorization", known), ("authorization", known)],
    ] {
        let (status, body) = post(&emulator, &headers, &json!({"query": ME})).await;
        assert_eq!(status, 401);
        assert_eq!(code(&body), "Unauthorized");
    }
}

#[tokio::test]
async fn a_token_that_was_revoked_is_unauthorized() {
    let emulator = Emulator::start().await.unwrap();
    let token = Token::new(TokenKind::Personal, 7, "extra");
    emulator.accept_token(token.clone());
    let answer = call(&emulator, &token, ME, json!({})).await;
    assert_eq!(data(&answer)["me"]["id"], "7");
    assert!(emulator.revoke_token("extra"));
    assert_eq!(try_call(&emulator, &token, ME, json!({})).await.0, 401);
}

#[tokio::test]
async fn variables_must_be_an_object() {
    let emulator = Emulator::start().await.unwrap();
    let token = emulator.personal_token();
    let (status, body) = try_call(&emulator, token, ME, json!("{}")).await;
    assert_eq!((status, code(&body)), (400, "JsonParseException"));
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    for body in ["", "not json", &"[".repeat(10_000)] {
        let response = http()
            .post(emulator.endpoint())
            .header("authorization", emulator.app_token().expose())
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 400);
        assert!(
            response
                .text()
                .await
                .unwrap()
                .contains("JsonParseException")
        );
    }
}

#[tokio::test]
async fn a_body_over_two_mebibytes_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let response = http()
        .post(emulator.endpoint())
        .header("authorization", emulator.app_token().expose())
        .body(vec![b' '; 2 * 1024 * 1024 + 1])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 413);
}

#[tokio::test]
async fn what_the_schema_does_not_allow_is_refused_with_its_position() {
    let emulator = Emulator::start().await.unwrap();
    let token = emulator.personal_token();
    for (query, variables) in [
        ("{ me { no_such_field } }", json!({})),
        ("{ webhooks { id } }", json!({})),
        ("{ webhooks(board_id: 1, unknown: 2) { id } }", json!({})),
        ("{ webhooks(board_id: true) { id } }", json!({})),
        (
            "query Q($board: Int!) { webhooks(board_id: $board) { id } }",
            json!({"board": 1}),
        ),
        (
            "mutation { create_webhook(board_id: 1, url: \"u\", event: no_such_event) { id } }",
            json!({}),
        ),
        ("{ me }", json!({})),
        ("query A { me { id } } query A { me { id } }", json!({})),
    ] {
        let body = call(&emulator, token, query, variables).await;
        assert_eq!(code(&body), "GRAPHQL_VALIDATION_FAILED", "{query}");
        assert_eq!(body["errors"][0]["locations"][0]["line"], 1, "{query}");
        assert!(body.get("data").is_none(), "{query}");
    }
}

#[tokio::test]
async fn a_query_that_is_not_graphql_is_refused() {
    let emulator = Emulator::start().await.unwrap();
    let nested = format!("{{{}", "a{".repeat(5_000));
    for query in ["{ me { id }", "nonsense", &nested] {
        let body = call(&emulator, emulator.app_token(), query, json!({})).await;
        assert_eq!(code(&body), "GRAPHQL_PARSE_FAILED");
    }
}

#[tokio::test]
async fn variables_of_the_wrong_type_are_refused() {
    let emulator = Emulator::start().await.unwrap();
    let query = "query Q($board: ID!) { webhooks(board_id: $board) { id } }";
    for variables in [
        json!({}),
        json!({"board": null}),
        json!({"board": {"id": 1}}),
    ] {
        let body = call(&emulator, emulator.app_token(), query, variables).await;
        assert_eq!(code(&body), "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn of_several_operations_the_named_one_is_executed() {
    let emulator = Emulator::start().await.unwrap();
    let token = ("authorization", emulator.app_token().expose());
    let query = "query A { me { id } } query B { version { value } }";
    let body = json!({"query": query, "operationName": "B"});
    let (_, answer) = post(&emulator, &[token], &body).await;
    assert_eq!(data(&answer), &json!({"version": {"value": "2026-10"}}));
    for body in [
        json!({"query": query}),
        json!({"query": query, "operationName": "C"}),
    ] {
        let (_, answer) = post(&emulator, &[token], &body).await;
        assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own_and_the_account_id() {
    let emulator = Emulator::builder().account_id(42).start().await.unwrap();
    let mut ids = std::collections::HashSet::new();
    for query in [ME, "{ me { id } version { value } }", "{ nonsense }"] {
        let body = call(&emulator, emulator.app_token(), query, json!({})).await;
        assert_eq!(body["account_id"], 42);
        assert!(
            ids.insert(
                body["extensions"]["request_id"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            )
        );
    }
}

#[tokio::test]
async fn the_version_header_decides_which_version_answers() {
    let emulator = Emulator::start().await.unwrap();
    let token = ("authorization", emulator.app_token().expose());
    let body = json!({"query": "{ version { kind value } }"});
    for (header, kind, value) in [
        (None, "current", "2026-10"),
        (Some("2024-01"), "maintenance", "2026-07"),
        (Some("2027-01"), "release_candidate", "2027-01"),
        (Some("dev"), "dev", "dev"),
    ] {
        let mut headers = vec![token];
        headers.extend(header.map(|version| ("api-version", version)));
        let (_, answer) = post(&emulator, &headers, &body).await;
        assert_eq!(
            data(&answer)["version"],
            json!({"kind": kind, "value": value})
        );
    }
    let (status, answer) = post(&emulator, &[token, ("api-version", "soon")], &body).await;
    assert_eq!((status, code(&answer)), (200, "InvalidVersionException"));
}

#[tokio::test]
async fn a_field_without_a_model_is_answered_with_a_default_and_marked() {
    let emulator = Emulator::start().await.unwrap();
    let query = "{ me { id title birthday } teams { id } search { __typename } }";
    let answer = call(&emulator, emulator.app_token(), query, json!({})).await;
    let data = data(&answer);
    assert_eq!(data["me"]["title"], "");
    assert_eq!(data["me"]["birthday"], json!(null));
    assert_eq!(data["teams"], json!([]));
    assert_eq!(data["search"]["__typename"], "SearchNamespace");
    assert_eq!(
        answer["extensions"]["emulator"]["defaults"],
        json!(["Query.search", "Query.teams", "User.birthday", "User.title"])
    );
}

#[tokio::test]
async fn introspection_shows_the_schema() {
    let emulator = Emulator::start().await.unwrap();
    let query = r#"{ __type(name: "Webhook") { fields { name } } }"#;
    let answer = call(&emulator, emulator.app_token(), query, json!({})).await;
    assert_eq!(
        data(&answer)["__type"]["fields"],
        json!([{"name": "board_id"}, {"name": "config"}, {"name": "event"}, {"name": "id"}])
    );
}

#[tokio::test]
async fn a_scope_that_the_token_lacks_refuses_the_field_alone() {
    let emulator = Emulator::start().await.unwrap();
    let token =
        Token::new(TokenKind::App, 1, "limited").with_scopes(Scopes::only(["webhooks:read"]));
    emulator.accept_token(token.clone());
    let query = format!(
        "{{ webhooks(board_id: {}) {{ id }} me {{ id }} }}",
        crate::support::board()
    );
    let answer = call(&emulator, &token, &query, json!({})).await;
    assert_eq!(answer["data"], json!({"webhooks": [], "me": null}));
    assert_eq!(code(&answer), "missingRequiredPermissions");
    assert_eq!(answer["errors"][0]["path"], json!(["me"]));
}

#[tokio::test]
async fn complexity_is_answered_on_both_roots() {
    let emulator = Emulator::start().await.unwrap();
    for query in [
        "{ complexity { before query after reset_in_x_seconds } }",
        "mutation { complexity { before query after reset_in_x_seconds } }",
    ] {
        let answer = call(&emulator, emulator.app_token(), query, json!({})).await;
        let complexity = &data(&answer)["complexity"];
        let points = |name: &str| complexity[name].as_u64().unwrap();
        assert_eq!(points("before") - points("query"), points("after"));
        assert!(points("query") > 0);
    }
}

#[tokio::test]
async fn calls_are_recorded_without_the_token() {
    let emulator = Emulator::start().await.unwrap();
    let token = emulator.personal_token().expose();
    let headers = [
        ("authorization", token),
        ("api-version", "2026-10"),
        ("x-own", "yes"),
    ];
    post(&emulator, &headers, &json!({"query": ME})).await;
    let requests = emulator.requests();
    let request = &requests[0];
    assert_eq!(request.operation.as_deref(), Some("WhoAmI"));
    assert_eq!(request.fields, ["me"]);
    assert_eq!(request.api_version.as_deref(), Some("2026-10"));
    assert_eq!(request.token, Some(TokenKind::Personal));
    assert_eq!(request.header("x-own"), Some("yes"));
    assert_eq!(request.header("authorization"), None);
    let shown = serde_json::to_string(&requests).unwrap() + &format!("{emulator:?}{requests:?}");
    assert!(!shown.contains(token));
    emulator.forget_requests();
    assert!(emulator.requests().is_empty());
}

#[tokio::test]
async fn another_path_or_method_is_not_the_api() {
    let emulator = Emulator::start().await.unwrap();
    let base = format!("http://{}", emulator.addr());
    assert_eq!(
        http()
            .post(format!("{base}/v1"))
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    assert_eq!(
        http()
            .get(emulator.endpoint())
            .send()
            .await
            .unwrap()
            .status(),
        405
    );
}

#[tokio::test]
async fn a_stopped_emulator_no_longer_listens() {
    let emulator = Emulator::start().await.unwrap();
    let addr = emulator.addr();
    emulator.stop().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}

#[test]
fn the_public_types_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Emulator>();
    shared::<monday_emulator::EmulatorBuilder>();
    shared::<Token>();
    shared::<monday_emulator::Delivery>();
    shared::<monday_emulator::Events>();
}

/// The status of a call with this header besides the usual ones.
async fn status_with(emulator: &Emulator, name: &str, value: &str) -> u16 {
    let token = emulator.app_token().expose();
    let body = json!({ "query": ME }).to_string();
    let request = http().post(emulator.endpoint()).body(body);
    let request = request.header("authorization", token).header(name, value);
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_page_or_a_rebound_name_calls_nothing_on_loopback() {
    let emulator = Emulator::start().await.unwrap();
    for (name, value, status) in [
        ("host", "evil.example", 403),
        ("host", "127.0.0.1.evil.example:80", 403),
        ("host", "203.0.113.7", 403),
        ("origin", "http://evil.example", 403),
        ("host", "localhost:9", 200),
        ("host", "[::1]", 200),
    ] {
        assert_eq!(status_with(&emulator, name, value).await, status, "{value}");
    }
    assert!(
        emulator
            .requests()
            .iter()
            .all(|request| request.header("origin").is_none())
    );
}

#[tokio::test]
async fn where_others_are_let_in_it_may_have_any_name() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let emulator = Emulator::builder().addr(everywhere).start().await.unwrap();
    let port = emulator.addr().port();
    let url = format!("http://127.0.0.1:{port}/v2");
    let call = http().post(url).header("host", format!("monday:{port}"));
    let call = call.header("authorization", emulator.app_token().expose());
    let answer = call
        .body(json!({ "query": ME }).to_string())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_long_name_of_an_operation_is_cut_where_it_is_told() {
    let emulator = Emulator::start().await.unwrap();
    let mut events = emulator.events();
    let token = ("authorization", emulator.app_token().expose());
    let name = "n".repeat(1_000_000);
    let fields: String = (0..10_000).map(|number| format!("f{number} ")).collect();
    let body = json!({"query": format!("query {name} {{ {fields} }}")});
    post(&emulator, &[token], &body).await;
    let told = serde_json::to_string(&events.next().await.unwrap()).unwrap();
    assert!(told.len() < 10_000, "{}", told.len());
    let operation = emulator.requests()[0].operation.clone().unwrap();
    assert!(operation.len() <= 256 && name.starts_with(&operation));
}

#[tokio::test]
async fn a_client_in_the_middle_of_a_request_does_not_keep_it_running() {
    let emulator = Emulator::start().await.unwrap();
    let addr = emulator.addr();
    let mut client = tokio::net::TcpStream::connect(addr).await.unwrap();
    let head = format!("POST /v2 HTTP/1.1\r\nhost: {addr}\r\ncontent-length: 10\r\n\r\n");
    tokio::io::AsyncWriteExt::write_all(&mut client, head.as_bytes())
        .await
        .unwrap();
    // Answered after it, so that its request has arrived.
    call(&emulator, emulator.app_token(), ME, json!({})).await;
    emulator.stop().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}
