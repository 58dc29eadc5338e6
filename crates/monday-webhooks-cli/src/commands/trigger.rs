//! `trigger`: sample deliveries, sent as monday would.

use std::time::{Duration, SystemTime};

use monday_webhooks::{
    auth::SigningSecret,
    testing::{self, BoardClaims},
};
use reqwest::{StatusCode, Url, header};
use serde_json::{Value, json};

use crate::{
    args::{Global, TriggerArgs},
    failure::{Failure, with_causes},
    net, output,
    progress::Progress,
    secrets::Variable,
};

/// How long an endpoint may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

const LISTEN: &str = "`monday-webhooks listen --addr 127.0.0.1:8080 --unsigned` starts one";

pub(crate) fn run(global: &Global, args: &TriggerArgs) -> Result<(), Failure> {
    let secret = args
        .signing_secret_env
        .as_deref()
        .map(|name| Variable::new("--signing-secret-env", name).signing_secret())
        .transpose()?;
    let url = Url::parse(&args.to)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| {
            Failure::usage(format!(
                "--to takes the http or https URL of an endpoint, such as http://127.0.0.1:8080/; {LISTEN}"
            ))
        })?;
    // A wrong override is found here, before anything is sent.
    body(args)?;
    super::interruptible("what was printed has been sent", async {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE);
        let http = net::past_proxies(http, &url)
            .build()
            .map_err(|error| Failure::failed(with_causes(&error)))?;
        let mut progress = Progress::beside_lines();
        let mut refused = Vec::new();
        for number in 1..=args.count {
            progress.say(&format!("sending {number} of {}", args.count));
            let status = send(&http, &url, args, secret.as_ref()).await?;
            if !status.is_success() {
                refused.push(status);
            }
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
        match refused.last() {
            None => Ok(()),
            Some(status) => Err(Failure::failed(format!(
                "the endpoint took {} of {} deliveries and answered {status}: {}; monday would try once a minute for 30 minutes",
                args.count as usize - refused.len(),
                args.count,
                advice(*status, secret.is_some()),
            ))),
        }
    })
}

async fn send(
    http: &reqwest::Client,
    url: &Url,
    args: &TriggerArgs,
    secret: Option<&SigningSecret>,
) -> Result<StatusCode, Failure> {
    let mut request = http
        .post(url.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .body(body(args)?.to_string());
    if let Some(secret) = secret {
        let token = testing::sign_board_token(secret, &BoardClaims::new(args.to.as_str()));
        request = request.header(header::AUTHORIZATION, token);
    }
    let response = request.send().await.map_err(|error| {
        let advice = if error.is_timeout() {
            format!(
                "it has to answer within {} s, before it does the work",
                PATIENCE.as_secs()
            )
        } else {
            format!("is it running, and is --to its URL? {LISTEN}")
        };
        Failure::failed(format!(
            "the endpoint could not be reached ({}): {advice}",
            with_causes(&error.without_url()),
        ))
    })?;
    Ok(response.status())
}

/// What to do about an answer.
fn advice(status: StatusCode, signed: bool) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if signed => {
            "its Signing Secret has to be the one in --signing-secret-env, and its audience, if it wants one, the URL of --to"
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            "sign with --signing-secret-env and the endpoint's secret, or let it take unsigned deliveries"
        }
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
            "check the path of --to: it is where the endpoint takes POST requests"
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            "it is busy, or can't keep deliveries now: look at its log"
        }
        _ if status.is_redirection() => "give --to the URL that it redirects to",
        _ => "look at its log",
    }
}

/// The sample as if it happened now, and with the overrides.
fn body(args: &TriggerArgs) -> Result<Value, Failure> {
    let mut body = testing::sample(&args.event).unwrap_or_default();
    let now = SystemTime::now();
    body["event"]["triggerTime"] = output::time(now).into();
    body["event"]["triggerUuid"] = uuid::Uuid::new_v4().simple().to_string().into();
    for change in &args.set {
        change
            .apply(&mut body)
            .map_err(|error| Failure::usage(format!("--set: {error}")))?;
    }
    Ok(body)
}
