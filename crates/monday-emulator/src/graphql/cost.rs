//! What a query costs in complexity points.
//!
//! monday doesn't publish its formula. This one has its two known traits: each field counts, and a
//! `limit` multiplies what is below it.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Value as Literal;
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::validation::Valid;

/// The points of one field of a mutation, on top of what it asks for.
const MUTATION: u32 = 10;

/// The points of an operation.
pub(crate) fn cost_of(
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Valid<JsonMap>,
) -> u32 {
    let counter = Counter {
        document,
        variables,
    };
    let selected = counter.selection_set(&operation.selection_set);
    if operation.is_mutation() {
        let fields = operation.root_fields(document).count();
        let fields = u32::try_from(fields).unwrap_or(u32::MAX);
        selected.saturating_add(MUTATION.saturating_mul(fields))
    } else {
        selected
    }
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
}

impl Counter<'_> {
    fn selection_set(&self, set: &SelectionSet) -> u32 {
        set.selections
            .iter()
            .map(|selection| match selection {
                Selection::Field(field) => self.field(field),
                Selection::InlineFragment(fragment) => self.selection_set(&fragment.selection_set),
                Selection::FragmentSpread(spread) => self
                    .document
                    .fragments
                    .get(&spread.fragment_name)
                    .map_or(0, |fragment| self.selection_set(&fragment.selection_set)),
            })
            .fold(0, u32::saturating_add)
    }

    fn field(&self, field: &Field) -> u32 {
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
