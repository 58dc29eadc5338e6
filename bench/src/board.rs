//! What listing and creating cost, by the webhooks on the board.

use std::time::Instant;

use monday_emulator::DEFAULT_BOARD_ID;
use monday_webhooks::{ApiToken, BoardId, Client};
use serde_json::json;

use crate::{
    Outcome, creations, emulated,
    findings::Findings,
    measured::Measured,
    plot::{Axis, Curve, Line},
};

const LEVELS: [usize; 5] = [1, 10, 100, 1_000, 10_000];
const ROUNDS: usize = 5;

pub(crate) fn run(most: usize) -> Outcome {
    // As in the benchmark of calls, the emulator has a thread of its own.
    let monday = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let (emulator, target) = monday.block_on(emulated::start())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::personal(emulator.personal_token().expose())?)?;
    let board = BoardId::new(DEFAULT_BOARD_ID);
    let query = "query ($board: ID!) { webhooks(board_id: $board) { id board_id event config } }";
    let mut created = 0;
    let mut lines = [
        Line::new("client: list", Vec::new()),
        Line::new("emulator alone: list", Vec::new()),
        Line::new("client: create", Vec::new()),
    ];
    for level in LEVELS.into_iter().filter(|level| *level <= most) {
        let missing = level.saturating_sub(created);
        runtime.block_on(creations::create_all(&client, &target, created, missing))?;
        created += missing;
        let mut times = [(); 3].map(|()| Measured::new("", "ms"));
        let listed = runtime.block_on(client.webhooks().list(board))?;
        if listed.len() != created {
            return Err(format!("{} webhooks of {created} are listed", listed.len()).into());
        }
        for _ in 0..ROUNDS {
            let start = Instant::now();
            runtime.block_on(client.webhooks().list(board))?;
            times[0].rounds.push(start.elapsed().as_secs_f64() * 1e3);
            let start = Instant::now();
            let variables = json!({"board": DEFAULT_BOARD_ID.to_string()});
            monday.block_on(emulator.run(query, variables))?;
            times[1].rounds.push(start.elapsed().as_secs_f64() * 1e3);
        }
        for _ in 0..ROUNDS {
            let start = Instant::now();
            runtime.block_on(creations::create_all(&client, &target, created, 1))?;
            created += 1;
            times[2].rounds.push(start.elapsed().as_secs_f64() * 1e3);
        }
        for (line, times) in lines.iter_mut().zip(&times) {
            line.points.push((level as f64, times.median()));
        }
    }
    Findings {
        curves: vec![Curve {
            name: "board".into(),
            title: "Calls, by webhooks on the board".into(),
            x: Axis::log("webhooks"),
            y: Axis::log("ms"),
            lines: lines.into(),
        }],
        ..Findings::default()
    }
    .print()
}
