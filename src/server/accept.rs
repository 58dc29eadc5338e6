//! The next connection.

use std::{io, time::Duration};

use tokio::net::{TcpListener, TcpStream};

use super::connections::Connections;

/// How long accepting pauses where the machine has nothing left to accept with.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits for the next connection.
///
/// A connection that broke off before it was accepted is passed over. Where the machine has no
/// descriptor left, the connection that kept the server waiting for longest gives one back.
pub(super) async fn next(listener: &TcpListener, connections: &Connections) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) if is_of_the_connection(&error) => {
                tracing::debug!(%error, "a connection ended before it was accepted");
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                connections.make_room();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether an error is that of one connection and says nothing of the next. Linux reports network
/// errors that wait on a new socket from `accept` (its manual, "Error handling").
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;

    matches!(
        error.kind(),
        Kind::ConnectionAborted
            | Kind::ConnectionReset
            | Kind::ConnectionRefused
            | Kind::HostUnreachable
            | Kind::Interrupted
            | Kind::NetworkDown
            | Kind::NetworkUnreachable
            | Kind::PermissionDenied
            | Kind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepting_pauses_for_want_of_descriptors_and_not_for_a_peer_that_went_away() {
        // Linux's numbers: ECONNABORTED, ECONNRESET, EPERM of a firewall, EINTR, EHOSTUNREACH.
        for of_the_connection in [103, 104, 1, 4, 113] {
            let error = io::Error::from_raw_os_error(of_the_connection);
            assert!(is_of_the_connection(&error), "{error}");
        }
        // EMFILE, ENFILE, ENOBUFS, ENOMEM, EINVAL.
        for of_the_machine in [24, 23, 105, 12, 22] {
            let error = io::Error::from_raw_os_error(of_the_machine);
            assert!(!is_of_the_connection(&error), "{error}");
        }
    }
}
