//! A service of a user's, to which deliveries are handed on.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

/// A request as it arrived.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// By their names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// A service that answers with these statuses in turn, and with the last one from then on.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    arrived: mpsc::Receiver<Arrived>,
}

impl Endpoint {
    pub(crate) fn start(statuses: &'static [u16]) -> Self {
        Self::answering(statuses, |_| "<b>as the service says</b>".to_owned())
    }

    /// The same, with an answer made from what arrived.
    pub(crate) fn answering(
        statuses: &'static [u16],
        says: impl Fn(&Arrived) -> String + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, arrived) = mpsc::channel();
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let status = statuses[number.min(statuses.len() - 1)];
                let arrived = answer(stream.unwrap(), status, &says);
                if sender.send(arrived).is_err() {
                    return;
                }
            }
        });
        Self { url, arrived }
    }

    /// The next request, which may be still to come.
    pub(crate) fn next(&self) -> Arrived {
        self.arrived.recv().unwrap()
    }

    /// The next request, where one has come.
    pub(crate) fn next_if_any(&self) -> Option<Arrived> {
        self.arrived.try_recv().ok()
    }

    /// Whether nothing has come that wasn't taken by [`next`](Self::next).
    pub(crate) fn is_empty(&self) -> bool {
        self.arrived.try_recv().is_err()
    }
}

/// Reads one request and answers it; the connection serves no other.
fn answer(stream: TcpStream, status: u16, says: &dyn Fn(&Arrived) -> String) -> Arrived {
    let mut reader = BufReader::new(stream);
    let mut headers = HashMap::new();
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    loop {
        line.clear();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers["content-length"].parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let arrived = Arrived {
        headers,
        body: String::from_utf8(body).unwrap(),
    };
    let said = says(&arrived);
    let answer = format!(
        "HTTP/1.1 {status} Status\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{said}",
        said.len()
    );
    reader.get_mut().write_all(answer.as_bytes()).unwrap();
    arrived
}
