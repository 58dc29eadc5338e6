//! The senders: they post as fast as they are answered, and what wasn't answered 200 again.

use std::{
    collections::HashSet,
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    thread::{JoinHandle, sleep},
    time::{Duration, Instant},
};

use super::{Error, waited};

/// So many deliveries are on their way at once.
const SENDERS: usize = 8;

pub(super) struct Senders {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    /// Every number below was sent.
    next: AtomicU64,
    acknowledged: Mutex<HashSet<u64>>,
    address: Mutex<SocketAddr>,
    stop: AtomicBool,
}

impl Senders {
    pub(super) fn start(address: SocketAddr) -> Self {
        let shared = Arc::new(Shared {
            next: AtomicU64::new(0),
            acknowledged: Mutex::default(),
            address: Mutex::new(address),
            stop: AtomicBool::new(false),
        });
        let threads = (0..SENDERS)
            .map(|_| {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || shared.send())
            })
            .collect();
        Self { shared, threads }
    }

    pub(super) fn direct_to(&self, address: SocketAddr) {
        *lock(&self.shared.address) = address;
    }

    /// Waits until one more is acknowledged: a round without one would show nothing.
    pub(super) fn until_acknowledged(&self, patience: Duration) -> Result<(), Error> {
        let count = || lock(&self.shared.acknowledged).len();
        let (before, end) = (count(), Instant::now() + patience);
        while count() == before {
            if Instant::now() > end {
                return Err(waited("waited for an answer of 200"));
            }
            sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Ends them, and returns under which number everything was sent, and what was acknowledged.
    pub(super) fn stop(self) -> (u64, HashSet<u64>) {
        self.shared.stop.store(true, SeqCst);
        for thread in self.threads {
            // One that panicked has said so.
            let _ = thread.join();
        }
        let acknowledged = std::mem::take(&mut *lock(&self.shared.acknowledged));
        (self.shared.next.load(SeqCst), acknowledged)
    }
}

impl Shared {
    fn send(&self) {
        let mut connection = None;
        let mut again = None;
        while !self.stop.load(SeqCst) {
            // monday sends again what it has no answer for; every other one is given up here, so
            // that some were sent once only.
            let number = again
                .take()
                .filter(|number| number % 2 == 0)
                .unwrap_or_else(|| self.next.fetch_add(1, SeqCst));
            match self.post(&mut connection, number) {
                Ok(200) => {
                    lock(&self.acknowledged).insert(number);
                }
                Ok(_) => {
                    again = Some(number);
                    sleep(Duration::from_millis(1));
                }
                Err(_) => {
                    connection = None;
                    again = Some(number);
                    sleep(Duration::from_millis(1));
                }
            }
        }
    }

    /// The status of the answer.
    fn post(&self, connection: &mut Option<BufReader<TcpStream>>, number: u64) -> io::Result<u16> {
        let stream = match connection {
            Some(stream) => stream,
            None => {
                let address = *lock(&self.address);
                let stream = TcpStream::connect(address)?;
                stream.set_nodelay(true)?;
                stream.set_read_timeout(Some(Duration::from_secs(30)))?;
                connection.insert(BufReader::new(stream))
            }
        };
        let body = format!(
            r#"{{"event":{{"app":"monday","type":"create_pulse","triggerTime":"2026-11-01T10:00:00.000Z","subscriptionId":1,"userId":2,"triggerUuid":"{number:032x}","boardId":3,"pulseId":{number},"pulseName":"Order","groupId":"topics"}}}}"#
        );
        let length = body.len();
        let request = format!(
            "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.get_mut().write_all(request.as_bytes())?;
        answer(stream)
    }
}

fn answer(stream: &mut impl BufRead) -> io::Result<u16> {
    let broken = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let mut status = String::new();
    stream.read_line(&mut status)?;
    let status = status
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .ok_or_else(broken)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        if stream.read_line(&mut header)? == 0 {
            return Err(broken());
        }
        if header == "\r\n" {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(|_| broken())?;
        }
    }
    stream.read_exact(&mut vec![0; length])?;
    Ok(status)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
