//! A command with an inspector, and what the inspector answers.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Command,
};

use serde_json::Value;

use crate::support::{Running, command};

/// A command with an inspector.
pub(crate) struct Inspected {
    pub(crate) process: Running,
    /// What it printed first.
    pub(crate) first: Value,
    pub(crate) page: String,
}

impl Inspected {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::at(command, "127.0.0.1:0")
    }

    pub(crate) fn at(command: &mut Command, at: &str) -> Self {
        let mut process = Running::start(command.args(["--inspect", at]));
        let first = process.next_json();
        let page = first["inspect"].as_str().unwrap().to_owned();
        Self {
            process,
            first,
            page,
        }
    }

    pub(crate) fn listen(options: &[&str]) -> Self {
        let options = [&["listen", "--addr", "127.0.0.1:0"], options].concat();
        Self::start(command(&options).env("SECRET", "one"))
    }

    /// Stops `listen --unsigned`, and starts it with its page at the same address.
    pub(crate) fn start_again(self) -> Self {
        let at = self.authority().to_owned();
        assert_eq!(self.process.stop().0, 0);
        let listen = ["listen", "--addr", "127.0.0.1:0", "--unsigned"];
        Self::at(&mut command(&listen), &at)
    }

    pub(crate) fn authority(&self) -> &str {
        authority(&self.page)
    }

    /// The answer to a request with these headers besides the usual ones.
    pub(crate) fn exchange(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let host = format!("host: {}\r\n{headers}", self.authority());
        exchange(self.authority(), method, path, &host, body)
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let answer = self.exchange("GET", path, "", "");
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    pub(crate) fn post(&self, path: &str) -> u16 {
        let headers = "content-type: application/json\r\n";
        self.exchange("POST", path, headers, "{}").status
    }

    /// Sends a delivery to `listen`.
    pub(crate) fn deliver(&self, token: Option<&str>, body: &str) -> u16 {
        let to = authority(self.first["listening"].as_str().unwrap());
        let token = token.map_or(String::new(), |token| format!("authorization: {token}\r\n"));
        let headers = format!("host: {to}\r\ncontent-type: application/json\r\n{token}");
        exchange(to, "POST", "/", &headers, body).status
    }

    /// The entries, the first that came first.
    pub(crate) fn entries(&self) -> Vec<Value> {
        let mut entries: Vec<Value> = serde_json::from_value(self.get("/api/entries")).unwrap();
        entries.reverse();
        entries
    }

    /// The first entry of which something is true, waited for by the stream of changes.
    pub(crate) fn until(&self, is: impl Fn(&Value) -> bool) -> Value {
        let mut stream = TcpStream::connect(self.authority()).unwrap();
        let host = self.authority();
        write!(stream, "GET /api/changes HTTP/1.1\r\nhost: {host}\r\n\r\n").unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        assert_eq!(lines.next().unwrap(), "HTTP/1.1 200 OK");
        // The stream is open: what comes now is told.
        lines.by_ref().find(String::is_empty).unwrap();
        if let Some(entry) = self.entries().into_iter().find(&is) {
            return entry;
        }
        let changes = lines.filter_map(|line| {
            let entry = line.strip_prefix("data: ")?;
            serde_json::from_str(entry).ok()
        });
        changes.into_iter().find(is).unwrap()
    }
}

pub(crate) fn authority(url: &str) -> &str {
    url.trim_start_matches("http://").split('/').next().unwrap()
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

pub(crate) fn exchange(
    authority: &str,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(authority).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .unwrap();
    // Not to the end of the connection: some keep it open all the same.
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    let mut length = 0;
    loop {
        let start = head.len();
        reader.read_line(&mut head).unwrap();
        let line = head[start..].to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body: String::from_utf8(body).unwrap(),
    }
}
