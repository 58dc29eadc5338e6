//! The ways to monday: proxies, certificates, an HTTP client of one's own.

use std::{net::Ipv4Addr, sync::Arc};

use monday_webhooks::{
    ApiToken, BoardId, Client,
    client::{ClientBuilder, ErrorKind, RetryPolicy, TransportCause},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

use super::{
    server::{Answer, Server, TOKEN},
    table::{create, list},
};

const ROOT: &[u8] = include_bytes!("certificates/root.pem");

async fn server() -> Server {
    Server::start([Answer::json(&json!({"data": {"webhooks": []}}))]).await
}

fn build(builder: ClientBuilder) -> Client {
    let builder = builder.retry(RetryPolicy::never());
    builder.build(ApiToken::new(TOKEN).unwrap()).unwrap()
}

async fn reaches(client: &Client) {
    let listed = client.webhooks().list(BoardId::new(1)).await;
    assert_eq!(listed.unwrap(), []);
}

fn host(endpoint: &str) -> &str {
    let rest = endpoint.strip_prefix("http://").unwrap();
    rest.strip_suffix("/v2").unwrap()
}

#[tokio::test]
async fn a_proxy_is_gone_through_with_its_credentials() {
    // Nobody listens at the endpoint: only the proxy can answer.
    let proxy = server().await;
    let through = Client::builder()
        .endpoint("http://127.0.0.1:9/v2")
        .proxy(format!("http://{}", host(&proxy.endpoint)))
        .proxy_credentials("name", "hidden-password");
    assert!(!format!("{through:?}").contains("hidden"));
    reaches(&build(through)).await;
    let [call] = proxy.calls().try_into().unwrap();
    // name:hidden-password
    assert_eq!(
        call.headers["proxy-authorization"],
        "Basic bmFtZTpoaWRkZW4tcGFzc3dvcmQ="
    );
    assert_eq!(call.headers["authorization"], TOKEN);
}

/// A SOCKS proxy that connects to wherever it is asked to (RFC 1928, without authentication).
async fn socks() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut hello = [0; 2];
                near.read_exact(&mut hello).await?;
                let mut methods = vec![0; hello[1].into()];
                near.read_exact(&mut methods).await?;
                near.write_all(&[5, 0]).await?;
                let mut request = [0; 10];
                near.read_exact(&mut request).await?;
                let [5, 1, 0, 1, a, b, c, d, high, low] = request else {
                    return Err(std::io::ErrorKind::InvalidData.into());
                };
                let port = u16::from_be_bytes([high, low]);
                let mut far = TcpStream::connect((Ipv4Addr::new(a, b, c, d), port)).await?;
                near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
                copy_bidirectional(&mut near, &mut far).await
            });
        }
    });
    format!("socks5://{address}")
}

#[cfg(feature = "socks")]
#[tokio::test]
async fn a_socks_proxy_is_gone_through() {
    let server = server().await;
    let builder = || Client::builder().endpoint(server.endpoint.as_str());
    reaches(&build(builder().proxy(socks().await))).await;
    assert_eq!(server.calls().len(), 1);
    // It isn't passed by where it doesn't answer.
    let gone = list(&build(builder().proxy("socks5://127.0.0.1:9"))).await;
    assert!(!gone.may_have_been_applied());
    assert_eq!(gone.transport_cause(), Some(TransportCause::Proxy));
    assert_eq!(server.calls().len(), 1);
}

#[cfg(not(feature = "socks"))]
#[tokio::test]
async fn a_socks_proxy_needs_its_feature() {
    let builder = Client::builder().proxy(socks().await);
    let error = builder.build(ApiToken::new(TOKEN).unwrap()).unwrap_err();
    assert!(error.to_string().contains("feature `socks`"), "{error}");
}

/// Speaks TLS, with a certificate that only the test's root vouches for.
fn acceptor() -> TlsAcceptor {
    let certificates = include_bytes!("certificates/server.pem");
    let key = include_bytes!("certificates/server.key");
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(certificates).unwrap()],
            PrivateKeyDer::from_pem_slice(key).unwrap(),
        )
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// The endpoint of a server that speaks TLS.
async fn tls(plain: &Server) -> String {
    let acceptor = acceptor();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let far = host(&plain.endpoint).to_owned();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let (acceptor, far) = (acceptor.clone(), far.clone());
            tokio::spawn(async move {
                let mut near = acceptor.accept(near).await?;
                let mut far = TcpStream::connect(far).await?;
                copy_bidirectional(&mut near, &mut far).await
            });
        }
    });
    format!("https://{address}/v2")
}

#[tokio::test]
async fn a_root_certificate_of_ones_own_is_trusted_and_no_other() {
    let server = server().await;
    let endpoint = tls(&server).await;
    let builder = || Client::builder().endpoint(endpoint.as_str());
    let stranger = list(&build(builder())).await;
    assert_eq!(stranger.transport_cause(), Some(TransportCause::Tls));
    assert!(
        stranger.to_string().contains("root certificate"),
        "{stranger}"
    );
    assert_eq!(server.calls().len(), 0);
    reaches(&build(builder().root_certificates(ROOT))).await;
    assert_eq!(server.calls().len(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_answer_is_no_fault_of_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("https://{}/v2", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let acceptor = acceptor();
        while let Ok((near, _)) = listener.accept().await {
            let mut near = acceptor.accept(near).await.unwrap();
            let mut request = [0; 4096];
            assert_ne!(near.read(&mut request).await.unwrap(), 0);
            let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
            near.write_all(half).await.unwrap();
            near.flush().await.unwrap();
            // Dropped without TLS' own farewell, as by a host that fails.
        }
    });
    let builder = Client::builder().endpoint(endpoint);
    let client = build(builder.root_certificates(ROOT));
    let broken = list(&client).await;
    assert_eq!(
        broken.transport_cause(),
        Some(TransportCause::Broken),
        "{broken:?}"
    );
    assert!(create(&client).await.may_have_been_applied());
}

#[tokio::test]
async fn a_proxy_that_is_down_is_not_taken_for_the_endpoint() {
    let builder = Client::builder().endpoint("https://monday.invalid/v2");
    let client = build(builder.proxy("http://127.0.0.1:9"));
    let down = create(&client).await;
    assert_eq!(
        down.transport_cause(),
        Some(TransportCause::Proxy),
        "{down:?}"
    );
    assert!(!down.may_have_been_applied());
}

#[tokio::test]
async fn a_client_of_ones_own_is_called_with() {
    let server = server().await;
    let own = reqwest::Client::builder()
        .user_agent("one's own")
        .no_proxy()
        .build()
        .unwrap();
    let builder = Client::builder().endpoint(server.endpoint.as_str());
    reaches(&build(builder.http_client(own))).await;
    let [call] = server.calls().try_into().unwrap();
    assert_eq!(call.headers["user-agent"], "one's own");
    assert_eq!(call.headers["authorization"], TOKEN);
}

#[tokio::test]
async fn an_answer_from_where_a_redirect_led_is_not_taken_for_mondays() {
    let elsewhere = server().await;
    for status in [301, 302, 303, 307, 308] {
        let location: &'static str = Box::leak(elsewhere.endpoint.clone().into_boxed_str());
        let redirect = Answer::text(status, "").header("location", location);
        let server = Server::start([redirect]).await;
        let follows = reqwest::Client::builder().no_proxy().build().unwrap();
        let builder = || Client::builder().endpoint(server.endpoint.as_str());
        let client = build(builder().http_client(follows));
        for (error, in_doubt) in [(list(&client).await, false), (create(&client).await, true)] {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{status}");
            assert!(error.to_string().contains("followed a redirect"), "{error}");
            assert_eq!(
                (error.may_have_been_applied(), error.attempts()),
                (in_doubt, 1)
            );
        }
        // The client's own one doesn't go there.
        let went = elsewhere.calls().len();
        let client = build(builder());
        for error in [list(&client).await, create(&client).await] {
            assert_eq!(error.kind(), ErrorKind::Configuration, "{status}");
            assert_eq!(error.status(), Some(status));
        }
        assert_eq!(elsewhere.calls().len(), went);
    }
}
