//! What a NATS server has to look like: anything that the contract can't rest on is refused at the
//! start, with the reason.

use std::time::Duration;

use async_nats::{
    Event,
    jetstream::{
        consumer::{AckPolicy, pull},
        stream::{Config, DiscardPolicy, RetentionPolicy, StorageType},
    },
};
use monday_webhooks::inbox::{
    Inbox, InboxError, Ledger, NatsInbox, NatsOptions, Settlement,
    nats::{NatsAuth, SyncCheck},
};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::{
    deliveries::{body, received},
    log::Log,
    nats::{ask, claim, next, options},
    nats_access::certificate,
    nats_server::NatsServer,
};

/// A stream as it is made by the inbox.
fn good(name: &str) -> Config {
    Config {
        name: name.to_owned(),
        subjects: vec![format!("{name}.>")],
        discard: DiscardPolicy::New,
        duplicate_window: Duration::from_hours(24),
        ..Config::default()
    }
}

async fn refusal(server: &NatsServer, stream: &str) -> String {
    let options = NatsOptions::from_address(&server.inbox(stream)).unwrap();
    let error = NatsInbox::connect(options).await.unwrap_err();
    assert!(matches!(error, InboxError::Unsafe(_)), "{error:?}");
    assert!(error.is_permanent());
    error.to_string()
}

#[tokio::test]
async fn a_stream_with_a_wrong_setting_is_refused_with_the_reason() {
    type Change = fn(&mut Config);
    let server = NatsServer::start();
    let client = async_nats::connect(server.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let changes: [(Change, &str); 7] = [
        (|c| c.retention = RetentionPolicy::WorkQueue, "retention"),
        (|c| c.storage = StorageType::Memory, "memory"),
        (|c| c.discard = DiscardPolicy::Old, "discards old"),
        (
            |c| c.duplicate_window = Duration::from_mins(30),
            "1800 s, where 86400 s are needed",
        ),
        (|c| c.max_age = Duration::from_hours(48), "maximum age"),
        (|c| c.no_ack = true, "no_ack"),
        (|c| c.deny_purge = true, "denies purging"),
    ];
    for (index, (change, says)) in changes.into_iter().enumerate() {
        let name = format!("WRONG{index}");
        let mut config = good(&name);
        change(&mut config);
        jetstream.create_stream(config).await.unwrap();
        let refusal = refusal(&server, &name).await;
        assert!(
            refusal.contains(&name) && refusal.contains(says),
            "{refusal}"
        );
    }
    jetstream.create_stream(good("GOOD")).await.unwrap();
    let mut dead = good("GOOD_DEAD");
    dead.discard = DiscardPolicy::Old;
    jetstream.create_stream(&dead).await.unwrap();
    assert!(refusal(&server, "GOOD").await.contains("GOOD_DEAD"));
    dead.discard = DiscardPolicy::New;
    jetstream.update_stream(&dead).await.unwrap();
    let options = NatsOptions::from_address(&server.inbox("GOOD")).unwrap();
    let inbox = NatsInbox::connect(options).await.unwrap();
    inbox.put(received(1)).await.unwrap();
}

#[tokio::test]
async fn a_consumer_with_a_wrong_setting_is_refused_with_the_reason() {
    type Change = fn(&mut pull::Config);
    let server = NatsServer::start();
    let client = async_nats::connect(server.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client);
    let changes: [(Change, &str); 5] = [
        (|c| c.max_deliver = 5, "gives a message up"),
        (
            |c| c.ack_policy = AckPolicy::None,
            "acknowledgement of each",
        ),
        (|c| c.ack_wait = Duration::from_mins(10), "longer than 60 s"),
        (|c| c.max_ack_pending = 10, "limit of pending"),
        (
            |c| c.filter_subject = "WRONG4.1.>".to_owned(),
            "all messages",
        ),
    ];
    for (index, (change, says)) in changes.into_iter().enumerate() {
        let name = format!("WRONG{index}");
        let stream = jetstream.create_stream(good(&name)).await.unwrap();
        let mut config = pull::Config {
            durable_name: Some("handler".to_owned()),
            max_ack_pending: -1,
            ..pull::Config::default()
        };
        change(&mut config);
        stream.create_consumer(config).await.unwrap();
        let refusal = refusal(&server, &name).await;
        assert!(refusal.contains(says), "{refusal}");
    }
}

/// Makes a consumer with settings that the client library doesn't know.
async fn make_consumer(client: &async_nats::Client, stream: &str, more: &Value) {
    let mut config = json!({
        "durable_name": "handler", "ack_policy": "explicit", "ack_wait": 30_000_000_000_u64,
        "max_deliver": -1, "max_ack_pending": -1, "deliver_policy": "all",
    });
    let more = more.as_object().unwrap().clone();
    config.as_object_mut().unwrap().extend(more);
    let create = json!({"stream_name": stream, "config": config, "action": "create"});
    let what = format!("CONSUMER.CREATE.{stream}.handler");
    let made = ask(client, &what, &create).await;
    assert!(made["error"].is_null(), "{made}");
}

#[tokio::test]
async fn a_consumer_that_filters_by_several_subjects_is_refused_with_the_reason() {
    let server = NatsServer::start();
    let client = async_nats::connect(server.url()).await.unwrap();
    let jetstream = async_nats::jetstream::new(client.clone());
    let filters = json!(["FILTERS.1.>", "FILTERS.2.>"]);
    for (name, more) in [
        ("filter_subjects", json!({"filter_subjects": filters})),
        (
            "priority_groups",
            json!({"priority_groups": ["a"], "priority_policy": "overflow"}),
        ),
        (
            "pause_until",
            json!({"pause_until": "2200-01-01T00:00:00Z"}),
        ),
    ] {
        let stream = jetstream.create_stream(good("FILTERS")).await.unwrap();
        make_consumer(&client, "FILTERS", &more).await;
        let refusal = refusal(&server, "FILTERS").await;
        assert!(
            refusal.contains("consumer handler") && refusal.contains(name),
            "{refusal}"
        );
        stream.delete_consumer("handler").await.unwrap();
        make_consumer(&client, "FILTERS", &json!({})).await;
        let options = NatsOptions::from_address(&server.inbox("FILTERS")).unwrap();
        NatsInbox::connect(options).await.unwrap();
        jetstream.delete_stream("FILTERS").await.unwrap();
    }
}

#[tokio::test]
async fn a_consumer_that_is_paused_while_somebody_works_is_warned_of() {
    let log = Log::default();
    let _guard = log.listen();
    let mut server = NatsServer::start();
    let inbox = NatsInbox::connect(options(&server)).await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let pause = json!({"pause_until": "2200-01-01T00:00:00Z"});
    let paused = ask(&client, "CONSUMER.PAUSE.MONDAY.handler", &pause).await;
    assert_eq!(paused["paused"], true, "{paused}");
    // A new connection is where it is looked at.
    server.stop();
    server.run();
    while !log.text().contains("is paused (pause_until)") {
        tokio::task::yield_now().await;
    }
    inbox.put(received(1)).await.unwrap();
    assert_eq!(inbox.status().await.unwrap().depth(), 1);
}

#[tokio::test]
async fn more_replicas_than_there_are_servers_are_refused() {
    let server = NatsServer::start();
    drop(NatsInbox::connect(options(&server)).await.unwrap());
    let mut options = options(&server);
    options.replicas = 3;
    let error = NatsInbox::connect(options).await.unwrap_err();
    let says = "has 1 replicas, where 3 are needed";
    assert!(error.to_string().contains(says), "{error}");
}

#[tokio::test]
async fn without_jetstream_there_is_no_inbox() {
    let server = NatsServer::with("");
    let error = NatsInbox::connect(options(&server)).await.unwrap_err();
    assert!(matches!(error, InboxError::Unreachable(_)), "{error:?}");
}

const ACCOUNTS: &str = "
    accounts {
      SYS { users: [{user: system, password: one}] }
      APP { jetstream: enabled, users: [{user: app, password: two}] }
    }
    system_account: SYS
";

async fn with_sync(
    server: &NatsServer,
    sync: SyncCheck,
    system: Option<NatsAuth>,
) -> Result<NatsInbox, InboxError> {
    let mut options = options(server);
    options.auth = NatsAuth::password("app", "two");
    options.sync = sync;
    options.system = system;
    NatsInbox::connect(options).await
}

#[tokio::test]
async fn a_server_that_does_not_sync_each_write_is_refused_when_that_is_required() {
    let system = || Some(NatsAuth::password("system", "one"));
    let jetstream = "jetstream { store_dir: store }";
    let lazy = NatsServer::with(&format!("server_name: lazy\n{jetstream}\n{ACCOUNTS}"));
    let require = SyncCheck::Require;
    let error = with_sync(&lazy, require, system()).await.unwrap_err();
    assert!(matches!(error, InboxError::Unsafe(_)), "{error:?}");
    assert!(
        error.to_string().contains("server lazy doesn't sync"),
        "{error}"
    );
    for sync in [SyncCheck::Warn, SyncCheck::Declared] {
        with_sync(&lazy, sync, system()).await.unwrap();
    }

    let jetstream = "jetstream { store_dir: store, sync_interval: always }";
    let diligent = NatsServer::with(&format!("{jetstream}\n{ACCOUNTS}"));
    with_sync(&diligent, require, system()).await.unwrap();
    let error = with_sync(&diligent, require, None).await.unwrap_err();
    assert!(error.to_string().contains("system account"), "{error}");
    let app = Some(NatsAuth::password("app", "two"));
    let mut options = options(&diligent);
    options.auth = NatsAuth::password("app", "two");
    options.sync = require;
    options.system = app;
    options.answer_time = Duration::from_millis(500);
    let error = NatsInbox::connect(options).await.unwrap_err();
    assert!(error.to_string().contains("no NATS server told"), "{error}");
}

#[tokio::test]
async fn fewer_servers_that_say_they_sync_than_there_are_replicas_are_not_enough() {
    let jetstream = "jetstream { store_dir: store, sync_interval: always }";
    let server = NatsServer::with(&format!("{jetstream}\n{ACCOUNTS}"));
    let mut options = options(&server);
    options.auth = NatsAuth::password("app", "two");
    options.system = Some(NatsAuth::password("system", "one"));
    options.sync = SyncCheck::Require;
    options.replicas = 3;
    options.answer_time = Duration::from_millis(500);
    let error = NatsInbox::connect(options).await.unwrap_err();
    assert!(matches!(error, InboxError::Unsafe(_)), "{error:?}");
    assert!(
        error.to_string().contains("1 of the 3 NATS servers"),
        "{error}"
    );
}

/// The block of accounts of the module's page.
fn accounts() -> &'static str {
    let page = include_str!("../../src/inbox/nats/README.md");
    let blocks = page.split("```text\n").skip(1);
    let mut blocks = blocks.map(|block| block.split("```").next().unwrap());
    blocks.find(|block| block.contains("accounts {")).unwrap()
}

#[tokio::test]
async fn the_accounts_of_the_page_let_each_user_do_its_work_and_no_more() {
    let tls = |name: &str| format!("{:?}", certificate(name));
    let accounts = accounts()
        .replace("$INBOX_PASSWORD", "one")
        .replace("$REPORTS_PASSWORD", "two")
        .replace("$SYSTEM_PASSWORD", "three")
        .replace("/etc/nats/server.pem", &tls("server.pem"))
        .replace("/etc/nats/server.key", &tls("server.key"));
    assert!(!accounts.contains("PASSWORD") && !accounts.contains("/etc"));
    let jetstream = "jetstream { store_dir: store, sync_interval: always }";
    let server = NatsServer::with(&format!("{jetstream}\n{accounts}"));
    let mut options = options(&server);
    options.auth = NatsAuth::password("inbox", "one");
    options.system = Some(NatsAuth::password("system", "three"));
    options.sync = SyncCheck::Require;
    options.tls.required = true;
    options.tls.roots = Some(certificate("root.pem"));
    let inbox = NatsInbox::connect(options).await.unwrap();
    for number in 0..3 {
        inbox.put(received(number)).await.unwrap();
    }
    let done = claim(&inbox).await;
    inbox.settle(&done.lease, Settlement::Done).await.unwrap();
    let dead = claim(&inbox).await;
    let reason = "no".to_owned();
    let settlement = Settlement::Dead { reason };
    inbox.settle(&dead.lease, settlement).await.unwrap();

    let (told, mut refusals) = mpsc::unbounded_channel();
    let reports =
        async_nats::ConnectOptions::with_user_and_password("reports".into(), "two".into())
            .add_root_certificates(certificate("root.pem"))
            .require_tls(true)
            .event_callback(move |event| {
                if let Event::ServerError(error) = event {
                    let _ = told.send(error.to_string());
                }
                std::future::ready(())
            })
            .connect(server.url())
            .await
            .unwrap();
    let jetstream = async_nats::jetstream::new(reports.clone());
    let config = pull::Config {
        durable_name: Some("reports".to_owned()),
        ..pull::Config::default()
    };
    let consumer = jetstream.create_consumer_on_stream(config, "MONDAY").await;
    let mut messages = consumer
        .unwrap()
        .fetch()
        .max_messages(1)
        .messages()
        .await
        .unwrap();
    let message = next(&mut messages).await.unwrap();
    assert_eq!(message.payload, body(0, 0));
    message.double_ack().await.unwrap();
    assert_eq!(refusals.try_recv().ok(), None);

    for forbidden in [
        "MONDAY.x",
        "MONDAY_DEAD.x",
        "$JS.API.STREAM.DELETE.MONDAY",
        "$JS.API.STREAM.PURGE.MONDAY",
        "$JS.API.CONSUMER.DELETE.MONDAY.handler",
        "$JS.API.CONSUMER.MSG.NEXT.MONDAY.handler",
        "$JS.ACK.MONDAY.handler.1.3.3.1.0",
    ] {
        reports.publish(forbidden, "{}".into()).await.unwrap();
        let refusal = refusals.recv().await.unwrap();
        let said = refusal.to_lowercase();
        assert!(
            said.contains(&format!("{:?}", forbidden.to_lowercase())),
            "{refusal}"
        );
    }
    let status = inbox.status().await.unwrap();
    assert_eq!((status.depth(), status.dead), (1, 1));
}

#[tokio::test]
async fn an_unknown_sync_interval_is_warned_of() {
    let log = Log::default();
    let _guard = log.listen();
    let server = NatsServer::start();
    drop(NatsInbox::connect(options(&server)).await.unwrap());
    let warning = log.text();
    assert!(
        warning.contains("WARN") && warning.contains("can be lost"),
        "{warning}"
    );

    let log = Log::default();
    let _guard = log.listen();
    let mut options = options(&server);
    options.sync = SyncCheck::Declared;
    drop(NatsInbox::connect(options).await.unwrap());
    assert!(!log.text().contains("WARN"), "{}", log.text());
}
