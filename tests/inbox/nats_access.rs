//! Getting to a NATS server: credentials and TLS, of which nothing shows.

use std::{path::PathBuf, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use monday_webhooks::inbox::{
    Inbox, InboxError, NatsInbox, NatsOptions, Settlement,
    nats::{NatsAuth, NatsTls},
};
use nkeys::KeyPair;
use serde_json::{Value, json};

use super::{deliveries::received, log::Log, nats::options, nats_server::NatsServer};

const JETSTREAM: &str = "jetstream { store_dir: store }";

async fn with(server: &NatsServer, auth: NatsAuth) -> Result<NatsInbox, InboxError> {
    let mut options = options(server);
    options.auth = auth;
    NatsInbox::connect(options).await
}

async fn refused(server: &NatsServer, auth: NatsAuth) {
    let error = with(server, auth).await.unwrap_err();
    assert!(matches!(error, InboxError::Unauthorized(_)), "{error:?}");
    assert!(error.is_permanent());
}

#[tokio::test]
async fn a_token_or_a_password_opens_and_a_wrong_one_does_not() {
    let server = NatsServer::with(&format!("{JETSTREAM}\nauthorization {{ token: right }}"));
    with(&server, NatsAuth::token("right")).await.unwrap();
    refused(&server, NatsAuth::token("wrong")).await;
    refused(&server, NatsAuth::none()).await;

    let users = "authorization { users: [{user: me, password: right}] }";
    let server = NatsServer::with(&format!("{JETSTREAM}\n{users}"));
    with(&server, NatsAuth::password("me", "right"))
        .await
        .unwrap();
    refused(&server, NatsAuth::password("me", "wrong")).await;
}

#[tokio::test]
async fn an_nkey_opens_and_another_one_does_not() {
    let (one, other) = (KeyPair::new_user(), KeyPair::new_user());
    let public = one.public_key();
    let server = NatsServer::with(&format!(
        "{JETSTREAM}\nauthorization {{ users: [{{nkey: {public}}}] }}"
    ));
    let seed = one.seed().unwrap();
    with(&server, NatsAuth::nkey(seed)).await.unwrap();
    refused(&server, NatsAuth::nkey(other.seed().unwrap())).await;
}

/// A JWT as NATS has them.
fn jwt(issuer: &KeyPair, subject: &str, nats: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = encode(&json!({"typ": "JWT", "alg": "ed25519-nkey"}));
    let claims = encode(&json!({
        "jti": "1", "iat": 1, "iss": issuer.public_key(), "sub": subject, "name": subject, "nats": nats,
    }));
    let signed = format!("{head}.{claims}");
    let signature = issuer.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test]
async fn a_credentials_file_opens() {
    let operator = KeyPair::new_operator();
    let (system, account) = (KeyPair::new_account(), KeyPair::new_account());
    let user = KeyPair::new_user();
    let limits = |jetstream: i64| {
        json!({
            "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true,
            "conn": -1, "leaf": -1, "mem_storage": jetstream, "disk_storage": jetstream,
            "streams": jetstream, "consumer": jetstream,
        })
    };
    let of_account = |key: &KeyPair, jetstream| {
        let claims = json!({"type": "account", "version": 2, "limits": limits(jetstream)});
        jwt(&operator, &key.public_key(), &claims)
    };
    let of_operator = jwt(
        &operator,
        &operator.public_key(),
        &json!({"type": "operator", "version": 2}),
    );
    let of_user = jwt(
        &account,
        &user.public_key(),
        &json!({"type": "user", "version": 2, "pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1}),
    );
    let (system_id, account_id) = (system.public_key(), account.public_key());
    let server = NatsServer::with(&format!(
        "{JETSTREAM}\noperator: {of_operator}\nsystem_account: {system_id}\nresolver: MEMORY\n\
         resolver_preload {{ {system_id}: {}, {account_id}: {} }}",
        of_account(&system, 0),
        of_account(&account, -1),
    ));
    let seed = user.seed().unwrap();
    let text = format!(
        "-----BEGIN NATS USER JWT-----\n{of_user}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    );
    let file = server.folder().join("inbox.creds");
    std::fs::write(&file, &text).unwrap();
    let log = Log::default();
    let _guard = log.listen();
    let inbox = with(&server, NatsAuth::credentials_file(&file))
        .await
        .unwrap();
    inbox.put(received(1)).await.unwrap();
    with(&server, NatsAuth::credentials(text)).await.unwrap();
    refused(&server, NatsAuth::none()).await;
    assert!(log.text().contains("connected"), "{}", log.text());
    assert!(!log.text().contains(&seed) && !log.text().contains(&of_user));
}

pub(super) fn certificate(name: &str) -> PathBuf {
    let folder = "tests/client/certificates";
    std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(name)
}

fn tls_server() -> NatsServer {
    let (certificate, key) = (certificate("server.pem"), certificate("server.key"));
    NatsServer::with(&format!(
        "{JETSTREAM}\ntls {{ cert_file: {certificate:?}, key_file: {key:?} }}"
    ))
}

#[tokio::test]
async fn a_server_behind_tls_is_trusted_by_its_root_alone() {
    let server = tls_server();
    let address = server.inbox("MONDAY").replace("nats://", "tls://");
    let mut options = NatsOptions::from_address(&address).unwrap();
    options.answer_time = Duration::from_secs(2);
    let error = NatsInbox::connect(options.clone()).await.unwrap_err();
    assert!(matches!(error, InboxError::Unreachable(_)), "{error:?}");
    let mut tls = NatsTls::default();
    tls.roots = Some(certificate("root.pem"));
    options.tls = tls;
    let inbox = NatsInbox::connect(options).await.unwrap();
    inbox.put(received(1)).await.unwrap();
    let claimed = inbox.claim(std::num::NonZeroUsize::MIN).await.unwrap();
    let done = Settlement::Done;
    inbox.settle(&claimed[0].lease, done).await.unwrap();
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_required() {
    let server = NatsServer::with(JETSTREAM);
    let mut options = options(&server);
    options.tls.required = true;
    options.tls.roots = Some(certificate("root.pem"));
    assert!(NatsInbox::connect(options).await.is_err());
    let address = server.inbox("MONDAY").replace("nats://", "tls://");
    let mut options = NatsOptions::from_address(&address).unwrap();
    options.tls.roots = Some(certificate("root.pem"));
    assert!(NatsInbox::connect(options).await.is_err());
}
