//! How long `listen` takes to start, and how much memory it takes: idle, with connections, and after
//! many deliveries.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::Instant,
};

use serde_json::Value;

use crate::{
    Outcome,
    measured::Measured,
    run::{SERVER, Served, on},
};

const STARTS: usize = 20;

pub(crate) fn measure(listen: &Path) -> Outcome<Vec<Measured>> {
    let mut first_line = Measured::new("listen, from its start to its first line", "ms");
    for _ in 0..STARTS {
        let start = Instant::now();
        let served = start_listen(listen)?;
        first_line.rounds.push(start.elapsed().as_secs_f64() * 1e3);
        drop(served);
    }
    let served = start_listen(listen)?;
    let mut measured = vec![first_line];
    let mut look = |name: &str| -> Outcome {
        let mut one = Measured::new(name, "MiB");
        one.rounds.push(served.memory()?);
        measured.push(one);
        Ok(())
    };
    look("listen, idle")?;
    let connections: Result<Vec<_>, _> = (0..1000).map(|_| greeted(served.address)).collect();
    look("listen, 1,000 connections")?;
    drop(connections?);
    for (count, first) in [(50_000, "0"), (100_000, "50000")] {
        // One at a time: they are to be handled as fast as they come, or the inbox fills up.
        let paced = ["--connections", "1", "--seconds", "600"];
        let options = [&paced[..], &["--requests", "50000", "--first", first]].concat();
        let loaded = served.load(&options)?;
        if loaded.good != 50_000 {
            return Err(format!("listen took {} of 50,000 deliveries", loaded.good).into());
        }
        look(&format!("listen, after {count} deliveries"))?;
    }
    Ok(measured)
}

/// A connection that the server has answered on, and keeps.
fn greeted(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address)?;
    let challenge = r#"{"challenge":"hello"}"#;
    let length = challenge.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{challenge}"
    )?;
    let mut answer = Vec::new();
    while !answer.ends_with(challenge.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        answer.extend(byte);
    }
    Ok(stream)
}

fn start_listen(listen: &Path) -> Outcome<Served> {
    let mut command = on(SERVER, listen);
    command.args(["listen", "--addr", "127.0.0.1:0", "--unsigned", "--quiet"]);
    // `listen` says its address as JSON.
    Served::start(&mut command, |line| {
        let first: Value = serde_json::from_str(line)?;
        let url = first["listening"].as_str().unwrap_or_default();
        Ok(url
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .parse()?)
    })
}
