//! What a query costs in complexity points.
//!
//! monday doesn't publish its formula. This one has its two known traits: each field counts, and a
//! `limit` multiplies what is below it.

use std::collections::HashMap;

use apollo_compiler::ast::Value as Literal;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Name};

/// The points of one field of a mutation, on top of what it asks for.
const MUTATION: u32 = 10;

/// The most that is counted: answers tell the points as GraphQL's `Int`.
const MOST: u32 = i32::MAX.unsigned_abs();

/// The points of an operation.
pub(crate) fn cost_of(
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> u32 {
    let mut counter = Counter {
        document,
        variables,
        fragments: HashMap::new(),
    };
    let selected = counter.selection_set(&operation.selection_set);
    let points = if operation.is_mutation() {
        let fields = operation.root_fields(document).count();
        let fields = u32::try_from(fields).unwrap_or(u32::MAX);
        selected.saturating_add(MUTATION.saturating_mul(fields))
    } else {
        selected
    };
    points.min(MOST)
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    /// The points of fragments by name: each is counted once, however often it is spread.
    fragments: HashMap<&'a Name, u32>,
}

impl<'a> Counter<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet) -> u32 {
        let mut points = 0_u32;
        for selection in &set.selections {
            points = points.saturating_add(match selection {
                Selection::Field(field) => self.field(field),
                Selection::InlineFragment(fragment) => self.selection_set(&fragment.selection_set),
                Selection::FragmentSpread(spread) => self.fragment(&spread.fragment_name),
            });
        }
        points
    }

    fn fragment(&mut self, name: &'a Name) -> u32 {
        if let Some(points) = self.fragments.get(name) {
            return *points;
        }
        let fragment = self.document.fragments.get(name);
        let points = fragment.map_or(0, |fragment| self.selection_set(&fragment.selection_set));
        self.fragments.insert(name, points);
        points
    }

    fn field(&mut self, field: &'a Field) -> u32 {
        let below = self.selection_set(&field.selection_set);
        1_u32.saturating_add(below.saturating_mul(self.limit(field)))
    }

    fn limit(&self, field: &Field) -> u32 {
        let Ok(limit) = field.argument_by_name("limit") else {
            return 1;
        };
        let limit = match limit.as_ref() {
            Literal::Variable(name) => self
                .variables
                .get(name.as_str())
                .and_then(JsonValue::as_u64)
                .and_then(|limit| u32::try_from(limit).ok()),
            literal => literal.to_i32().and_then(|limit| u32::try_from(limit).ok()),
        };
        limit.unwrap_or(1).max(1)
    }
}
