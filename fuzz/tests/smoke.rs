//! A smoke of each target on the stable toolchain, without a fuzzer: the seeds as they are, and a
//! fixed number of changes to them, the same ones at every run.

use std::{fs, path::Path};

use monday_webhooks_fuzz::{body, challenge, config, sdl, token};

/// Pieces that a change puts in, so that it comes beyond the first error more often.
const PIECES: [&str; 28] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ",",
    ":",
    "\0",
    ".",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-1",
    "1e400",
    "18446744073709551616",
    "\"event\":{",
    "\"type\":",
    "\"alg\":\"none\"",
    "\"exp\":9e9",
    "\"challenge\":\"",
    "\"crit\":[]",
    "\"columnId\":\"",
    "type ",
    "\"\"\"",
    "@cost",
    "input X ",
    "é",
];

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn smoke(target: &str, check: fn(&[u8]), changes: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("every target has seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    paths.sort();
    let seeds: Vec<Vec<u8>> = paths
        .iter()
        .map(|path| fs::read(path).expect("a seed"))
        .collect();
    assert!(seeds.len() >= 3, "{target} has too few seeds");
    seeds.iter().for_each(|seed| check(seed));

    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for _ in 0..changes {
        let mut input = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(4) {
            change(&mut input, &seeds, &mut random);
        }
        check(&input);
    }
}

fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let at = random.below(input.len() + 1);
    match random.below(6) {
        0 => input.truncate(at),
        1 if at < input.len() => input[at] ^= 1 << random.below(8),
        2 if at < input.len() => drop(input.remove(at)),
        3 => {
            let other = &seeds[random.below(seeds.len())];
            input.truncate(at);
            input.extend_from_slice(&other[random.below(other.len())..]);
        }
        4 => {
            let end = (at + random.below(40)).min(input.len());
            let part = input[at..end].to_vec();
            input.splice(at..at, part);
        }
        _ => {
            let piece = PIECES[random.below(PIECES.len())];
            input.splice(at..at, piece.bytes());
        }
    }
}

#[test]
fn no_token_gets_in_unsigned_or_breaks_a_rule() {
    smoke("token", token::check, 20_000);
}

#[test]
fn no_body_is_kept_other_than_it_came() {
    smoke("body", body::check, 20_000);
}

#[test]
fn no_challenge_is_answered_with_anything_else() {
    smoke("challenge", challenge::check, 20_000);
}

#[test]
fn no_config_is_written_other_than_it_was_read() {
    smoke("config", config::check, 20_000);
}

#[test]
fn no_schema_changes_when_it_is_imported_again() {
    smoke("sdl", sdl::check, 2_000);
}
