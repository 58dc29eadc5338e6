//! Faults as text, for a command line.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::fault::{Effect, Fault};

/// Why a text is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultSpecError {
    /// There is no such effect.
    #[error(
        "unknown effect {0:?}: a fault is [TARGET:]EFFECT[,OPTION]..., and EFFECT is status=CODE, \
         html=CODE, error=NAME, legacy=NAME, delay=TIME, reset, lost, truncate, null, null-data, \
         empty-data or partial"
    )]
    Effect(String),
    /// There is no such option, or not with this effect.
    #[error(
        "unknown option {0:?} for this effect: OPTION is times=N, times=always, skip=N or \
         retry-after=SECONDS, and with error and legacy also retry-in=SECONDS or http=CODE"
    )]
    Option(String),
    /// The value isn't of the right form.
    #[error("{value:?} is no {expected}")]
    Value {
        /// What was given.
        value: String,
        /// What it would have to be.
        expected: &'static str,
    },
}

/// Reads a fault:
///
/// ```text
/// SPEC   = [TARGET ":"] EFFECT *("," OPTION)
/// TARGET = name of an operation or of a root field
/// EFFECT = "status=" CODE | "html=" CODE | "error=" NAME | "legacy=" NAME | "delay=" TIME
///        | "reset" | "lost" | "truncate" | "null" | "null-data" | "empty-data" | "partial"
/// OPTION = "times=" (COUNT | "always") | "skip=" COUNT | "retry-after=" SECONDS
///        | "retry-in=" SECONDS | "http=" CODE      (these two with error and legacy alone)
/// TIME   = COUNT "ms" | COUNT "s"
/// ```
///
/// `create_webhook:error=COMPLEXITY_BUDGET_EXHAUSTED,retry-in=16,times=2` refuses the next two
/// calls of `create_webhook`; `status=503,retry-after=3` the next call of whatever kind.
impl FromStr for Fault {
    type Err = FaultSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (target, rest) = match text.split_once(':') {
            Some((target, rest)) if is_name(target) => (Some(target.to_owned()), rest),
            _ => (None, text),
        };
        let mut parts = rest.split(',');
        let mut fault = Self::new(effect(parts.next().unwrap_or_default())?);
        fault.target = target;
        for part in parts {
            option(&mut fault, part)?;
        }
        Ok(fault)
    }
}

fn effect(text: &str) -> Result<Effect, FaultSpecError> {
    let unknown = || FaultSpecError::Effect(text.to_owned());
    Ok(match text.split_once('=') {
        Some(("status", code)) => Effect::Status(status(code)?),
        Some(("html", code)) => Effect::Html(status(code)?),
        Some(("error", code)) if !code.is_empty() => Effect::Error {
            code: code.to_owned(),
            status: None,
            retry_in_seconds: None,
        },
        Some(("legacy", code)) if !code.is_empty() => Effect::Legacy {
            code: code.to_owned(),
            status: None,
            retry_in_seconds: None,
        },
        Some(("delay", time)) => Effect::Delay(duration(time)?),
        Some(_) => return Err(unknown()),
        None => match text {
            "reset" => Effect::Reset,
            "lost" => Effect::Lost,
            "truncate" => Effect::Truncate,
            "null" => Effect::Null,
            "null-data" => Effect::NullData,
            "empty-data" => Effect::EmptyData,
            "partial" => Effect::Partial,
            _ => return Err(unknown()),
        },
    })
}

fn option(fault: &mut Fault, text: &str) -> Result<(), FaultSpecError> {
    let unknown = || FaultSpecError::Option(text.to_owned());
    let (name, value) = text.split_once('=').ok_or_else(unknown)?;
    match (name, &mut fault.effect) {
        ("times", _) if value == "always" => fault.times = None,
        ("times", _) => match count(value)? {
            0 => return Err(wrong(value, "number of calls, which is at least 1")),
            times => fault.times = Some(times),
        },
        ("skip", _) => fault.skip = count(value)?,
        ("retry-after", _) => fault.retry_after = Some(number(value)?),
        (
            "retry-in",
            Effect::Error {
                retry_in_seconds, ..
            }
            | Effect::Legacy {
                retry_in_seconds, ..
            },
        ) => *retry_in_seconds = Some(number(value)?),
        ("http", Effect::Error { status: http, .. } | Effect::Legacy { status: http, .. }) => {
            *http = Some(status(value)?);
        }
        _ => return Err(unknown()),
    }
    Ok(())
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first == b'_' || first.is_ascii_alphabetic())
        && bytes.all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

fn wrong(value: &str, expected: &'static str) -> FaultSpecError {
    FaultSpecError::Value {
        value: value.to_owned(),
        expected,
    }
}

fn status(text: &str) -> Result<u16, FaultSpecError> {
    text.parse()
        .ok()
        .filter(|code| (200..=599).contains(code))
        .ok_or_else(|| wrong(text, "HTTP status between 200 and 599"))
}

fn count(text: &str) -> Result<u32, FaultSpecError> {
    text.parse().map_err(|_| wrong(text, "number of calls"))
}

fn number(text: &str) -> Result<u64, FaultSpecError> {
    text.parse().map_err(|_| wrong(text, "number of seconds"))
}

fn duration(text: &str) -> Result<Duration, FaultSpecError> {
    let millis = text
        .strip_suffix("ms")
        .and_then(|millis| millis.parse().ok())
        .map(Duration::from_millis);
    let seconds = text
        .strip_suffix('s')
        .and_then(|seconds| seconds.parse().ok())
        .map(Duration::from_secs);
    millis
        .or(seconds)
        .ok_or_else(|| wrong(text, "time such as 250ms or 2s"))
}

/// Writes a fault so that it reads back as the same.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(target) = &self.target {
            write!(f, "{target}:")?;
        }
        let mut http = None;
        let mut retry_in = None;
        match &self.effect {
            Effect::Status(code) => write!(f, "status={code}")?,
            Effect::Html(code) => write!(f, "html={code}")?,
            Effect::Error {
                code,
                status,
                retry_in_seconds,
            } => {
                write!(f, "error={code}")?;
                (http, retry_in) = (*status, *retry_in_seconds);
            }
            Effect::Legacy {
                code,
                status,
                retry_in_seconds,
            } => {
                write!(f, "legacy={code}")?;
                (http, retry_in) = (*status, *retry_in_seconds);
            }
            Effect::Delay(time) => write!(f, "delay={}ms", time.as_millis())?,
            Effect::Reset => f.write_str("reset")?,
            Effect::Lost => f.write_str("lost")?,
            Effect::Truncate => f.write_str("truncate")?,
            Effect::Null => f.write_str("null")?,
            Effect::NullData => f.write_str("null-data")?,
            Effect::EmptyData => f.write_str("empty-data")?,
            Effect::Partial => f.write_str("partial")?,
        }
        if let Some(code) = http {
            write!(f, ",http={code}")?;
        }
        if let Some(seconds) = retry_in {
            write!(f, ",retry-in={seconds}")?;
        }
        if let Some(seconds) = self.retry_after {
            write!(f, ",retry-after={seconds}")?;
        }
        match self.times {
            Some(1) => {}
            Some(times) => write!(f, ",times={times}")?,
            None => f.write_str(",times=always")?,
        }
        if self.skip > 0 {
            write!(f, ",skip={}", self.skip)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_documented_examples_are_read() {
        assert_eq!(
            "create_webhook:error=COMPLEXITY_BUDGET_EXHAUSTED,retry-in=16,times=2".parse(),
            Ok(Fault::new(Effect::Error {
                code: "COMPLEXITY_BUDGET_EXHAUSTED".to_owned(),
                status: None,
                retry_in_seconds: Some(16),
            })
            .on("create_webhook")
            .times(2))
        );
        assert_eq!(
            "status=503,retry-after=3".parse(),
            Ok(Fault::new(Effect::Status(503)).retry_after(3))
        );
        assert_eq!(
            "delay=2s,times=always,skip=1".parse(),
            Ok(Fault::new(Effect::Delay(Duration::from_secs(2)))
                .always()
                .skip(1))
        );
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for text in [
            "",
            "explode",
            "status",
            "status=",
            "status=99",
            "status=600",
            "error=",
            "delay=2",
            "delay=-1s",
            "reset=1",
            "reset,",
            "reset,times=many",
            "reset,retry-in=3",
            "status=503,http=200",
            "a b:reset",
            "delay=99999999999999999999s",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text:?}");
        }
    }

    fn any_effect() -> impl Strategy<Value = Effect> {
        let code = "[A-Za-z_]([A-Za-z_ ]{0,20}[A-Za-z_])?";
        let extra = || {
            (
                proptest::option::of(200..600_u16),
                proptest::option::of(any::<u64>()),
            )
        };
        prop_oneof![
            (200..600_u16).prop_map(Effect::Status),
            (200..600_u16).prop_map(Effect::Html),
            (code, extra()).prop_map(|(code, (status, retry_in_seconds))| Effect::Error {
                code,
                status,
                retry_in_seconds,
            }),
            (code, extra()).prop_map(|(code, (status, retry_in_seconds))| Effect::Legacy {
                code,
                status,
                retry_in_seconds,
            }),
            any::<u32>().prop_map(|ms| Effect::Delay(Duration::from_millis(ms.into()))),
            prop_oneof![
                Just(Effect::Reset),
                Just(Effect::Lost),
                Just(Effect::Truncate),
                Just(Effect::Null),
                Just(Effect::NullData),
                Just(Effect::EmptyData),
                Just(Effect::Partial),
            ],
        ]
    }

    proptest! {
        #[test]
        fn a_fault_reads_back_as_it_was_written(
            target in proptest::option::of("[A-Za-z_][A-Za-z0-9_]{0,20}"),
            effect in any_effect(),
            times in proptest::option::of(1_u32..),
            skip in any::<u32>(),
            retry_after in proptest::option::of(any::<u64>()),
        ) {
            let fault = Fault { target, effect, times, skip, retry_after };
            prop_assert_eq!(fault.to_string().parse(), Ok(fault));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,60}") {
            let _ = text.parse::<Fault>();
        }
    }
}
