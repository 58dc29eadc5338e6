//! Equal work: who takes what it should refuse, or refuses what it should take, is out.

use std::net::SocketAddr;

use tokio::net::TcpStream;

use crate::{
    Outcome,
    load::exchange,
    sample::{Bodies, SECRET, token, token_with},
};

/// Says what a receiver does wrong, if anything.
pub(crate) async fn faults(address: SocketAddr) -> Outcome<Vec<String>> {
    let body = Bodies::new(0)?.get(u64::MAX);
    let unsigned = token_with(SECRET, |_| ())?;
    let unsigned = unsigned.rsplit_once('.').map_or("", |(signed, _)| signed);
    let cases = [
        ("a good delivery", token()?, body.clone(), 200..201),
        ("the same once more", token()?, body.clone(), 200..201),
        (
            "another secret",
            token_with("another-secret", |_| ())?,
            body.clone(),
            401..402,
        ),
        (
            "no signature",
            format!("{unsigned}."),
            body.clone(),
            401..402,
        ),
        (
            "an expired token",
            token_with(SECRET, |claims| {
                claims.issued_at -= 9000;
                claims.expires_at = claims.issued_at + 300;
            })?,
            body.clone(),
            401..402,
        ),
        (
            "another audience",
            token_with(SECRET, |claims| {
                claims.audience = "https://example.com/".into();
            })?,
            body.clone(),
            401..402,
        ),
        ("no JSON", token()?, vec![b'{'; body.len()], 400..500),
    ];
    let mut faults = Vec::new();
    for (what, token, body, wanted) in cases {
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nauthorization: {token}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let request = [head.into_bytes(), body].concat();
        let mut stream = TcpStream::connect(address).await?;
        let status = exchange(&mut stream, &request, &mut Vec::new()).await?;
        if !wanted.contains(&status) {
            faults.push(format!("{what} is answered {status}"));
        }
    }
    Ok(faults)
}
