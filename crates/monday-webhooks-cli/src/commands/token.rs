//! `token verify` and `token sign`.

use std::{
    io::{self, Read},
    time::{Duration, SystemTime},
};

use monday_webhooks::{
    auth::{AuthError, ClientSecret, Profile, Verifier},
    testing::{self, BoardClaims},
};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::{
    advice,
    args::{Global, SignArgs, VerifyArgs},
    failure::Failure,
    output,
    secrets::Variable,
};

/// More than the longest token, so that one that is too long is refused as such.
const MAX_INPUT: u64 = 64 * 1024;

pub(crate) fn verify(global: &Global, args: &VerifyArgs) -> Result<(), Failure> {
    let now = match args.now {
        Some(seconds) => SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .ok_or_else(|| Failure::usage("--now is beyond what this machine's clock holds"))?,
        None => SystemTime::now(),
    };
    let claims = if args.lifecycle {
        let sender = verifier(args, |variable| {
            ClientSecret::new(variable.read()?).map_err(|error| variable.refused(&error))
        })?
        .verify(&token(args)?, now)
        .map_err(advice::token)?;
        Claims(vec![
            ("account_id", json!(sender.account_id)),
            ("user_id", json!(sender.user_id)),
            ("expires_at", json!(sender.expires_at)),
            ("issued_at", json!(sender.issued_at)),
            ("audience", json!(sender.audience)),
            ("client_id", json!(sender.client_id)),
            ("app_id", json!(sender.app_id)),
            ("app_version_id", json!(sender.app_version_id)),
            ("install_id", json!(sender.install_id)),
            ("is_admin", json!(sender.is_admin)),
        ])
    } else {
        let sender = verifier(args, Variable::signing_secret)?
            .verify(&token(args)?, now)
            .map_err(advice::token)?;
        Claims(vec![
            ("account_id", json!(sender.account_id)),
            ("user_id", json!(sender.user_id)),
            ("expires_at", json!(sender.expires_at)),
            ("issued_at", json!(sender.issued_at)),
            ("audience", json!(sender.audience)),
        ])
    };
    if global.json {
        return output::json(&claims);
    }
    output::table(
        &["CLAIM", "VALUE"],
        claims.0.iter().map(|(name, value)| {
            let value = match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            vec![(*name).to_owned(), value]
        }),
    )
}

/// A token's claims, in the order in which they are printed.
struct Claims(Vec<(&'static str, Value)>);

impl Serialize for Claims {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn verifier<'a, P: Profile>(
    args: &'a VerifyArgs,
    secret: impl Fn(Variable<'a>) -> Result<P, Failure>,
) -> Result<Verifier<P>, Failure> {
    let variables = args.secret_env.iter();
    let mut secrets = variables.map(|name| secret(Variable::new("--secret-env", name)));
    let first = secrets
        .next()
        .ok_or_else(|| Failure::usage("there is no --secret-env"))??;
    let mut verifier = Verifier::new(first).leeway(Duration::from_secs(args.leeway));
    for secret in secrets {
        verifier = verifier.or_secret(secret?);
    }
    for audience in &args.audience {
        verifier = verifier.audience(audience);
    }
    Ok(verifier)
}

fn token(args: &VerifyArgs) -> Result<String, Failure> {
    if args.token != "-" {
        return Ok(args.token.clone());
    }
    let mut token = Vec::new();
    io::stdin()
        .lock()
        .take(MAX_INPUT)
        .read_to_end(&mut token)
        .map_err(|error| Failure::failed(format!("the token could not be read: {error}")))?;
    let mut token = String::from_utf8(token).map_err(|_| advice::token(AuthError::Malformed))?;
    if token.ends_with('\n') {
        token.pop();
    }
    Ok(token)
}

pub(crate) fn sign(args: &SignArgs) -> Result<(), Failure> {
    let secret = Variable::new("--secret-env", &args.secret_env).signing_secret()?;
    let mut claims = BoardClaims::new(args.audience.as_str());
    claims.account_id = args.account.into();
    claims.user_id = args.user.into();
    claims.expires_at = claims.issued_at.saturating_add(args.ttl);
    output::line(&testing::sign_board_token(&secret, &claims))
}
