//! The settings of a client in the variables of the environment.

use std::{collections::BTreeMap, ffi::OsString};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::token::ApiToken;

use super::{
    build_error::BuildError,
    config::{ClientConfig, KEYS},
};

/// The settings that these variables hold, checked one by one so that an error can name its own.
pub(super) fn read(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<ClientConfig, BuildError> {
    let texts = texts(variable)?;
    let pairs = texts.into_iter();
    let all: Map<String, Value> = pairs
        .map(|(key, (_, text))| (key.to_owned(), text.into()))
        .collect();
    ClientConfig::deserialize(Value::from(all))
        // Each by itself was right.
        .map_err(|error| BuildError::Setting {
            key: "environment",
            problem: "it can't be read",
            source: Some(error.into()),
        })
}

type Texts = BTreeMap<&'static str, (&'static str, String)>;

/// The texts by key, each with its variable.
pub(super) fn texts(variable: impl Fn(&str) -> Option<OsString>) -> Result<Texts, BuildError> {
    let mut texts = Texts::new();
    for key in KEYS {
        let set = key
            .variables
            .iter()
            .filter_map(|name| Some((*name, variable(name)?)))
            // What is empty sets nothing: so people unset a variable for one command.
            .find(|(_, value)| !value.is_empty());
        let Some((variable, value)) = set else {
            continue;
        };
        let text = value
            .into_string()
            .map_err(|_| BuildError::NotUnicode { variable })?;
        let Some(alone) = key.alone(text.as_str()) else {
            return Err(BuildError::Variable {
                variable,
                expected: key.expected,
            });
        };
        if key.name == "token" {
            ApiToken::new(text.as_str())
                .map_err(|source| BuildError::Token { variable, source })?;
        }
        alone
            .check_each()
            .map_err(|source| BuildError::Environment {
                variable,
                source: Box::new(source),
            })?;
        texts.insert(key.name, (variable, text));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, time::Duration};

    use super::*;
    use crate::client::Plan;

    fn env(variables: &[(&str, &str)]) -> Result<ClientConfig, BuildError> {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        read(|name| variables.get(name).map(OsString::from))
    }

    #[test]
    fn the_token_comes_from_the_first_variable_that_is_set() {
        let config = env(&[("MONDAY_API_TOKEN", "first"), ("MONDAY_API_KEY", "second")]).unwrap();
        assert_eq!(config.token.as_deref(), Some("first"));
        for unset in [
            &[("MONDAY_API_KEY", "second")][..],
            &[("MONDAY_API_TOKEN", ""), ("MONDAY_API_KEY", "second")],
        ] {
            let config = env(unset).unwrap();
            assert_eq!(config.token.as_deref(), Some("second"));
        }
        let none = env(&[]).unwrap();
        assert!(matches!(none.client(), Err(BuildError::NoToken)));
    }

    #[test]
    fn every_setting_that_is_a_text_a_number_or_a_switch_has_a_variable() {
        let config = env(&[
            ("MONDAY_API_URL", "https://example.com/v2"),
            ("MONDAY_API_VERSION", "2027-01"),
            ("MONDAY_REQUEST_TIMEOUT", "30"),
            ("MONDAY_CONNECT_TIMEOUT", "500ms"),
            ("MONDAY_MAX_RETRIES", "0"),
            ("MONDAY_MAX_WAIT", "1min"),
            ("MONDAY_MAX_ELAPSED", "90"),
            ("MONDAY_PROXY", "http://proxy:3128"),
            ("MONDAY_PROXY_FROM_ENVIRONMENT", "No"),
            ("MONDAY_PLAN", "pro"),
            ("MONDAY_CALLS_PER_MINUTE", "100"),
            ("MONDAY_COMPLEXITY", "on"),
        ])
        .unwrap();
        assert_eq!(config.endpoint.as_deref(), Some("https://example.com/v2"));
        assert_eq!(config.api_version.as_deref(), Some("2027-01"));
        assert_eq!(config.request_timeout, Some(Duration::from_secs(30)));
        assert_eq!(config.connect_timeout, Some(Duration::from_millis(500)));
        assert_eq!(config.max_retries, Some(0));
        assert_eq!(config.max_wait, Some(Duration::from_secs(60)));
        assert_eq!(config.max_elapsed, Some(Duration::from_secs(90)));
        assert_eq!(config.proxy.as_deref(), Some("http://proxy:3128"));
        assert_eq!(config.proxy_from_environment, Some(false));
        assert_eq!(config.plan, Some(Plan::Pro));
        assert_eq!(config.calls_per_minute, Some(100));
        assert_eq!(config.complexity, Some(true));
    }

    #[test]
    fn an_empty_variable_sets_nothing() {
        let names = KEYS.iter().flat_map(|key| key.variables);
        let empty: Vec<_> = names.map(|name| (*name, "")).collect();
        assert!(empty.len() > 15);
        assert_eq!(env(&empty).unwrap(), ClientConfig::default());
    }

    #[test]
    fn a_wrong_variable_is_named_and_its_value_is_not() {
        for (variable, value) in [
            ("MONDAY_API_KEY", "hidden\n"),
            ("MONDAY_API_TOKEN", " "),
            ("MONDAY_REQUEST_TIMEOUT", "hidden"),
            ("MONDAY_MAX_RETRIES", "hidden"),
            ("MONDAY_PROXY_FROM_ENVIRONMENT", "hidden"),
            ("MONDAY_PLAN", "hidden"),
            ("MONDAY_TOKEN_KIND", "hidden"),
            ("MONDAY_API_URL", "http://hidden.example/v2"),
            ("MONDAY_API_VERSION", "hidden"),
            ("MONDAY_PROXY", "ftp://hidden"),
            ("MONDAY_REQUEST_TIMEOUT", "0"),
            ("MONDAY_CONNECT_TIMEOUT", "0"),
            ("MONDAY_MAX_ELAPSED", "0s"),
            ("MONDAY_CALLS_PER_MINUTE", "0"),
            ("MONDAY_CONCURRENT_CALLS", "0"),
        ] {
            let error = env(&[(variable, value)]).unwrap_err();
            assert!(error.to_string().contains(variable), "{error}");
            assert!(!format!("{error} {error:?}").contains("hidden"), "{error}");
        }
    }
}
