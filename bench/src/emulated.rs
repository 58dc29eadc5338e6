//! monday's emulator in a process of its own, and an endpoint for its challenges.

use std::{
    collections::HashSet,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Stdio},
};

use monday_emulator::{DEFAULT_BOARD_ID, Emulator, Limits};
use serde::{Deserialize, Serialize};

use crate::{
    Outcome,
    run::{SERVER, own},
};

/// What its users need to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Place {
    pub(crate) endpoint: String,
    pub(crate) token: String,
    /// A webhook's URL, less its number.
    pub(crate) target: String,
}

/// What there is in the end.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Made {
    webhooks: usize,
    urls: usize,
}

/// Serves until a line comes in, says what there is, and ends.
pub(crate) fn run() -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let (emulator, target) = runtime.block_on(start())?;
    let place = Place {
        endpoint: emulator.endpoint(),
        token: emulator.personal_token().expose().to_owned(),
        target,
    };
    println!("{}", serde_json::to_string(&place)?);
    std::io::stdin().read_line(&mut String::new())?;
    let webhooks = emulator.webhooks(DEFAULT_BOARD_ID);
    let urls: HashSet<_> = webhooks.iter().map(|webhook| &webhook.url).collect();
    let made = Made {
        webhooks: webhooks.len(),
        urls: urls.len(),
    };
    println!("{}", serde_json::to_string(&made)?);
    Ok(())
}

/// An emulator without limits, and where an endpoint echoes whatever comes.
pub(crate) async fn start() -> Outcome<(Emulator, String)> {
    let emulator = Emulator::builder().limits(Limits::none()).start().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let target = format!("http://{}/", listener.local_addr()?);
    let echo = async |body: axum::body::Bytes| ([("content-type", "application/json")], body);
    let router = axum::Router::new().fallback(echo);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok((emulator, target))
}

/// An emulator that runs on the server's core.
pub(crate) struct Emulated {
    child: Child,
    output: BufReader<std::process::ChildStdout>,
    pub(crate) place: Place,
}

impl Emulated {
    pub(crate) fn start() -> Outcome<Self> {
        let mut child = own(SERVER, &["emulate"])?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        Ok(Self {
            child,
            output,
            place: serde_json::from_str(&line)?,
        })
    }

    /// What there is in the end.
    pub(crate) fn made(mut self) -> Outcome<Made> {
        let mut input = self.child.stdin.take().ok_or("no input")?;
        input.write_all(b"\n")?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Emulated {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Made {
    /// What is wrong, where so many webhooks should be there, each once.
    pub(crate) fn fault(&self, wanted: usize) -> Option<String> {
        if (self.webhooks, self.urls) == (wanted, wanted) {
            return None;
        }
        Some(format!(
            "it made {} webhooks with {} URLs of {wanted}",
            self.webhooks, self.urls
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_webhook_has_to_be_there_and_once() {
        let fault = |webhooks, urls| Made { webhooks, urls }.fault(10);
        assert_eq!(fault(10, 10), None);
        for (webhooks, urls) in [(9, 9), (11, 10), (10, 9), (11, 11)] {
            assert!(fault(webhooks, urls).is_some());
        }
    }
}
