//! Typed decoding of a delivery, against parsing the same bytes into a `serde_json::Value`.

use std::hint::black_box;

use bytes::Bytes;
use monday_webhooks::{Delivery, SubscriptionKind, testing};
use serde_json::Value;

use crate::{
    Outcome,
    findings::Findings,
    measured::{Measured, alternating},
    sample::Bodies,
};

pub(crate) fn run() -> Outcome {
    let body = Bytes::from(Bodies::new(0)?.get(1));
    let mut all = Vec::new();
    for kind in SubscriptionKind::ALL {
        let sample = testing::sample(&kind).ok_or("no sample")?;
        all.push(Bytes::from(sample.to_string()));
    }
    let typed = |body: &Bytes| {
        let delivery = Delivery::parse(body.clone());
        black_box(delivery.is_ok())
    };
    let value = |body: &Bytes| {
        let value: Result<Value, _> = serde_json::from_slice(body);
        black_box(value.is_ok())
    };
    let mut measured = alternating(
        9,
        &mut [
            ("decode typed", &mut || _ = typed(&body)),
            ("decode Value", &mut || _ = value(&body)),
            ("decode 21 typed", &mut || {
                _ = all.iter().all(&typed);
            }),
            ("decode 21 Value", &mut || {
                _ = all.iter().all(&value);
            }),
        ],
    );
    for (name, body, is_typed) in [
        ("allocations typed", &body, true),
        ("allocations Value", &body, false),
    ] {
        let counted = allocation_counter::measure(|| {
            if is_typed {
                typed(body);
            } else {
                value(body);
            }
        });
        let mut one = Measured::new(name, "allocations");
        one.rounds.push(counted.count_total as f64);
        measured.push(one);
    }
    Findings::from(measured).print()
}
