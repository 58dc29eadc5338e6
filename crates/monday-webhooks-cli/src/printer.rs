//! Lines that are printed beside other work, by a thread of its own: a reader that pauses keeps
//! whoever writes for as long as it likes.

use std::{
    future::Future,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{failure::Failure, output};

/// How many lines wait to be written. Beyond that, whoever has one more waits.
const WAITING: usize = 64;

/// Prints lines one after the other, each in one piece.
pub(crate) struct Printer {
    lines: mpsc::Sender<Line>,
    waiting: Arc<AtomicUsize>,
    given_up: watch::Sender<bool>,
}

struct Line {
    text: String,
    written: oneshot::Sender<io::Result<()>>,
}

impl Printer {
    /// Prints on standard output.
    pub(crate) fn start() -> Result<Self, Failure> {
        Self::writing(output::write)
    }

    fn writing(
        mut write: impl FnMut(&str) -> io::Result<()> + Send + 'static,
    ) -> Result<Self, Failure> {
        let (lines, mut waiting) = mpsc::channel::<Line>(WAITING);
        // Nobody waits for its end: it may be in the middle of a line that nobody reads.
        let thread = std::thread::Builder::new().name("printer".to_owned());
        let printing = thread.spawn(move || {
            while let Some(line) = waiting.blocking_recv() {
                // What nobody waits for any more is told some other time, if at all.
                if !line.written.is_closed() {
                    // And so is this from now on, where whoever waited is gone.
                    let _ = line.written.send(write(&line.text));
                }
            }
        });
        printing.map_err(|error| {
            Failure::failed(format!("the printing could not be started: {error}"))
        })?;
        Ok(Self {
            lines,
            waiting: Arc::default(),
            given_up: watch::Sender::new(false),
        })
    }

    /// Puts a line into the queue before it returns, where there is room, and is ready once the line
    /// is written.
    pub(crate) fn print(
        &self,
        text: String,
    ) -> impl Future<Output = Result<(), Failure>> + Send + use<> {
        let (written, answer) = oneshot::channel();
        let waits = Waits::new(&self.waiting);
        let later = self.lines.try_send(Line { text, written }).err();
        let lines = self.lines.clone();
        let mut given_up = self.given_up.subscribe();
        async move {
            let _waits = waits;
            let print = async {
                if let Some(refused) = later {
                    lines.send(refused.into_inner()).await.ok()?;
                }
                answer.await.ok()
            };
            tokio::select! {
                biased;
                printed = print => match printed {
                    Some(Ok(())) => Ok(()),
                    Some(Err(error)) => Err(output::not_written(&error)),
                    None => Err(Failure::failed("the printing has ended")),
                },
                // Where nobody can say so any more, it wasn't said.
                Ok(_) = given_up.wait_for(|given_up| *given_up) => {
                    Err(Failure::failed(STUCK))
                }
            }
        }
    }

    /// Waits for nothing any more: who waits for a line is told that it wasn't written.
    pub(crate) fn give_up(&self) {
        self.given_up.send_replace(true);
    }

    /// Whether nothing is waited for any more.
    pub(crate) fn is_given_up(&self) -> bool {
        *self.given_up.borrow()
    }

    /// How many lines somebody waits for.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

/// What is wrong where nobody reads.
pub(crate) const STUCK: &str = "standard output takes no more";

/// Counts a line for as long as somebody waits for it.
struct Waits(Arc<AtomicUsize>);

impl Waits {
    fn new(waiting: &Arc<AtomicUsize>) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(waiting))
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as blocking;

    use super::*;

    /// A printer whose reader takes a line whenever it is told to.
    fn paused() -> (Printer, blocking::Sender<()>, blocking::Receiver<String>) {
        let (go, wait) = blocking::channel();
        let (written, read) = blocking::channel();
        let printer = Printer::writing(move |text| {
            if wait.recv().is_err() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            written.send(text.to_owned()).unwrap();
            Ok(())
        });
        (printer.unwrap(), go, read)
    }

    #[tokio::test]
    async fn lines_are_printed_in_the_order_in_which_they_were_given() {
        let (printer, go, read) = paused();
        let lines = (0..3 * WAITING).map(|number| printer.print(number.to_string()));
        let printed = futures_util::future::join_all(lines);
        for _ in 0..3 * WAITING {
            go.send(()).unwrap();
        }
        assert!(printed.await.iter().all(Result::is_ok));
        let read: Vec<usize> = read.try_iter().map(|line| line.parse().unwrap()).collect();
        // Those beyond the room come as they get in.
        assert!(read[..WAITING].is_sorted());
        assert_eq!(read.len(), 3 * WAITING);
        assert_eq!(printer.waiting(), 0);
    }

    #[tokio::test]
    async fn who_waits_for_a_reader_that_pauses_is_told_when_that_is_given_up() {
        let (printer, go, read) = paused();
        let lines: Vec<_> = (0..3)
            .map(|number| printer.print(number.to_string()))
            .collect();
        assert_eq!(printer.waiting(), 3);
        printer.give_up();
        assert!(printer.is_given_up());
        for line in lines {
            assert_eq!(line.await.unwrap_err().into_message(), STUCK);
        }
        assert_eq!(printer.waiting(), 0);
        // At most the one that was being written is seen all the same.
        drop((printer, go));
        assert!(read.iter().count() <= 1);
    }

    #[tokio::test]
    async fn a_reader_that_is_gone_is_told_to_everybody() {
        let (printer, go, _read) = paused();
        drop(go);
        for _ in 0..2 {
            let failure = printer.print(String::new()).await;
            assert!(matches!(failure, Err(Failure::Reported)), "{failure:?}");
        }
    }
}
