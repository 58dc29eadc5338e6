//! `trigger`: sample deliveries, sent as monday would.

use std::time::SystemTime;

use monday_webhooks::{
    SubscriptionKind,
    auth::SigningSecret,
    testing::{self, BoardClaims},
};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    args::{Global, TriggerArgs},
    failure::{Failure, with_causes},
    output,
    secrets::Variable,
};

pub(crate) fn run(global: &Global, args: &TriggerArgs) -> Result<(), Failure> {
    let secret = args
        .signing_secret_env
        .as_deref()
        .map(|name| Variable::new("--signing-secret-env", name).signing_secret())
        .transpose()?;
    let url = reqwest::Url::parse(&args.to)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| Failure::usage("--to takes an http or https URL"))?;
    super::block_on(async {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Failure::failed(with_causes(&error)))?;
        let mut good = true;
        for number in 1..=args.count {
            let status = send(&http, &url, args, secret.as_ref()).await?;
            good &= status.is_success();
            if global.json {
                output::json(&json!({
                    "number": number,
                    "subscription": args.event,
                    "status": status.as_u16(),
                }))?;
            } else {
                output::line(&format!("{} {number}: {status}", args.event))?;
            }
        }
        if good {
            Ok(())
        } else {
            Err(Failure::failed(
                "the endpoint did not take every delivery; monday would send it again",
            ))
        }
    })
}

async fn send(
    http: &reqwest::Client,
    url: &reqwest::Url,
    args: &TriggerArgs,
    secret: Option<&SigningSecret>,
) -> Result<StatusCode, Failure> {
    let mut request = http
        .post(url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .body(body(&args.event).to_string());
    if let Some(secret) = secret {
        let token = testing::sign_board_token(secret, &BoardClaims::new(args.to.as_str()));
        request = request.header(header::AUTHORIZATION, token);
    }
    let response = request.send().await.map_err(|error| {
        Failure::failed(format!(
            "the endpoint could not be reached: {}",
            with_causes(&error.without_url())
        ))
    })?;
    Ok(response.status())
}

/// The sample as if it happened now.
fn body(event: &SubscriptionKind) -> Value {
    let mut body = testing::sample(event).unwrap_or_default();
    let now = SystemTime::now();
    body["event"]["triggerTime"] = humantime::format_rfc3339_millis(now).to_string().into();
    body["event"]["triggerUuid"] = uuid::Uuid::new_v4().simple().to_string().into();
    body
}
