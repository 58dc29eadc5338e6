//! What a receiver takes, by connections and by the length of bodies.

use crate::{
    Outcome,
    findings::Findings,
    parts::Settings,
    plot::{Axis, Curve, Line},
    receive::serve,
};

/// By the names of [`serve`].
const CONTENDERS: [(&str, &str); 3] = [
    ("sdk", "the SDK"),
    ("hand", "axum by hand"),
    ("echo", "axum that answers 200"),
];

/// The last is just below the limits, at which a request may be turned away.
const CONNECTIONS: [u32; 6] = [1, 4, 16, 64, 256, 1000];
const KIBIBYTES: [u32; 6] = [1, 4, 16, 64, 256, 1024];

pub(crate) fn run(settings: &Settings) -> Outcome<Findings> {
    let seconds = settings.seconds(2.0).to_string();
    let rate = |contender: &str, options: &[&str]| -> Outcome<f64> {
        let served = serve(contender)?;
        let loaded = served.load(&[&["--seconds", &seconds], options].concat())?;
        if loaded.bad > 0 {
            return Err(format!("{contender} refused {} good deliveries", loaded.bad).into());
        }
        Ok(loaded.good as f64 / loaded.seconds)
    };
    let mut connections = Vec::new();
    let mut payloads = Vec::new();
    for (contender, name) in CONTENDERS {
        let mut points = Vec::new();
        for count in CONNECTIONS {
            let rate = rate(contender, &["--connections", &count.to_string()])?;
            points.push((f64::from(count), rate));
        }
        connections.push(Line::new(name, points));
        let mut points = Vec::new();
        for kibibytes in KIBIBYTES {
            let length = (kibibytes * 1024).to_string();
            let rate = rate(contender, &["--length", &length, "--connections", "16"])?;
            points.push((f64::from(kibibytes), rate * f64::from(kibibytes) / 1024.0));
        }
        payloads.push(Line::new(name, points));
    }
    Ok(Findings {
        curves: vec![
            Curve {
                name: "connections".into(),
                title: "Receiving on one core, by connections".into(),
                x: Axis::log("connections"),
                y: Axis::linear("requests/s"),
                lines: connections,
            },
            Curve {
                name: "payload".into(),
                title: "Receiving on one core over 16 connections, by the length of bodies".into(),
                x: Axis::log("KiB"),
                y: Axis::linear("MiB/s"),
                lines: payloads,
            },
        ],
        ..Findings::default()
    })
}
