//! Each of the emulator's faults × each operation, and what is there afterwards.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use monday_emulator::{DEFAULT_BOARD_ID, Effect, Emulator, Fault};
use monday_webhooks::{
    ApiToken, BoardId, Client, Subscription, WebhookId,
    client::{Creation, RetryPolicy},
};

use super::create_or_find::endpoint;

const BOARD: BoardId = BoardId::new(DEFAULT_BOARD_ID);

fn error(code: &str, retry_in_seconds: Option<u64>) -> Effect {
    Effect::Error {
        code: code.into(),
        status: None,
        retry_in_seconds,
    }
}

fn effects() -> Vec<Effect> {
    let legacy = |code: &str, retry_in_seconds| Effect::Legacy {
        code: code.into(),
        status: None,
        retry_in_seconds,
    };
    vec![
        Effect::Status(500),
        Effect::Status(429),
        Effect::Status(404),
        Effect::Status(401),
        Effect::Html(502),
        Effect::Html(429),
        Effect::Html(200),
        Effect::Html(404),
        error("COMPLEXITY_BUDGET_EXHAUSTED", Some(9)),
        error("maxConcurrencyExceeded", None),
        error("DAILY_LIMIT_EXCEEDED", Some(3600)),
        error("INTERNAL_SERVER_ERROR", None),
        error("UserUnauthorizedException", None),
        error("InvalidArgumentException", None),
        error("SomethingNew", None),
        legacy("ComplexityException", Some(3)),
        legacy("maxConcurrencyExceeded", None),
        Effect::Reset,
        Effect::Lost,
        Effect::Truncate,
        Effect::Null,
        Effect::NullData,
        Effect::EmptyData,
        Effect::Partial,
    ]
}

struct Monday {
    emulator: Emulator,
    client: Client,
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Monday {
    async fn start() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let waits: Arc<Mutex<Vec<Duration>>> = Arc::default();
        let told = Arc::clone(&waits);
        let client = Client::builder()
            .endpoint(emulator.endpoint())
            .tell_waits(move |wait| told.lock().unwrap().push(wait))
            .build(ApiToken::app(emulator.app_token().expose()).unwrap())
            .unwrap();
        Self {
            emulator,
            client,
            waits,
        }
    }

    fn count(&self) -> usize {
        self.emulator.webhooks(DEFAULT_BOARD_ID).len()
    }

    /// How often an operation is sent while every call has this fault, or the first alone.
    fn meets(&self, effect: &Effect, always: bool) {
        self.emulator.clear_faults();
        self.emulator.forget_requests();
        self.waits.lock().unwrap().clear();
        let fault = Fault::new(effect.clone());
        let fault = if always { fault.always() } else { fault };
        self.emulator.add_fault(fault);
    }

    /// As many requests as waits and one, and no more than the policy allows.
    fn check_requests(&self, name: &str) {
        let sent = self.emulator.requests().len();
        assert_eq!(sent, self.waits.lock().unwrap().len() + 1, "{name}");
        let most = RetryPolicy::default().max_retries as usize + 1;
        assert!(sent <= most, "{name}: {sent}");
    }
}

#[tokio::test]
async fn one_create_never_makes_two_webhooks_whatever_goes_wrong() {
    let monday = Monday::start().await;
    let url = endpoint().await;
    for effect in effects() {
        for always in [false, true] {
            let before = monday.count();
            monday.meets(&effect, always);
            let webhooks = monday.client.webhooks();
            let created = webhooks.create(BOARD, &url, Subscription::CreateItem).await;
            let name = format!("{effect:?} always: {always}: {created:?}");
            monday.check_requests(&name);
            let made = monday.count() - before;
            match created {
                Ok(_) => assert_eq!(made, 1, "{name}"),
                Err(error) if error.may_have_been_applied() => {
                    assert!(made <= 1, "{name}");
                    assert_eq!(error.attempts(), 1, "{name}");
                }
                Err(_) => assert_eq!(made, 0, "{name}"),
            }
        }
    }
}

/// Whether or not the looks meet the fault as well.
#[tokio::test]
async fn a_creation_that_looks_finds_its_own_webhook_and_no_other_whatever_goes_wrong() {
    let monday = Monday::start().await;
    let url = endpoint().await;
    for effect in effects() {
        for (always, everywhere) in [(false, false), (true, false), (false, true), (true, true)] {
            let before = monday.emulator.webhooks(DEFAULT_BOARD_ID);
            monday.emulator.clear_faults();
            monday.emulator.forget_requests();
            let mut fault = Fault::new(effect.clone());
            if always {
                fault = fault.always();
            }
            if !everywhere {
                fault = fault.on("create_webhook");
            }
            monday.emulator.add_fault(fault);
            let webhooks = monday.client.webhooks();
            let creation = webhooks.create_or_find(BOARD, &url, Subscription::CreateItem);
            let creation = creation.await;
            let name =
                format!("{effect:?} always: {always}, everywhere: {everywhere}: {creation:?}");
            let mut made = monday.emulator.webhooks(DEFAULT_BOARD_ID);
            made.retain(|webhook| before.iter().all(|older| older.id != webhook.id));
            let is_found = matches!(creation, Ok(Creation::Found(_)));
            match creation {
                Ok(creation) => {
                    assert_eq!(made.len(), 1, "{name}");
                    assert_eq!(made[0].id, creation.into_webhook().id.get(), "{name}");
                }
                Err(error) if error.may_have_been_applied() => assert!(made.len() <= 1, "{name}"),
                Err(_) => assert!(made.is_empty(), "{name}"),
            }
            // What was carried out is found where the looks are answered.
            let is_lost = matches!(effect, Effect::Lost | Effect::Truncate | Effect::Partial);
            if !everywhere {
                assert_eq!(is_found, is_lost, "{name}");
            }
            let creations = monday.emulator.requests().into_iter();
            let creations = creations.filter(|request| request.fields == ["create_webhook"]);
            let most = RetryPolicy::default().max_retries as usize + 1;
            assert!((1..=most).contains(&creations.count()), "{name}");
        }
    }
}

#[tokio::test]
async fn a_delete_says_gone_only_of_what_is_gone_whatever_goes_wrong() {
    let monday = Monday::start().await;
    let url = endpoint().await;
    for effect in effects() {
        for always in [false, true] {
            monday.emulator.clear_faults();
            let webhooks = monday.client.webhooks();
            let webhook = webhooks
                .create(BOARD, &url, Subscription::CreateItem)
                .await
                .unwrap();
            let exists = || {
                let all = monday.emulator.webhooks(DEFAULT_BOARD_ID);
                all.iter().any(|other| other.id == webhook.id.get())
            };
            monday.meets(&effect, always);
            let deleted = webhooks.delete_if_exists(webhook.id).await;
            let name = format!("{effect:?} always: {always}: {deleted:?}");
            monday.check_requests(&name);
            match deleted {
                Ok(Some(_)) => assert!(!exists(), "{name}"),
                // The emulator says so of what is there: that is what this fault is.
                Ok(None) => assert_eq!(effect, Effect::Null, "{name}"),
                Err(error) if error.may_have_been_applied() => {
                    assert_eq!(error.attempts(), 1, "{name}");
                }
                Err(_) => assert!(exists(), "{name}"),
            }
        }
    }
}

#[tokio::test]
async fn a_list_survives_whatever_passes() {
    let monday = Monday::start().await;
    let passing = effects().into_iter().filter(|effect| match effect {
        Effect::Status(status) | Effect::Html(status) => matches!(status, 200 | 429 | 500 | 502),
        Effect::Error { code, .. } => matches!(
            code.as_str(),
            "COMPLEXITY_BUDGET_EXHAUSTED" | "maxConcurrencyExceeded" | "INTERNAL_SERVER_ERROR"
        ),
        Effect::Null | Effect::EmptyData => false,
        _ => true,
    });
    for effect in passing {
        monday.meets(&effect, false);
        let listed = monday.client.webhooks().list(BOARD).await;
        assert_eq!(listed.unwrap(), [], "{effect:?}");
        assert_eq!(monday.emulator.requests().len(), 2, "{effect:?}");
    }
    monday.meets(&error("DAILY_LIMIT_EXCEEDED", Some(3600)), true);
    let refused = monday.client.webhooks().list(BOARD).await.unwrap_err();
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(3600)));
    monday.check_requests("a wait longer than any");
}

#[tokio::test]
async fn a_call_that_is_given_up_is_not_sent_again() {
    let emulator = Emulator::start().await.unwrap();
    emulator.add_fault(Fault::new(error("maxConcurrencyExceeded", Some(30))).always());
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::app(emulator.app_token().expose()).unwrap())
        .unwrap();
    let webhooks = client.webhooks();
    let call = webhooks.delete(WebhookId::new(1));
    let waiting = async {
        while emulator.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = call => panic!("it waits: {ended:?}"),
        () = waiting => {}
    }
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn what_is_shared_between_threads_can_be() {
    fn is_shared<T: Send + Sync + 'static>() {}
    fn is_sent<T: Send>(_: &T) {}

    is_shared::<Client>();
    is_shared::<monday_webhooks::client::ClientBuilder>();
    is_shared::<monday_webhooks::client::ClientConfig>();
    is_shared::<monday_webhooks::client::Error>();
    is_shared::<monday_webhooks::client::oauth::OAuthApp>();
    let client = Client::new(ApiToken::new("token").unwrap()).unwrap();
    let webhooks = client.webhooks();
    let url = monday_webhooks::WebhookUrl::new("https://example.com/").unwrap();
    is_sent(&webhooks.list(BOARD));
    is_sent(&webhooks.create_or_find(BOARD, &url, Subscription::CreateItem));
}
