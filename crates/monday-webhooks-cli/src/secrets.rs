//! Secrets come from the environment, and from nowhere else.

use monday_webhooks::{
    ApiToken, Client,
    auth::SigningSecret,
    client::{ClientConfig, ConfigLayers},
};

use crate::{
    args::{Global, Settings},
    failure::{Failure, with_causes},
};

/// The text in a variable of the environment.
pub(crate) fn from_env(variable: &str) -> Result<String, Failure> {
    std::env::var(variable).map_err(|error| match error {
        std::env::VarError::NotPresent => {
            Failure::usage(format!("the environment variable {variable} is not set"))
                .advise("put the secret there with `export`: options name variables, never secrets")
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

/// The settings of the file, the environment and the options, of which the later win; without the
/// token of `--token-env`.
fn config(global: &Global, settings: &Settings) -> Result<ClientConfig, Failure> {
    let mut layers = ConfigLayers::new();
    if let Some(file) = &settings.file {
        layers = layers.file(file).map_err(|error| usage(&error))?;
    }
    let mut config = layers
        .environment()
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

/// Where monday's API is and in which version it is wanted, where something says so: for what needs
/// no token.
pub(crate) fn api(
    global: &Global,
    settings: &Settings,
) -> Result<(Option<String>, Option<String>), Failure> {
    let mut config = config(global, settings)?;
    // A client is made all the same, since it checks them.
    config.token = Some("none".to_owned());
    config.client().map_err(|error| usage(&error))?;
    Ok((config.endpoint, config.api_version))
}

/// A client with the settings of the file, the environment and the options.
pub(crate) fn client(global: &Global, settings: &Settings) -> Result<Client, Failure> {
    let mut config = config(global, settings)?;
    if let Some(variable) = &global.token_env {
        let token = from_env(variable)?;
        ApiToken::new(token.as_str())
            .map_err(|error| Failure::usage(format!("{variable}: {error}")))?;
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
