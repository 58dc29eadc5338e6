//! Where a request begins and ends, and where it is for: on real sockets.

use monday_webhooks::server::{Limits, Server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::running::{HEAD, Running, chunked, last, limits, noting, numbered, post, statuses};

#[tokio::test]
async fn a_body_too_large_is_refused_with_and_without_a_length() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    // Nothing of it has to be sent.
    let announced = running
        .exchange(format!("{HEAD}content-length: 1073741824\r\n\r\n"))
        .await;
    assert_eq!(statuses(&announced), [413]);

    let stream = running
        .begin(format!("{HEAD}transfer-encoding: chunked\r\n\r\n"))
        .await;
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let (mut read, mut write) = stream.into_split();
    // As much as the server takes: the body has no end of its own.
    tokio::spawn(async move { while write.write_all(chunk.as_bytes()).await.is_ok() {} });
    let mut answer = [0; 12];
    read.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_header_too_large_is_refused() {
    let (_, receiver) = noting();
    let running = Running::start(receiver, limits(|limits| limits.header_size = 1024)).await;
    let answer = running
        .exchange(last("{}").replace(
            "connection:",
            &format!("x: {}\r\nconnection:", "a".repeat(2048)),
        ))
        .await;
    assert_eq!(statuses(&answer), [431]);
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_their_order() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    let mut requests = String::new();
    for number in 0..20 {
        requests += &post("", &numbered(number));
        requests += &post("", &format!(r#"{{"challenge":"{number}"}}"#));
    }
    requests += &last("{}");
    let answers = running.exchange(requests).await;
    let mut expected = vec![200; 40];
    expected.push(400);
    assert_eq!(statuses(&answers), expected);
    let echoed: Vec<_> = answers
        .split(r#"{"challenge":""#)
        .skip(1)
        .map(|echo| echo.split('"').next().unwrap().parse::<u64>().unwrap())
        .collect();
    assert_eq!(echoed, (0..20).collect::<Vec<_>>());
    assert_eq!(*seen.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test]
async fn nothing_is_smuggled_behind_a_request_of_two_lengths() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    let smuggled = last(&numbered(666));
    let whole = chunked(&numbered(1));

    // The transfer encoding counts, and what follows isn't read: the connection ends.
    for (number, lengths) in [
        format!(
            "content-length: {}\r\ntransfer-encoding: chunked\r\n",
            whole.len()
        ),
        format!(
            "transfer-encoding: chunked\r\ncontent-length: {}\r\n",
            whole.len()
        ),
        "content-length: 5\r\ntransfer-encoding: chunked\r\n".to_owned(),
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let answers = running
            .exchange(format!("{HEAD}{lengths}\r\n{whole}{smuggled}"))
            .await;
        assert_eq!(statuses(&answers), [200], "{lengths}");
        assert!(answers.contains("connection: close\r\n"), "{answers}");
        assert_eq!(*seen.lock().unwrap(), vec![1; number + 1], "{lengths}");
    }
    seen.lock().unwrap().clear();

    // A length that can be read in two ways is none.
    let length = numbered(1).len();
    for (lengths, body) in [
        (
            format!("content-length: {length}\r\ncontent-length: 5\r\n"),
            numbered(1),
        ),
        (format!("content-length: 5, {length}\r\n"), numbered(1)),
        (format!("content-length: +{length}\r\n"), numbered(1)),
        (format!("content-length: 0x{length:x}\r\n"), numbered(1)),
        (format!("content-length: -{length}\r\n"), numbered(1)),
        (format!("content-length : {length}\r\n"), numbered(1)),
        (
            format!("content-length: {length}\r\n x: y\r\n"),
            numbered(1),
        ),
        (
            "content-length: 99999999999999999999999\r\n".to_owned(),
            numbered(1),
        ),
        ("transfer-encoding: xchunked\r\n".to_owned(), whole.clone()),
        (
            "transfer-encoding: chunked, identity\r\n".to_owned(),
            whole.clone(),
        ),
        ("transfer-encoding : chunked\r\n".to_owned(), whole.clone()),
        (
            "transfer-encoding: \x0bchunked\r\n".to_owned(),
            whole.clone(),
        ),
    ] {
        let answers = running
            .exchange(format!("{HEAD}{lengths}\r\n{body}{smuggled}"))
            .await;
        assert_eq!(statuses(&answers), [400], "{lengths:?}: {answers}");
        assert!(seen.lock().unwrap().is_empty(), "{lengths:?}");
    }

    // Neither is a chunk's.
    for size in ["-1", "+5", "0x5", "5 5", "ffffffffffffffff1", "", "g"] {
        let request = format!("{HEAD}transfer-encoding: chunked\r\n\r\n{size}\r\n{smuggled}");
        let answers = running.exchange(request).await;
        assert_eq!(statuses(&answers), [400], "{size:?}: {answers}");
        assert!(seen.lock().unwrap().is_empty(), "{size:?}");
    }
}

#[tokio::test]
async fn another_path_is_not_found_whatever_is_asked_of_it() {
    let (seen, receiver) = noting();
    let running = Running::start(receiver, Limits::default()).await;
    for path in [
        "/",
        "/monday/",
        "/Monday",
        "/monda",
        "/mondayy",
        "/%6donday",
        "//monday",
        "*",
    ] {
        for method in ["POST", "GET", "HEAD", "OPTIONS"] {
            let request = last(&numbered(1)).replace("POST /monday", &format!("{method} {path}"));
            let answer = running.exchange(request).await;
            assert_eq!(statuses(&answer), [404], "{method} {path}");
        }
    }
    for path in ["/monday?a=/b", "/monday?", "http://example.com/monday"] {
        let request = last(&numbered(1)).replace("/monday", path);
        assert_eq!(statuses(&running.exchange(request).await), [200], "{path}");
    }
    assert_eq!(*seen.lock().unwrap(), [1, 1, 1]);
}

#[tokio::test]
async fn a_path_that_no_request_can_have_is_refused() {
    for path in [
        "",
        "monday",
        "https://example.com/monday",
        "/monday?secret=1",
        "/monday#1",
        "/a b",
        "/a\n",
        "/é",
        "/{a}",
        "/\"a\"",
    ] {
        let error = Server::bind("127.0.0.1:0".parse().unwrap(), path)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
