//! Instruction counts, which don't depend on what else the machine does.
//!
//! Each is the difference of two runs under callgrind, one with some calls and one with more, so
//! that what starting costs is in neither. Valgrind's processor has no instructions for SHA, so
//! digests count for more here than they take.

use std::{hint::black_box, path::Path, process::Command, time::SystemTime};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use monday_emulator::DEFAULT_BOARD_ID;
use monday_webhooks::{
    ApiToken, BoardId, Client, Delivery,
    auth::{SigningSecret, Verifier},
};
use serde_json::Value;
use sha2::Sha256;

use crate::{
    Outcome,
    calls::ByHand,
    emulated::Emulated,
    findings::Findings,
    parts::{Settings, single},
    sample::{AUDIENCE, Bodies, SECRET, token},
};

/// What is counted.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Work {
    DecodeTyped,
    DecodeValue,
    TokenVerify,
    TokenBare,
    ClientCall,
    CallByHand,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    work: Work,
    #[arg(long)]
    count: u32,
    /// Of the emulator, for calls
    #[arg(long, default_value = "")]
    endpoint: String,
    #[arg(long, default_value = "")]
    token: String,
}

/// How often each is done, at first and then.
const SOME: u32 = 100;
const MORE: u32 = 600;

pub(crate) fn run(settings: &Settings) -> Outcome<Findings> {
    use clap::ValueEnum as _;
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Err("valgrind is not installed".into());
    }
    let folder = tempfile::tempdir_in(&settings.out)?;
    let emulated = Emulated::start()?;
    let mut findings = Findings::default();
    for work in Work::value_variants() {
        let name = work.to_possible_value().ok_or("no name")?;
        let name = name.get_name();
        let mut counted = [0.0; 2];
        for (counted, count) in counted.iter_mut().zip([SOME, MORE]) {
            let out = folder.path().join(format!("{name}-{count}"));
            let status = Command::new("valgrind")
                .args(["--tool=callgrind", "--quiet"])
                .arg(format!("--callgrind-out-file={}", out.display()))
                .arg(std::env::current_exe()?)
                .args(["work", name, "--count", &count.to_string()])
                .args(["--endpoint", &emulated.place.endpoint])
                .args(["--token", &emulated.place.token])
                .status()?;
            if !status.success() {
                return Err(format!("{name} has failed under valgrind").into());
            }
            *counted = total(&out)?;
        }
        let each = (counted[1] - counted[0]) / f64::from(MORE - SOME);
        let name = format!("instructions: {}", name.replace('-', " "));
        findings.measured.push(single(&name, "instructions", each));
    }
    Ok(findings)
}

fn total(file: &Path) -> Outcome<f64> {
    let text = std::fs::read_to_string(file)?;
    sum(&text).ok_or_else(|| "callgrind says no total".into())
}

/// What callgrind has counted altogether.
fn sum(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| {
        line.strip_prefix("totals:")
            .or_else(|| line.strip_prefix("summary:"))
    });
    line?.split_whitespace().next()?.parse().ok()
}

/// Does it so often.
pub(crate) fn work(options: &Options) -> Outcome {
    let count = options.count;
    match options.work {
        Work::DecodeTyped => {
            let body = Bytes::from(Bodies::new(0)?.get(1));
            for _ in 0..count {
                black_box(Delivery::parse(body.clone()))?;
            }
        }
        Work::DecodeValue => {
            let body = Bodies::new(0)?.get(1);
            for _ in 0..count {
                black_box(serde_json::from_slice::<Value>(&body))?;
            }
        }
        Work::TokenVerify => {
            let verifier = Verifier::new(SigningSecret::new(SECRET)?).audience(AUDIENCE);
            let (token, now) = (token()?, SystemTime::now());
            for _ in 0..count {
                black_box(verifier.verify(&token, now))?;
            }
        }
        Work::TokenBare => {
            let token = token()?;
            let (signed, signature) = token.rsplit_once('.').ok_or("no signature")?;
            let (header, claims) = signed.split_once('.').ok_or("no claims")?;
            let key = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())?;
            for _ in 0..count {
                let mut mac = key.clone();
                mac.update(signed.as_bytes());
                for part in [header, claims] {
                    black_box(BASE64_URL_SAFE_NO_PAD.decode(part))?;
                }
                mac.verify_slice(&BASE64_URL_SAFE_NO_PAD.decode(signature)?)?;
            }
        }
        Work::ClientCall => {
            let client = Client::builder()
                .endpoint(&options.endpoint)
                .build(ApiToken::personal(options.token.as_str())?)?;
            let board = BoardId::new(DEFAULT_BOARD_ID);
            runtime()?.block_on(async {
                for _ in 0..count {
                    client.webhooks().list(board).await?;
                }
                Outcome::Ok(())
            })?;
        }
        Work::CallByHand => {
            let by_hand = ByHand::new(&options.endpoint, &options.token);
            runtime()?.block_on(async {
                for _ in 0..count {
                    by_hand.list().await?;
                }
                Outcome::Ok(())
            })?;
        }
    }
    Ok(())
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callgrinds_total_is_read_in_both_of_its_forms() {
        assert_eq!(sum("events: Ir\nsummary: 1234\n\nfn=(1)\n"), Some(1234.0));
        assert_eq!(sum("events: Ir\nfn=(1)\ntotals: 77 0\n"), Some(77.0));
        assert_eq!(sum("events: Ir\n"), None);
    }
}
