//! What is printed: data on standard output, everything else on standard error.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, IsTerminal, Write},
    time::{SystemTime, UNIX_EPOCH},
};

use anstream::ColorChoice;
use clap::builder::StyledStr;
use comfy_table::{ContentArrangement, Table, presets};
use monday_webhooks::{Webhook, client::WebhookConfig};
use serde::Serialize;
use serde_json::value::RawValue;
use tracing_subscriber::{filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{args::Global, failure::Failure};

/// A webhook as it is printed: ids as texts, as monday's own API has them.
#[derive(Serialize)]
pub(crate) struct WebhookRow<'a> {
    id: String,
    board_id: String,
    event: &'a str,
    config: Option<&'a WebhookConfig>,
}

impl<'a> From<&'a Webhook> for WebhookRow<'a> {
    fn from(webhook: &'a Webhook) -> Self {
        Self {
            id: webhook.id.to_string(),
            board_id: webhook.board_id.to_string(),
            event: webhook.event.as_str(),
            config: webhook.config.as_ref(),
        }
    }
}

impl WebhookRow<'_> {
    pub(crate) fn cells(&self) -> Vec<String> {
        let config = match self.config {
            None => String::new(),
            Some(WebhookConfig::Text(text)) => text.clone(),
            Some(config) => serde_json::to_string(config).unwrap_or_default(),
        };
        vec![
            self.id.clone(),
            self.board_id.clone(),
            self.event.to_owned(),
            config,
        ]
    }
}

pub(crate) const WEBHOOK_COLUMNS: [&str; 4] = ["ID", "BOARD", "EVENT", "CONFIG"];

/// Whether output meant for line-by-line reading is JSON: where it is asked for, or nobody looks.
pub(crate) fn json_lines(global: &Global) -> bool {
    global.json || !io::stdout().is_terminal()
}

/// Prints one JSON document on a line of its own, at once.
pub(crate) fn json(value: &impl Serialize) -> Result<(), Failure> {
    text(&json_line(value)?)
}

/// One JSON document as a line of its own, as standard output gets it.
pub(crate) fn json_line(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::failed(format!("the output could not be made: {error}")))?;
    Ok(format!("{}\n", shown(&text)))
}

/// JSON as standard output gets it: on a terminal it steers nothing.
pub(crate) fn shown(json: &str) -> Cow<'_, str> {
    if io::stdout().is_terminal() {
        escaped(json)
    } else {
        Cow::Borrowed(json)
    }
}

/// JSON that says the same without characters that would steer a terminal, or make a text look like
/// another one. They can stand in strings alone, where each has an escape.
fn escaped(json: &str) -> Cow<'_, str> {
    let is_odd = |character| character >= '\u{7f}' && !is_printable(character);
    if !json.contains(is_odd) {
        return Cow::Borrowed(json);
    }
    let mut text = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if is_odd(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // A string takes whatever is written.
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(character);
        }
    }
    Cow::Owned(text)
}

/// Prints a line, at once and in one piece.
pub(crate) fn line(text: &str) -> Result<(), Failure> {
    self::text(&format!("{text}\n"))
}

/// Prints a text as it stands.
pub(crate) fn text(text: &str) -> Result<(), Failure> {
    write(text).map_err(|error| not_written(&error))
}

/// Writes a text on standard output, and waits for as long as its reader does.
pub(crate) fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Prints a text in colour where standard output is a terminal, and `NO_COLOR` isn't set.
pub(crate) fn styled(text: &StyledStr) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    write!(out, "{}", text.ansi())
        .and_then(|()| out.flush())
        .map_err(|error| not_written(&error))
}

/// Standard output takes nothing.
pub(crate) fn not_written(error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::Reported,
        _ => Failure::failed(format!("the output could not be written: {error}")),
    }
}

/// Says something on standard error, on a line of its own. That it can't be written is no reason to
/// fail: there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{}", printable(text));
}

/// The same of what is wrong.
pub(crate) fn say_error(text: &str) {
    let text = printable(text);
    let _ = writeln!(anstream::stderr().lock(), "{ERROR}error:{ERROR:#} {text}");
}

const ERROR: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();

/// A time as it is printed; none outside of the years 1970 to 9999, which the formatter doesn't
/// know.
pub(crate) fn time(at: SystemTime) -> Option<String> {
    /// The end of the year 9999, in Unix seconds.
    const END: u64 = 253_402_300_800;

    let since = at.duration_since(UNIX_EPOCH).ok()?;
    (since.as_secs() < END).then(|| humantime::format_rfc3339_millis(at).to_string())
}

/// Prints a table.
pub(crate) fn table(
    header: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Result<(), Failure> {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    for row in rows {
        table.add_row(row.iter().map(|cell| printable(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for (number, row) in table.lines().enumerate() {
        let row = row.trim_end();
        if number == 0 {
            styled(&format!("{HEADER}{row}{HEADER:#}\n").into())?;
        } else {
            line(row)?;
        }
    }
    Ok(())
}

const HEADER: anstyle::Style = anstyle::Style::new().bold();

/// Somebody else's text for a terminal: without characters that would steer it, or make a text look
/// like another one.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if is_printable(character) {
                character
            } else {
                '\u{FFFD}'
            }
        })
        .collect()
}

fn is_printable(character: char) -> bool {
    !character.is_control() && !is_deceptive(character)
}

/// Characters that turn the direction of a text around, have no width, or end a line in other
/// programs.
const fn is_deceptive(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// JSON on one line, every token as it was.
pub(crate) fn compact(json: &str) -> Result<Box<RawValue>, Failure> {
    let mut compact = String::with_capacity(json.len());
    let mut in_string = false;
    let mut escaped = false;
    for character in json.chars() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character.is_ascii_whitespace() {
            continue;
        } else {
            in_string = character == '"';
        }
        compact.push(character);
    }
    RawValue::from_string(compact).map_err(Failure::failed)
}

/// JSON indented for reading, every token as it was. None of what isn't JSON, and none where it
/// would be longer than `limit` bytes: a line in the depth of a body can have hundreds of spaces for
/// one digit.
pub(crate) fn indented(json: &str, limit: usize) -> Option<String> {
    let compact = compact(json).ok()?;
    let mut out = String::with_capacity(limit.min(json.len() * 2));
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut characters = compact.get().chars().peekable();
    let break_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(character) = characters.next() {
        if out.len() > limit {
            return None;
        }
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            out.push(character);
            continue;
        }
        match character {
            '{' | '[' => {
                out.push(character);
                if let Some(close @ ('}' | ']')) = characters.peek().copied() {
                    characters.next();
                    out.push(close);
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(character);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => {
                in_string = other == '"';
                out.push(other);
            }
        }
    }
    (out.len() <= limit).then_some(out)
}

/// Logs of this project's own crates go to standard error.
pub(crate) fn start_logging(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    // `listen` itself says when an attempt failed.
    let worker = if verbose == 0 {
        LevelFilter::ERROR
    } else {
        level
    };
    // Why a request was refused is what whoever asks for more wants to know first.
    let receiver = if verbose == 0 {
        level
    } else {
        LevelFilter::DEBUG
    };
    let own = tracing_subscriber::filter::Targets::new()
        .with_target("monday_webhooks", level)
        .with_target("monday_webhooks::inbox::worker", worker)
        .with_target("monday_webhooks::receiver", receiver)
        .with_target("monday_emulator", level);
    tracing_subscriber::registry()
        .with(
            fmt::layer()
                .with_writer(io::stderr)
                .with_ansi(anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never),
        )
        .with(own)
        .init();
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn indented_json_keeps_every_token() {
        let json = r#"{"a\"{":[1.0,{"b,":-0},{},[]],"c\\":"é"}"#;
        let indented = indented(json, 1000).unwrap();
        assert_eq!(
            indented,
            "{\n  \"a\\\"{\": [\n    1.0,\n    {\n      \"b,\": -0\n    },\n    {},\n    []\n  ],\n  \"c\\\\\": \"é\"\n}"
        );
        assert_eq!(compact(&indented).unwrap().get(), json);
        assert_eq!(super::indented("no {json", 1000), None);
        let length = indented.len();
        assert_eq!(super::indented(json, length), Some(indented));
        assert_eq!(super::indented(json, length - 1), None);
    }

    #[test]
    fn what_a_terminal_gets_is_what_it_looks_like() {
        assert_eq!(
            printable("a\u{1b}[31m\n\u{202e}gnp.exe\u{2066}b\u{200b}c\u{2028}\u{feff}é字"),
            "a\u{fffd}[31m\u{fffd}\u{fffd}gnp.exe\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}é字"
        );
    }

    proptest! {
        #[test]
        fn json_for_a_terminal_steers_nothing_and_says_the_same(text in "\\PC*|(.|[\u{7f}-\u{9f}\u{202a}-\u{202e}\u{e0041}])*") {
            let json = serde_json::to_string(&text).unwrap();
            let escaped = escaped(&json);
            prop_assert!(escaped.chars().all(is_printable), "{escaped:?}");
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }

        #[test]
        fn every_time_is_printed_or_has_no_calendar(seconds in any::<i64>(), millis in 0_u64..1000) {
            let length = Duration::from_secs(seconds.unsigned_abs()) + Duration::from_millis(millis);
            let at = if seconds < 0 {
                UNIX_EPOCH.checked_sub(length)
            } else {
                UNIX_EPOCH.checked_add(length)
            };
            if let Some(at) = at {
                let shown = time(at);
                let since = at.duration_since(UNIX_EPOCH);
                let known = since.is_ok_and(|since| since.as_secs() < 253_402_300_800);
                prop_assert_eq!(shown.is_some(), known);
            }
        }
    }

    #[test]
    fn the_first_and_the_last_time_of_the_calendar_are_printed() {
        let shown = |seconds, nanos| time(UNIX_EPOCH + Duration::new(seconds, nanos));
        assert_eq!(shown(0, 0).unwrap(), "1970-01-01T00:00:00.000Z");
        let last = shown(253_402_300_799, 999_999_999).unwrap();
        assert_eq!(last, "9999-12-31T23:59:59.999Z");
        assert_eq!(shown(253_402_300_800, 0), None);
        assert_eq!(time(UNIX_EPOCH - Duration::from_nanos(1)), None);
    }

    #[test]
    fn compact_json_keeps_every_token() {
        let json = "{ \"a\\\" b\" :\n [ 1.0 , 1e2,-0 ],\t\"c\\\\\" : \" \" }";
        let compact = compact(json).unwrap();
        assert_eq!(compact.get(), r#"{"a\" b":[1.0,1e2,-0],"c\\":" "}"#);
    }
}
