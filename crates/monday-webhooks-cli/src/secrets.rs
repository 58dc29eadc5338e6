//! Secrets come from the environment, and the API token also from the file with the client's settings;
//! none is an argument.

use std::fmt;

use monday_webhooks::{
    ApiToken, Client,
    auth::SigningSecret,
    client::{ClientConfig, ConfigLayers},
};

use crate::{
    args::{Global, Settings},
    failure::{Failure, with_causes},
};

/// A variable of the environment that an option names.
#[derive(Clone, Copy)]
pub(crate) struct Variable<'a> {
    option: &'static str,
    name: &'a str,
}

impl<'a> Variable<'a> {
    pub(crate) const fn new(option: &'static str, name: &'a str) -> Self {
        Self { option, name }
    }

    /// The text in it.
    pub(crate) fn read(self) -> Result<String, Failure> {
        std::env::var(self.name).map_err(|error| match error {
            std::env::VarError::NotPresent => Failure::usage(format!("{self} is not set")).advise(
                "put the secret there with `export`: options name variables, never secrets",
            ),
            std::env::VarError::NotUnicode(_) => Failure::usage(format!("{self} is not Unicode")),
        })
    }

    /// The Signing Secret in it.
    pub(crate) fn signing_secret(self) -> Result<SigningSecret, Failure> {
        SigningSecret::new(self.read()?).map_err(|error| self.refused(&error))
    }

    /// What is in it can't be what the option is for.
    pub(crate) fn refused(self, error: &dyn std::error::Error) -> Failure {
        Failure::usage(format!("{self}: {error}"))
    }

    /// Whether it is written as variables are: `MONDAY_API_TOKEN`, and not as a secret is.
    fn looks_like_a_name(self) -> bool {
        let mut bytes = self.name.bytes();
        let is_upper = bytes.all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'));
        let has_digit = self
            .name
            .contains(|character: char| character.is_ascii_digit());
        let starts_well = !self.name.starts_with(|first: char| first.is_ascii_digit());
        let is_empty = self.name.is_empty();
        !is_empty && is_upper && starts_well && (!has_digit || self.name.contains('_'))
    }
}

/// The likeliest slip is to give the secret itself, so that only what looks like the name of a
/// variable is repeated.
impl fmt::Display for Variable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.looks_like_a_name() {
            write!(f, "the environment variable {}", self.name)
        } else {
            write!(f, "the environment variable that {} names", self.option)
        }
    }
}

/// The settings of the file, the environment and the options, of which the later win; without the
/// token of `--token-env`.
pub(crate) fn config(global: &Global, settings: &Settings) -> Result<ClientConfig, Failure> {
    let mut layers = ConfigLayers::new();
    if let Some(file) = &settings.file {
        layers = layers.file(file).map_err(|error| usage(&error))?;
    }
    // What an option takes the place of needn't even be right.
    let is_replaced = |name: &str| match name {
        "MONDAY_API_URL" => global.endpoint.is_some(),
        "MONDAY_API_VERSION" => global.api_version.is_some(),
        "MONDAY_API_TOKEN" | "MONDAY_API_KEY" => global.token_env.is_some(),
        _ => false,
    };
    let variable = |name: &str| std::env::var_os(name).filter(|_| !is_replaced(name));
    let mut config = layers
        .variables(variable)
        .and_then(ConfigLayers::load)
        .map_err(|error| usage(&error))?;
    if let Some(endpoint) = &global.endpoint {
        config.endpoint = Some(endpoint.clone());
    }
    if let Some(version) = &global.api_version {
        config.api_version = Some(version.clone());
    }
    Ok(config)
}

/// A client with the settings of the file, the environment and the options.
pub(crate) fn client(global: &Global, settings: &Settings) -> Result<Client, Failure> {
    let mut config = config(global, settings)?;
    if let Some(name) = &global.token_env {
        let variable = Variable::new("--token-env", name);
        let token = variable.read()?;
        ApiToken::new(token.as_str()).map_err(|error| variable.refused(&error))?;
        config.token = Some(token);
    }
    if config.token.is_none() {
        return Err(Failure::usage(
            "there is no API token: set MONDAY_API_TOKEN or MONDAY_API_KEY, or name another variable with --token-env",
        ));
    }
    config.client().map_err(|error| usage(&error))
}

fn usage(error: &dyn std::error::Error) -> Failure {
    Failure::usage(with_causes(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_the_name_of_a_variable_is_repeated() {
        let shown = |name| Variable::new("--token-env", name).to_string();
        for name in ["MONDAY_API_TOKEN", "A", "SECRET", "TOKEN_2", "_X"] {
            assert_eq!(shown(name), format!("the environment variable {name}"));
        }
        for secret in [
            "eyJhbGciOiJIUzI1NiJ9.eyJ0aWQiOjF9.c2lnbmF0dXJl",
            "0123456789abcdef0123456789abcdef",
            "0123456789ABCDEF0123456789ABCDEF",
            "A123456789ABCDEF0123456789ABCDEF",
            "emulator-signing-secret",
            "a secret",
            "MONDAY_TOKEN=a",
            "",
        ] {
            assert_eq!(
                shown(secret),
                "the environment variable that --token-env names"
            );
        }
    }
}
