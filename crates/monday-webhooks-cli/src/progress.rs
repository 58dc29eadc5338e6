//! Progress: a line on the terminal that says how far long work has come.

use std::io::{self, IsTerminal, Write};

/// A line on standard error that is written over and over, and gone in the end. Where standard
/// error is no terminal there is none.
pub(crate) struct Progress<W: Write = io::Stderr> {
    terminal: Option<W>,
}

impl Progress {
    /// Beside data that comes at once, in the end.
    pub(crate) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let shown = io::stderr().is_terminal() && !dumb;
        Self {
            terminal: shown.then(io::stderr),
        }
    }

    /// With this to say all the while.
    pub(crate) fn saying(text: &str) -> Self {
        let mut progress = Self::new();
        progress.say(text);
        progress
    }

    /// Beside data that comes line by line: where these lines are seen, they are the progress.
    pub(crate) fn beside_lines() -> Self {
        if io::stdout().is_terminal() {
            Self { terminal: None }
        } else {
            Self::new()
        }
    }
}

impl<W: Write> Progress<W> {
    /// Says how far it has come. That this can't be written doesn't matter.
    pub(crate) fn say(&mut self, text: &str) {
        if let Some(terminal) = &mut self.terminal {
            let _ = write!(terminal, "\r{ERASE}{text}").and_then(|()| terminal.flush());
        }
    }
}

impl<W: Write> Drop for Progress<W> {
    fn drop(&mut self) {
        self.say("");
    }
}

/// Erases the line from here on.
const ERASE: &str = "\x1b[K";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_on_progress_replaces_the_one_before_and_nothing_is_left() {
        let mut written = Vec::new();
        let mut progress = Progress {
            terminal: Some(&mut written),
        };
        progress.say("1 of 2");
        progress.say("2 of 2");
        drop(progress);
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "\r\x1b[K1 of 2\r\x1b[K2 of 2\r\x1b[K"
        );
    }

    #[test]
    fn without_a_terminal_nothing_is_said() {
        let mut progress = Progress::<Vec<u8>> { terminal: None };
        progress.say("1 of 2");
        assert_eq!(progress.terminal, None);
    }
}
