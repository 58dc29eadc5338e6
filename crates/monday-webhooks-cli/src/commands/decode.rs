//! `decode`: what a body says, and nothing of it lost.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
};

use monday_webhooks::{Delivery, EventKind, SubscriptionKind, receiver::DEFAULT_BODY_LIMIT};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    advice,
    args::{DecodeArgs, Global},
    failure::Failure,
    output,
};

/// A decoded body as it is printed.
#[derive(Serialize)]
struct Decoded<'a> {
    wire_type: Option<&'a str>,
    kind: &'a str,
    known: bool,
    subitem: bool,
    subscriptions: &'a [SubscriptionKind],
    delivery: &'a RawValue,
}

pub(crate) fn run(global: &Global, args: &DecodeArgs) -> Result<(), Failure> {
    let mut input = open(args)?;
    if args.lines {
        return lines(global, &mut input);
    }
    let mut body = Vec::new();
    let limit = DEFAULT_BODY_LIMIT as u64;
    input
        .take(limit + 1)
        .read_to_end(&mut body)
        .map_err(not_read)?;
    decode(global, &body)
}

fn open(args: &DecodeArgs) -> Result<Box<dyn BufRead>, Failure> {
    if args.file.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(&args.file).map_err(|error| advice::unread(&args.file, &error))?;
    Ok(Box::new(BufReader::new(file)))
}

/// A bad line is named and the rest goes on.
fn lines(global: &Global, input: &mut dyn BufRead) -> Result<(), Failure> {
    let mut good = true;
    for number in 1_u64.. {
        let Some(line) = read_line(input).map_err(not_read)? else {
            break;
        };
        if line.trim_ascii().is_empty() {
            continue;
        }
        match decode(global, &line) {
            Ok(()) => {}
            Err(Failure::Failed(reason)) => {
                good = false;
                output::say(&format!("line {number}: {reason}"));
            }
            Err(other) => return Err(other),
        }
    }
    if good { Ok(()) } else { Err(Failure::Reported) }
}

/// The next line, of which no more is kept than shows that it is too long.
fn read_line(input: &mut dyn BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = DEFAULT_BODY_LIMIT as u64 + 2;
    if input.take(limit).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.ends_with(b"\n") {
        line.pop();
    } else {
        skip_line(input)?;
    }
    Ok(Some(line))
}

fn skip_line(input: &mut dyn BufRead) -> io::Result<()> {
    loop {
        let piece = input.fill_buf()?;
        let Some(end) = piece.iter().position(|byte| *byte == b'\n') else {
            let length = piece.len();
            input.consume(length);
            if length == 0 {
                return Ok(());
            }
            continue;
        };
        input.consume(end + 1);
        return Ok(());
    }
}

fn decode(global: &Global, body: &[u8]) -> Result<(), Failure> {
    if body.len() > DEFAULT_BODY_LIMIT {
        return Err(Failure::failed(format!(
            "the body is longer than {DEFAULT_BODY_LIMIT} bytes, the most that is received"
        )));
    }
    let delivery = Delivery::parse(body.to_vec()).map_err(|error| {
        Failure::failed(error)
            .advise("a delivery is one JSON object {\"event\":{…}} as monday sent it")
    })?;
    let text = std::str::from_utf8(body).map_err(Failure::failed)?;
    let json = output::compact(text)?;
    let kind = delivery.kind();
    for problem in delivery.problems() {
        if kind != EventKind::Unknown {
            tracing::info!("{problem}");
        }
    }
    if output::json_lines(global) {
        return output::json(&Decoded {
            wire_type: delivery.wire_type(),
            kind: kind.as_str(),
            known: kind != EventKind::Unknown,
            subitem: delivery.is_subitem(),
            subscriptions: delivery.possible_subscriptions(),
            delivery: &json,
        });
    }
    let subscriptions: Vec<_> = delivery
        .possible_subscriptions()
        .iter()
        .map(SubscriptionKind::as_str)
        .collect();
    output::line(&format!(
        "{kind} ({}), subscribed to as {}",
        output::printable(delivery.wire_type().unwrap_or("no type")),
        if subscriptions.is_empty() {
            "something unknown".to_owned()
        } else {
            subscriptions.join(" or ")
        },
    ))?;
    for problem in delivery.problems() {
        output::line(&format!("  {problem}"))?;
    }
    output::line(&output::printable(json.get()))
}

fn not_read(error: impl std::fmt::Display) -> Failure {
    Failure::failed(format!("the input could not be read: {error}"))
}
