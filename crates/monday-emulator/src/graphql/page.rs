//! Items page by page, with cursors.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use super::args::Args;
use super::node::Node;
use super::refusal::Refusal;
use super::resolve::{Call, Field};
use crate::clock::Timestamp;
use crate::random::hex_id;
use crate::sync::lock;
use crate::world::Item;

/// How long a cursor lives (monday's items page reference).
const CURSOR_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// The largest page (monday's items page reference).
const MAX_LIMIT: usize = 500;

/// The cursors that were handed out, each with the items that are still to come.
#[derive(Debug, Default)]
pub(crate) struct Cursors(Mutex<HashMap<String, Rest>>);

#[derive(Debug)]
struct Rest {
    items: Vec<u64>,
    expires: Timestamp,
}

impl Cursors {
    fn keep(&self, items: Vec<u64>, now: Timestamp) -> Option<String> {
        if items.is_empty() {
            return None;
        }
        let cursor = hex_id();
        let expires = now + CURSOR_LIFETIME;
        let mut cursors = lock(&self.0);
        cursors.retain(|_, rest| now < rest.expires);
        cursors.insert(cursor.clone(), Rest { items, expires });
        Some(cursor)
    }

    fn rest(&self, cursor: &str, now: Timestamp) -> Result<Vec<u64>, Refusal> {
        lock(&self.0)
            .get(cursor)
            .filter(|rest| now < rest.expires)
            .map(|rest| rest.items.clone())
            .ok_or_else(|| Refusal::invalid_argument("The cursor is unknown or has expired"))
    }
}

/// The first page of `items`, or the one that the argument `cursor` stands for.
pub(crate) fn items_page<'a>(
    call: &Call,
    args: &Args<'_>,
    items: impl Iterator<Item = &'a Item>,
) -> Result<Field, Refusal> {
    let all = match args.text("cursor") {
        Some(cursor) => call.core.cursors.rest(cursor, call.core.clock.now())?,
        None => {
            let only = only_ids(args)?;
            items
                .map(|item| item.id)
                .filter(|id| only.as_ref().is_none_or(|only| only.contains(id)))
                .collect()
        }
    };
    page(call, args, all)
}

/// The page that a cursor stands for.
pub(crate) fn next_items_page(call: &Call, args: &Args<'_>) -> Result<Field, Refusal> {
    let cursor = args.text("cursor").unwrap_or_default();
    let rest = call.core.cursors.rest(cursor, call.core.clock.now())?;
    page(call, args, rest)
}

fn page(call: &Call, args: &Args<'_>, mut items: Vec<u64>) -> Result<Field, Refusal> {
    let limit = args.count("limit").unwrap_or(25);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Refusal::invalid_argument(format!(
            "limit must be between 1 and {MAX_LIMIT}"
        )));
    }
    let rest = items.split_off(limit.min(items.len()));
    Ok(Field::Node(Node::ItemsPage {
        items,
        cursor: call.core.cursors.keep(rest, call.core.clock.now()),
    }))
}

/// Of `query_params`, the ids; what else it may hold is refused, since leaving a filter out would
/// answer another question than the one that was asked.
fn only_ids(args: &Args<'_>) -> Result<Option<Vec<u64>>, Refusal> {
    let Some(params) = args.json("query_params") else {
        return Ok(None);
    };
    let filters = ["rules", "groups", "order_by"];
    if filters.iter().any(|filter| !params[filter].is_null()) {
        return Err(Refusal::unsupported(
            "The emulator knows no query_params but ids",
        ));
    }
    let Some(ids) = params["ids"].as_array() else {
        return Ok(None);
    };
    Ok(Some(
        ids.iter()
            .filter_map(|id| id.as_u64().or_else(|| id.as_str()?.parse().ok()))
            .collect(),
    ))
}
