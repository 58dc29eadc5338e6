//! How a command ends badly: one line on standard error, and an exit code.

use std::{fmt::Display, process::ExitCode};

use clap::error::{ContextKind, ContextValue};

use crate::output;

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Exit 1: refused or failed.
    Failed(String),
    /// Exit 2: called wrongly.
    Usage(String),
    /// Exit 1, and everything was said already, or there is nobody left to say it to.
    Reported,
}

impl Failure {
    pub(crate) fn failed(message: impl Display) -> Self {
        Self::Failed(message.to_string())
    }

    pub(crate) fn usage(message: impl Display) -> Self {
        Self::Usage(message.to_string())
    }

    /// Adds what to do about it.
    pub(crate) fn advise(self, advice: impl Display) -> Self {
        match self {
            Self::Failed(message) => Self::Failed(format!("{message}; {advice}")),
            Self::Usage(message) => Self::Usage(format!("{message}; {advice}")),
            Self::Reported => Self::Reported,
        }
    }

    /// What is wrong.
    pub(crate) fn into_message(self) -> String {
        match self {
            Self::Failed(message) | Self::Usage(message) => message,
            Self::Reported => String::new(),
        }
    }

    /// Says what is wrong, on one line.
    pub(crate) fn report(self) -> ExitCode {
        let (message, code) = match self {
            Self::Failed(message) => (message, 1),
            Self::Usage(message) => (message, 2),
            Self::Reported => return ExitCode::from(1),
        };
        let words: Vec<_> = message.split_whitespace().map(without_userinfo).collect();
        output::say_error(&words.join(" "));
        ExitCode::from(code)
    }
}

/// Everything that clap has to say before its usage, but for what may be a secret in the wrong
/// place. `meant` are the words of the command, as far as they are known.
pub(crate) fn one_line(error: &clap::Error, meant: &str) -> String {
    let mut text = error.to_string();
    for kind in [
        ContextKind::InvalidArg,
        ContextKind::InvalidValue,
        ContextKind::InvalidSubcommand,
    ] {
        if let Some(ContextValue::String(given)) = error.get(kind) {
            let shown = if may_be_a_secret(given) {
                "[redacted]".to_owned()
            } else {
                without_userinfo(given)
            };
            text = text.replace(given, &shown);
        }
    }
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let (text, usage) = text.split_once("\n\nUsage:").unwrap_or((text, ""));
    // The usage begins with the words of the command that was meant.
    let command: Vec<&str> = usage
        .split_whitespace()
        .take_while(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        .collect();
    let help = match command.as_slice() {
        [] => format!("{meant} --help"),
        words => format!("{} --help", words.join(" ")),
    };
    let text = text
        .split("\n\nFor more information")
        .next()
        .unwrap_or(text);
    let words: Vec<&str> = text.split_whitespace().collect();
    format!("{}; see `{help}`", words.join(" "))
}

/// A text without the name and the password of the URL that it begins with, or has in it. They may
/// have any character in them but for the last `@`.
fn without_userinfo(text: &str) -> String {
    if let Some((before, rest)) = text.split_once("://")
        && let Some((_, host)) = rest.rsplit_once('@')
    {
        return format!("{before}://[redacted]@{host}");
    }
    text.to_owned()
}

/// Whether a text is made as tokens and secrets are: one long word of letters and digits.
fn may_be_a_secret(text: &str) -> bool {
    const MIN: usize = 16;

    let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
    text.len() >= MIN
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(&byte))
}

/// An error with its causes, on one line.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_url_everything_is_shown_but_its_name_and_password() {
        for (given, shown) in [
            ("nats://host:1/S", "nats://host:1/S"),
            ("me@example.com", "me@example.com"),
            ("nats://user:secret@host/S", "nats://[redacted]@host/S"),
            ("'tls://token@host/S'", "'tls://[redacted]@host/S'"),
            ("http://a:b/c@d e@host", "http://[redacted]@host"),
        ] {
            assert_eq!(without_userinfo(given), shown);
        }
    }
}
