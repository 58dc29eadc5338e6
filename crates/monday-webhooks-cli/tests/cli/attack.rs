//! `listen` among clients that mean it harm.

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    thread,
};

use crate::{
    listen::{Listener, numbered, token},
    support::{Running, command},
};

/// Each of those below, in number.
const MANY: usize = 50;

/// The most that it may take, in bytes.
const MEMORY: u64 = 64 << 20;

const JSON: &str = "host: x\r\ncontent-type: application/json\r\n";

fn authority(listener: &Listener) -> &str {
    listener
        .url
        .trim_start_matches("http://")
        .trim_end_matches('/')
}

/// A connection that says this, and then nothing more.
fn said(listener: &Listener, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(authority(listener)).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream
}

/// The whole of what comes back; the connection may be reset after it.
fn answer(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

/// Sends zeros until it is stopped, or they are a GiB. Returns how many bytes went.
fn flood(mut stream: TcpStream, framed: bool) -> u64 {
    let zeros = [b'0'; 64 << 10];
    let mut sent = 0;
    while sent < 1 << 30 {
        let piece = match framed {
            true => write!(stream, "{:x}\r\n", zeros.len())
                .and_then(|()| stream.write_all(&zeros))
                .and_then(|()| stream.write_all(b"\r\n")),
            false => stream.write_all(&zeros),
        };
        if piece.is_err() {
            break;
        }
        sent += zeros.len() as u64;
    }
    sent
}

#[test]
fn good_deliveries_are_answered_beside_clients_that_mean_harm() {
    let listener = Listener::start(&["--signing-secret-env", "SECRET", "--inbox", "memory"]);
    let good = token("one", |_| ());
    let bad = token("two", |_| ());

    // Slow headers, slow bodies, and clients that ask again and again and never read.
    let mut held = Vec::new();
    for _ in 0..MANY {
        held.push(said(&listener, "POST / HTTP/1.1\r\nhost: x\r\nx-slow: "));
        let slow = format!("POST / HTTP/1.1\r\n{JSON}content-length: 1000\r\n\r\n{{");
        held.push(said(&listener, &slow));
        let never_read = TcpStream::connect(authority(&listener)).unwrap();
        never_read.set_nonblocking(true).unwrap();
        let asking = format!("POST / HTTP/1.1\r\n{JSON}content-length: 2\r\n\r\n{{}}").repeat(1000);
        // As much of it as is taken.
        let _ = (&never_read).write(asking.as_bytes());
        held.push(never_read);
    }

    let floods = [
        (
            format!(
                "POST / HTTP/1.1\r\n{JSON}authorization: {good}\r\ncontent-length: 1073741824\r\n\r\n"
            ),
            false,
        ),
        (
            format!(
                "POST / HTTP/1.1\r\n{JSON}authorization: {good}\r\ntransfer-encoding: chunked\r\n\r\n"
            ),
            true,
        ),
    ];
    let floods = floods.map(|(head, framed)| {
        let stream = said(&listener, &head);
        thread::spawn(move || flood(stream, framed))
    });

    for number in 0..MANY as u64 {
        let body = numbered(number);
        assert_eq!(listener.post(Some(&good), &body), 200, "delivery {number}");
        for _ in 0..4 {
            assert_eq!(listener.post(Some(&bad), &numbered(1000)), 401);
        }
        // Two lengths, and a length beside chunks: nobody may read it in another way than this.
        let hidden = numbered(2000);
        let smuggled = format!(
            "POST / HTTP/1.1\r\n{JSON}authorization: {good}\r\ncontent-length: {}\r\n\r\n{hidden}",
            hidden.len()
        );
        for framing in [
            "content-length: 0\r\ncontent-length: 5\r\n\r\n",
            "content-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            "transfer-encoding: identity, chunked\r\n\r\n0\r\n\r\n",
            " transfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ] {
            let first = format!("POST / HTTP/1.1\r\n{JSON}{framing}");
            let stream = said(&listener, &(first + &smuggled));
            let _ = stream.shutdown(Shutdown::Write);
            let answer = answer(stream);
            // What comes after a request that is refused isn't another one.
            assert!(!answer.contains(" 200 "), "{framing}: {answer}");
        }
        // One after the other on one connection is allowed, and a refusal ends it.
        let pipelined =
            format!("POST / HTTP/1.1\r\n{JSON}content-length: 2\r\n\r\n{{}}") + &smuggled;
        let answer = answer(said(&listener, &pipelined));
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    }
    for sent in floods.map(|flood| flood.join().unwrap()) {
        assert!(sent < 64 << 20, "{sent} bytes went in");
    }

    let peak = peak(listener.process.id());
    assert!(peak <= MEMORY, "{peak} bytes at most");
    drop(held);
    let (code, printed) = listener.process.stop();
    assert_eq!((code, printed.len()), (0, MANY), "{printed:?}");
}

/// The most memory that a process has had, in bytes.
fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kilobytes << 10
}

#[test]
fn with_v_a_refusal_says_why_on_standard_error_and_shows_no_token() {
    let mut listen = command(&["listen", "--addr", "127.0.0.1:0", "-v"]);
    listen.args(["--signing-secret-env", "SECRET"]);
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said");
    let stderr = fs::File::create(&said).unwrap();
    let listener = Listener::of(Running::with_stderr(listen.env("SECRET", "one"), stderr));
    let bad = token("two", |_| ());
    assert_eq!(listener.post(Some(&bad), &numbered(1)), 401);
    assert_eq!(listener.post(None, &numbered(1)), 401);
    assert_eq!(listener.process.stop(), (0, Vec::new()));
    let said = fs::read_to_string(said).unwrap();
    let lines: Vec<_> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines[0].contains("signature"), "{said}");
    assert!(lines[1].contains("there is no token"), "{said}");
    for part in bad.split('.') {
        assert!(!said.contains(part), "{said}");
    }
}
