//! Keeping deliveries in JetStream: the receiver with the SDK's inbox, against publishing the bare
//! bodies with the same duplicate ids and waiting for the acknowledgement.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_nats::jetstream::{self, message::PublishMessage, stream::Config};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use monday_webhooks::{
    Delivery, Receiver,
    auth::{SigningSecret, Verifier},
    inbox::{NatsInbox, NatsOptions, nats::SyncCheck},
};
use tower_service::Service as _;

use crate::{
    Outcome,
    durable::{IN_FLIGHT, LEVELS, in_flight_curve},
    findings::Findings,
    measured::Measured,
    nats::{Servers, Sync},
    parts::single,
    sample::{AUDIENCE, Bodies, SECRET, token},
};

/// For servers to come up and, in a cluster, to find each other.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The server's program
    #[arg(long)]
    server: PathBuf,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Of each round
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
}

pub(crate) fn run(options: &Options) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(measure(options))?.print()
}

async fn measure(options: &Options) -> Outcome<Findings> {
    let length = Duration::from_secs_f64(options.seconds);
    let mut findings = Findings::default();
    for (sync, name) in [(Sync::Always, "synced"), (Sync::Later, "not synced")] {
        let servers = Servers::start(&options.server, 1, sync)?;
        let mut ours = Measured::new(&format!("JetStream {name}: sdk"), "deliveries/s");
        let mut theirs = Measured::new(&format!("JetStream {name}: bare"), "deliveries/s");
        for round in 0..options.rounds {
            // Streams of a round's own, which are equally empty.
            let bench = Bench::prepare(&servers, round).await?;
            ours.rounds.push(bench.sdk(IN_FLIGHT, length).await?);
            theirs.rounds.push(bench.bare(IN_FLIGHT, length).await?);
            bench.clear().await?;
        }
        findings.measured.extend([ours, theirs]);
        if sync == Sync::Always {
            let bench = Bench::prepare(&servers, options.rounds).await?;
            let mut points = Vec::new();
            for in_flight in LEVELS {
                let rate = bench.sdk(in_flight, length / 2).await?;
                points.push((in_flight as f64, rate));
            }
            let disk = bench.disk().await?;
            findings
                .measured
                .push(single("disk of a delivery in JetStream", "bytes", disk));
            findings
                .curves
                .push(in_flight_curve("JetStream, synced", points));
        }
    }
    findings
        .measured
        .push(cluster(&options.server, length).await?);
    Ok(findings)
}

/// Three servers that share one core and one disk: less than three machines do.
async fn cluster(program: &Path, length: Duration) -> Outcome<Measured> {
    let servers = Servers::start(program, 3, Sync::Always)?;
    let bench = Bench::prepare(&servers, 0).await?;
    let mut one = Measured::new(
        "JetStream synced, three servers on one core and one disk: sdk",
        "deliveries/s",
    );
    one.rounds.push(bench.sdk(IN_FLIGHT, length).await?);
    Ok(one)
}

/// What both contenders work with.
struct Bench {
    context: jetstream::Context,
    receiver: Receiver<Verifier, Arc<NatsInbox>>,
    bodies: Arc<Bodies>,
    token: String,
    /// What stands before a delivery's number in its key.
    prefix: String,
    ours: String,
    theirs: String,
    sent: AtomicU64,
}

impl Bench {
    async fn prepare(servers: &Servers, round: usize) -> Outcome<Self> {
        let (ours, theirs) = (format!("SDK{round}"), format!("BARE{round}"));
        let mut options = NatsOptions::from_address(&servers.inbox(&ours))?;
        options.replicas = servers.count();
        options.sync = SyncCheck::Declared;
        let end = Instant::now() + PATIENCE;
        let inbox = loop {
            match NatsInbox::connect(options.clone()).await {
                Ok(inbox) => break inbox,
                Err(error) if Instant::now() > end => return Err(error.into()),
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        };
        let verifier = Verifier::new(SigningSecret::new(SECRET)?).audience(AUDIENCE);
        let context = jetstream::new(async_nats::connect(servers.url()).await?);
        // The same settings to the letter, under another name.
        let config = context
            .get_stream(&ours)
            .await?
            .cached_info()
            .config
            .clone();
        context
            .create_stream(Config {
                name: theirs.clone(),
                subjects: vec![format!("{theirs}.>")],
                ..config
            })
            .await?;
        let bodies = Bodies::new(0)?;
        let key = Delivery::parse(Bytes::from(bodies.get(0)))?.dedupe_key();
        let prefix = key.strip_suffix(&format!("{:032x}", 0));
        Ok(Self {
            context,
            receiver: Receiver::new(verifier, Arc::new(inbox)),
            prefix: prefix.ok_or("the key has another form")?.to_owned(),
            bodies: Arc::new(bodies),
            token: token()?,
            ours,
            theirs,
            sent: AtomicU64::new(0),
        })
    }

    /// Deliveries a second through the receiver.
    async fn sdk(&self, in_flight: u64, length: Duration) -> Outcome<f64> {
        let (receiver, token) = (self.receiver.clone(), self.token.clone());
        let bodies = Arc::clone(&self.bodies);
        let send = move |number: u64| {
            let mut receiver = receiver.clone();
            let request = Request::post("/")
                .header(header::CONTENT_TYPE, "application/json")
                .header(header::AUTHORIZATION, &token)
                .body(Full::new(Bytes::from(bodies.get(number))));
            async move {
                let request = request.map_err(|error| error.to_string())?;
                let Ok(answer) = receiver.call(request).await;
                if answer.status() == 200 {
                    Ok(())
                } else {
                    Err(format!("a delivery is answered {}", answer.status()))
                }
            }
        };
        self.timed(&self.ours, in_flight, length, send).await
    }

    /// Messages a second through the library.
    async fn bare(&self, in_flight: u64, length: Duration) -> Outcome<f64> {
        let (context, prefix) = (self.context.clone(), self.prefix.clone());
        let bodies = Arc::clone(&self.bodies);
        let subject = format!("{}.a.b.c", self.theirs);
        let send = move |number: u64| {
            let context = context.clone();
            let message = PublishMessage::build()
                .message_id(format!("{prefix}{number:032x}"))
                .payload(bodies.get(number).into());
            let subject = subject.clone();
            async move {
                let sent = context.send_publish(subject, message).await;
                let ack = sent.map_err(|error| error.to_string())?.await;
                let ack = ack.map_err(|error| error.to_string())?;
                if ack.duplicate {
                    return Err("a message counts as a duplicate".to_owned());
                }
                Ok(())
            }
        };
        self.timed(&self.theirs, in_flight, length, send).await
    }

    /// Sends for so long, so many at once. Equal work: afterwards the stream has as many messages
    /// more as were sent.
    async fn timed<F, R>(
        &self,
        stream: &str,
        in_flight: u64,
        length: Duration,
        send: F,
    ) -> Outcome<f64>
    where
        F: Fn(u64) -> R + Clone + Send + 'static,
        R: Future<Output = Result<(), String>> + Send,
    {
        let before = self.messages(stream).await?;
        let first = self.sent.load(Ordering::Relaxed);
        let next = Arc::new(AtomicU64::new(first));
        let start = Instant::now();
        let end = start + length;
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..in_flight {
            let (next, send) = (Arc::clone(&next), send.clone());
            tasks.spawn(async move {
                let mut sent = 0_u64;
                while Instant::now() < end {
                    send(next.fetch_add(1, Ordering::Relaxed)).await?;
                    sent += 1;
                }
                Ok::<_, String>(sent)
            });
        }
        let mut sent = 0;
        while let Some(done) = tasks.join_next().await {
            sent += done??;
        }
        let rate = sent as f64 / start.elapsed().as_secs_f64();
        self.sent
            .store(next.load(Ordering::Relaxed), Ordering::Relaxed);
        let kept = self.messages(stream).await? - before;
        if kept != sent {
            return Err(format!("{stream} has kept {kept} of {sent} messages").into());
        }
        Ok(rate)
    }

    async fn messages(&self, stream: &str) -> Outcome<u64> {
        let mut stream = self.context.get_stream(stream).await?;
        Ok(stream.info().await?.state.messages)
    }

    /// Bytes that the server counts for a delivery.
    async fn disk(&self) -> Outcome<f64> {
        let mut stream = self.context.get_stream(&self.ours).await?;
        let state = &stream.info().await?.state;
        Ok(state.bytes as f64 / state.messages as f64)
    }

    async fn clear(self) -> Outcome {
        let dead = format!("{}_DEAD", self.ours);
        for stream in [&self.ours, &dead, &self.theirs] {
            self.context.delete_stream(stream).await?;
        }
        Ok(())
    }
}
