//! The load: so many connections, each with one request after the other.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    Outcome,
    sample::{Bodies, token},
};

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    pub(crate) address: SocketAddr,
    #[arg(long, default_value_t = 3.0)]
    pub(crate) seconds: f64,
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// The length of a body, in bytes
    #[arg(long, default_value_t = 0)]
    pub(crate) length: usize,
    /// The number of the first delivery, so that none comes twice
    #[arg(long, default_value_t = 0)]
    pub(crate) first: u64,
    /// Stop after so many
    #[arg(long)]
    pub(crate) requests: Option<u64>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Loaded {
    pub(crate) good: u64,
    pub(crate) bad: u64,
    pub(crate) seconds: f64,
    /// In microseconds.
    pub(crate) median: f64,
    pub(crate) p99: f64,
}

pub(crate) fn run(options: &Options) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let loaded = runtime.block_on(load(options))?;
    println!("{}", serde_json::to_string(&loaded)?);
    Ok(())
}

async fn load(options: &Options) -> Outcome<Loaded> {
    let bodies = Arc::new(Bodies::new(options.length)?);
    let next = Arc::new(AtomicU64::new(0));
    let length = bodies.get(0).len();
    let head = format!(
        "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nauthorization: {}\r\ncontent-length: {length}\r\n\r\n",
        options.address,
        token()?
    );
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(options.seconds);
    let most = options.requests.unwrap_or(u64::MAX);
    // A core that sleeps until the next answer has to be woken by the server, which costs that one
    // the more the slower it is.
    let awake = tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    let mut tasks = Vec::new();
    for _ in 0..options.connections {
        let mut stream = TcpStream::connect(options.address).await?;
        stream.set_nodelay(true)?;
        let (bodies, next, head) = (Arc::clone(&bodies), Arc::clone(&next), head.clone());
        let first = options.first;
        tasks.push(tokio::spawn(async move {
            let mut times = histogram().map_err(|error| error.to_string())?;
            let (mut good, mut bad) = (0, 0);
            let mut answer = Vec::with_capacity(1024);
            while Instant::now() < end {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= most {
                    break;
                }
                let mut request = head.clone().into_bytes();
                request.extend_from_slice(&bodies.get(first + number));
                let sent = Instant::now();
                let status = exchange(&mut stream, &request, &mut answer).await;
                let status = status.map_err(|error| error.to_string())?;
                let micros = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
                times.saturating_record(micros);
                if status == 200 {
                    good += 1;
                } else {
                    bad += 1;
                }
            }
            Ok::<_, String>((good, bad, times))
        }));
    }
    let mut all = histogram()?;
    let (mut good, mut bad) = (0, 0);
    for task in tasks {
        let (more_good, more_bad, times) = task.await??;
        good += more_good;
        bad += more_bad;
        all.add(times)?;
    }
    awake.abort();
    Ok(Loaded {
        good,
        bad,
        seconds: start.elapsed().as_secs_f64(),
        median: all.value_at_quantile(0.5) as f64,
        p99: all.value_at_quantile(0.99) as f64,
    })
}

/// For times from a microsecond to a minute.
fn histogram() -> Result<Histogram<u64>, hdrhistogram::CreationError> {
    Histogram::new_with_bounds(1, 60_000_000, 3)
}

/// Sends a request and reads the answer, which has a length. Gives its status.
pub(crate) async fn exchange(
    stream: &mut TcpStream,
    request: &[u8],
    answer: &mut Vec<u8>,
) -> std::io::Result<u16> {
    stream.write_all(request).await?;
    answer.clear();
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&answer[..head]).to_ascii_lowercase();
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
        let length: usize = length.ok_or(std::io::ErrorKind::InvalidData)?;
        if answer.len() >= head + 4 + length {
            let status = text.get(9..12).and_then(|status| status.parse().ok());
            return status.ok_or_else(|| std::io::ErrorKind::InvalidData.into());
        }
    }
}
