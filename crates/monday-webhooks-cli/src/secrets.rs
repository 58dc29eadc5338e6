//! Secrets come from the environment, and from nowhere else.

use monday_webhooks::{ApiToken, Client, auth::SigningSecret};

use crate::{
    args::Global,
    failure::{Failure, with_causes},
};

/// The text in a variable of the environment.
pub(crate) fn from_env(variable: &str) -> Result<String, Failure> {
    std::env::var(variable).map_err(|error| match error {
        std::env::VarError::NotPresent => {
            Failure::usage(format!("the environment variable {variable} is not set"))
        }
        std::env::VarError::NotUnicode(_) => Failure::usage(format!(
            "the environment variable {variable} is not Unicode"
        )),
    })
}

/// The Signing Secret in a variable of the environment.
pub(crate) fn signing_secret(variable: &str) -> Result<SigningSecret, Failure> {
    SigningSecret::new(from_env(variable)?)
        .map_err(|error| Failure::usage(format!("{variable}: {error}")))
}

/// A client for the token, the endpoint and the version that the options and the environment
/// name.
pub(crate) fn client(global: &Global) -> Result<Client, Failure> {
    let mut builder = Client::builder();
    if let Some(endpoint) = option_or_env(global.endpoint.as_deref(), "MONDAY_API_URL")? {
        builder = builder.endpoint(endpoint);
    }
    if let Some(version) = option_or_env(global.api_version.as_deref(), "MONDAY_API_VERSION")? {
        builder = builder.api_version(version);
    }
    builder
        .build(token(global)?)
        .map_err(|error| Failure::usage(with_causes(&error)))
}

fn option_or_env(option: Option<&str>, variable: &str) -> Result<Option<String>, Failure> {
    match option {
        Some(option) => Ok(Some(option.to_owned())),
        None if std::env::var_os(variable).is_none() => Ok(None),
        None => from_env(variable).map(Some),
    }
}

fn token(global: &Global) -> Result<ApiToken, Failure> {
    let variables: Vec<&str> = match &global.token_env {
        Some(variable) => vec![variable],
        None => vec!["MONDAY_API_TOKEN", "MONDAY_API_KEY"],
    };
    let set = variables
        .iter()
        .find(|variable| std::env::var_os(variable).is_some());
    let Some(variable) = set else {
        return Err(Failure::usage(format!(
            "there is no API token: set {}, or name another variable with --token-env",
            variables.join(" or ")
        )));
    };
    ApiToken::new(from_env(variable)?)
        .map_err(|error| Failure::usage(format!("{variable}: {error}")))
}
