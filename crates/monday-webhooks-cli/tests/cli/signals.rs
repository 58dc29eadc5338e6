//! Being asked to stop, at the worst of times.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    process::Command,
    time::{Duration, Instant},
};

use crate::support::command;

/// SIGINT and SIGTERM, as bits of a signal mask.
const STOPS: u64 = 1 << (2 - 1) | 1 << (15 - 1);

/// The signals that a process has a handler for.
fn handled(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))
        .unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap()
}

#[test]
fn who_has_read_the_first_line_can_stop_it_in_good_order() {
    for arguments in [
        &["listen", "--addr", "127.0.0.1:0", "--unsigned"][..],
        &["emulate", "--addr", "127.0.0.1:0"],
    ] {
        // A full pipe, so that the first line can't be written yet.
        let (mut output, mut full) = io::pipe().unwrap();
        full.write_all(&[b'\n'; 64 * 1024]).unwrap();
        let mut child = command(arguments).stdout(full).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while handled(child.id()) & STOPS != STOPS {
            assert!(Instant::now() < deadline, "{arguments:?} handles no signal");
            std::thread::sleep(Duration::from_millis(5));
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(sent.success());
        output.read_to_end(&mut Vec::new()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
    }
}
