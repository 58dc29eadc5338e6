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

    /// The first `limit` of these items, and a cursor for the others where there are any.
    fn cut(&self, mut items: Vec<u64>, limit: usize, now: Timestamp) -> (Vec<u64>, Option<String>) {
        let rest = items.split_off(limit.min(items.len()));
        (items, self.keep(rest, now))
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

fn page(call: &Call, args: &Args<'_>, items: Vec<u64>) -> Result<Field, Refusal> {
    let limit = args.count("limit").unwrap_or(25);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Refusal::invalid_argument(format!(
            "limit must be between 1 and {MAX_LIMIT}"
        )));
    }
    let (items, cursor) = call.core.cursors.cut(items, limit, call.core.clock.now());
    Ok(Field::Node(Node::ItemsPage { items, cursor }))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_pages_of_a_cursor_are_all_items_once_and_in_order(
            count in 0..200_u64,
            limits in proptest::collection::vec(1..40_usize, 1..8),
        ) {
            let (cursors, now) = (Cursors::default(), Timestamp::from_secs(1));
            let all: Vec<u64> = (0..count).collect();
            let (mut seen, mut rest) = (Vec::new(), all.clone());
            for limit in limits.into_iter().cycle() {
                let (page, cursor) = cursors.cut(rest, limit, now);
                prop_assert!(page.len() <= limit);
                seen.extend(page);
                let Some(cursor) = cursor else { break };
                rest = cursors.rest(&cursor, now).unwrap();
                // A cursor can be used again.
                prop_assert_eq!(cursors.rest(&cursor, now).unwrap(), rest.clone());
            }
            prop_assert_eq!(seen, all);
        }

        #[test]
        fn a_cursor_lives_for_an_hour(seconds in 0..7_200_u64) {
            let cursors = Cursors::default();
            let cursor = cursors.cut(vec![1, 2], 1, Timestamp::ZERO).1.unwrap();
            let found = cursors.rest(&cursor, Timestamp::from_secs(seconds));
            prop_assert_eq!(found.is_ok(), seconds < 3_600);
        }
    }
}
