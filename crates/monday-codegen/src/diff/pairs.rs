//! Matching two lists by name.

use std::collections::BTreeMap;

use apollo_compiler::{Name, Node};

/// Items by their name.
pub(super) type Index<'a, T> = BTreeMap<&'a str, &'a T>;

/// Where a name stands: on one side or on both.
pub(super) enum Pair<'a, T> {
    Added(&'a T),
    Removed,
    Both(&'a T, &'a T),
}

// Derived, these would ask the same of `T`.
impl<T> Clone for Pair<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Pair<'_, T> {}

/// Every name of two lists, in order.
pub(super) fn pairs<'a, T>(old: &Index<'a, T>, new: &Index<'a, T>) -> Vec<(&'a str, Pair<'a, T>)> {
    let mut pairs: BTreeMap<&str, Pair<'_, T>> = BTreeMap::new();
    for (&name, &old) in old {
        pairs.insert(
            name,
            match new.get(name) {
                Some(new) => Pair::Both(old, new),
                None => Pair::Removed,
            },
        );
    }
    for (&name, &new) in new {
        pairs.entry(name).or_insert(Pair::Added(new));
    }
    pairs.into_iter().collect()
}

/// A list as an index.
pub(super) fn by_name<'a, T>(
    items: &'a [Node<T>],
    name: impl Fn(&'a T) -> &'a Name,
) -> Index<'a, T> {
    items
        .iter()
        .map(|item| (name(item).as_str(), &**item))
        .collect()
}
