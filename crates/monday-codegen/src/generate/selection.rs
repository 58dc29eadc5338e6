//! Selections as Rust structs can hold them.
//!
//! GraphQL merges what a selection names twice, lets fragments overlap, and spreads fragments on
//! types other than the one at hand. A Rust struct has each field once, and a flattened struct
//! gets nothing that its parent has taken. So each selection is collected into one set: every
//! response key once, the fragments that can stay structs of their own, and what only some of
//! the possible types have.

use std::collections::{BTreeMap, BTreeSet};

use graphql_parser::query::{Directive, Field, Selection, SelectionSet, TypeCondition};

use super::schema::{SchemaIndex, inner_name};
use crate::operations::Fragment;

pub(super) const TYPENAME: &str = "__typename";

/// What one struct of a response holds.
#[derive(Debug, Default)]
pub(super) struct Set<'a> {
    /// By response key, in the order of the document.
    pub(super) fields: Vec<Key<'a>>,
    /// Fragments on the set's own type.
    pub(super) spreads: Vec<&'a str>,
    /// By object type: what is selected on that type alone.
    pub(super) variants: BTreeMap<&'a str, Set<'a>>,
}

/// One of the selections that are merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) selection: &'a SelectionSet<'static, String>,
    /// Whether a directive can leave the part out, and another one be there all the same.
    pub(super) conditional: bool,
}

/// A response key.
#[derive(Debug, Clone)]
pub(super) struct Key<'a> {
    pub(super) key: &'a str,
    pub(super) field: &'a str,
    /// Whether a directive can leave the field out.
    pub(super) conditional: bool,
    /// The selections below it, from every place that names the key.
    pub(super) selections: Vec<Part<'a>>,
}

/// Where a selection stands, as far as `__typename` goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Directly below a field: `__typename` is a field like any other, unless it tells variants
    /// apart.
    Field,
    /// In a fragment, which can end up where `__typename` tells variants apart.
    Fragment,
}

/// A selection set on an abstract type below a field.
#[derive(Debug, Clone, Copy)]
pub(super) struct AbstractSet<'a> {
    /// Its place among the sets of its definition, in the order of the text.
    pub(super) place: usize,
    /// The field's response key.
    pub(super) key: &'a str,
    pub(super) ty: &'a str,
    /// Whether it tells object types apart.
    pub(super) has_variants: bool,
    /// Whether it has `__typename` already.
    pub(super) has_typename: bool,
}

/// Collects selections.
#[derive(Debug, Clone, Copy)]
pub(super) struct Collector<'a> {
    pub(super) schema: &'a SchemaIndex,
    pub(super) fragments: &'a BTreeMap<String, Fragment>,
}

impl<'a> Collector<'a> {
    /// Collects what the selections below one field, or of one fragment, select on `parent`.
    pub(super) fn collect(self, parent: &'a str, parts: &[Part<'a>], place: Place) -> Set<'a> {
        let mut expanded = BTreeSet::new();
        loop {
            let mut set = Set::default();
            for part in parts {
                // What stands alone is there whenever its key is.
                let conditional = part.conditional && parts.len() > 1;
                self.gather(parent, part.selection, conditional, &expanded, &mut set);
            }
            match self.overlapping_spread(&set) {
                Some(spread) => expanded.insert(spread),
                None => {
                    self.settle(parent, &mut set, place);
                    return set;
                }
            };
        }
    }

    fn gather(
        self,
        parent: &'a str,
        selection: &'a SelectionSet<'static, String>,
        conditional: bool,
        expanded: &BTreeSet<&'a str>,
        set: &mut Set<'a>,
    ) {
        for item in &selection.items {
            match item {
                Selection::Field(field) => set.add(field, conditional),
                Selection::InlineFragment(inline) => {
                    let conditional = conditional || is_conditional(&inline.directives);
                    let on = match &inline.type_condition {
                        Some(TypeCondition::On(on)) => on,
                        None => parent,
                    };
                    self.narrow(
                        parent,
                        on,
                        &inline.selection_set,
                        conditional,
                        expanded,
                        set,
                    );
                }
                Selection::FragmentSpread(spread) => {
                    let Some((name, fragment)) =
                        self.fragments.get_key_value(&spread.fragment_name)
                    else {
                        continue;
                    };
                    let conditional = conditional || is_conditional(&spread.directives);
                    let TypeCondition::On(on) = &fragment.definition.type_condition;
                    let selection = &fragment.definition.selection_set;
                    let expand = conditional || expanded.contains(name.as_str());
                    if on == parent && !expand {
                        if !set.spreads.contains(&name.as_str()) {
                            set.spreads.push(name);
                        }
                    } else if !expand && self.is_member(parent, on) {
                        set.variants.entry(on).or_default().spread(name);
                    } else {
                        self.narrow(parent, on, selection, conditional, expanded, set);
                    }
                }
            }
        }
    }

    /// Gathers a selection that only applies to values of the type `on`.
    fn narrow(
        self,
        parent: &'a str,
        on: &'a str,
        selection: &'a SelectionSet<'static, String>,
        conditional: bool,
        expanded: &BTreeSet<&'a str>,
        set: &mut Set<'a>,
    ) {
        if on == parent || !self.schema.is_abstract(parent) {
            // An object is what it is: a condition that admits it adds nothing.
            if self.schema.possible(on).contains(&parent) || on == parent {
                self.gather(parent, selection, conditional, expanded, set);
            }
            return;
        }
        let admitted = self.schema.possible(on);
        for object in self.schema.possible(parent) {
            if admitted.contains(&object) {
                let variant = set.variants.entry(object).or_default();
                self.gather(object, selection, conditional, expanded, variant);
            }
        }
    }

    fn is_member(self, parent: &str, object: &str) -> bool {
        self.schema.is_abstract(parent)
            && !self.schema.is_abstract(object)
            && self.schema.possible(parent).contains(&object)
    }

    /// The first spread that can't be a struct beside the rest of its set: one of its keys is
    /// wanted twice, or it has no key that makes a field.
    fn overlapping_spread(self, set: &Set<'a>) -> Option<&'a str> {
        for (index, spread) in set.spreads.iter().enumerate() {
            let mut others: BTreeSet<&str> = set.fields.iter().map(|field| field.key).collect();
            for (other, fragment) in set.spreads.iter().enumerate() {
                if other != index {
                    self.fragment_keys(fragment, &mut others);
                }
            }
            for variant in set.variants.values() {
                others.extend(variant.fields.iter().map(|field| field.key));
                variant
                    .spreads
                    .iter()
                    .for_each(|fragment| self.fragment_keys(fragment, &mut others));
            }
            let mut own = BTreeSet::new();
            self.fragment_keys(spread, &mut own);
            let overlaps = own
                .iter()
                .any(|key| *key != TYPENAME && others.contains(key));
            if overlaps || own.iter().all(|key| *key == TYPENAME) {
                return Some(spread);
            }
        }
        let common: BTreeSet<&str> = set.fields.iter().map(|field| field.key).collect();
        set.variants.values().find_map(|variant| {
            // A variant's fragment must not want what the variants have in common either.
            self.overlapping_spread(variant).or_else(|| {
                variant.spreads.iter().copied().find(|spread| {
                    let mut keys = BTreeSet::new();
                    self.fragment_keys(spread, &mut keys);
                    keys.iter()
                        .any(|key| *key != TYPENAME && common.contains(key))
                })
            })
        })
    }

    /// All response keys that a fragment selects on its own level.
    fn fragment_keys(self, fragment: &str, keys: &mut BTreeSet<&'a str>) {
        if let Some(fragment) = self.fragments.get(fragment) {
            self.keys(&fragment.definition.selection_set, keys);
        }
    }

    fn keys(self, selection: &'a SelectionSet<'static, String>, keys: &mut BTreeSet<&'a str>) {
        for item in &selection.items {
            match item {
                Selection::Field(field) => {
                    keys.insert(response_key(field));
                }
                Selection::InlineFragment(inline) => self.keys(&inline.selection_set, keys),
                Selection::FragmentSpread(spread) => {
                    self.fragment_keys(&spread.fragment_name, keys);
                }
            }
        }
    }

    /// Decides where a key goes that both the set and its variants have, and what `__typename`
    /// is.
    fn settle(self, parent: &'a str, set: &mut Set<'a>, place: Place) {
        let shared: Vec<Key<'a>> = set
            .fields
            .iter()
            .filter(|field| set.variants.values().any(|variant| variant.has(field.key)))
            .cloned()
            .collect();
        for field in shared {
            let composite = self
                .schema
                .field(parent, field.field)
                .is_some_and(|ty| self.schema.is_composite(inner_name(ty)));
            if composite {
                // The selections below it differ by type: every type gets the field.
                set.fields.retain(|other| other.key != field.key);
                for object in self.schema.possible(parent) {
                    set.variants.entry(object).or_default().merge(&field);
                }
            } else {
                for variant in set.variants.values_mut() {
                    variant.fields.retain(|other| other.key != field.key);
                }
            }
        }
        let spread_variants = set.spreads.iter().any(|spread| {
            self.fragments.get(*spread).is_some_and(|fragment| {
                self.has_variants(parent, &fragment.definition.selection_set)
            })
        });
        let tells_variants_apart =
            self.schema.is_abstract(parent) && (spread_variants || !set.variants.is_empty());
        if tells_variants_apart || place == Place::Fragment {
            set.fields.retain(|field| !field.is_plain_typename());
        }
        for variant in set.variants.values_mut() {
            variant.fields.retain(|field| !field.is_plain_typename());
        }
        set.variants.retain(|_, variant| !variant.is_empty());
    }

    /// Calls `found` for each selection set on an abstract type below a field.
    pub(super) fn abstract_sets<'b>(
        self,
        ty: &'b str,
        key: Option<&'b str>,
        selection: &'b SelectionSet<'static, String>,
        counter: &mut usize,
        found: &mut impl FnMut(AbstractSet<'b>),
    ) where
        'a: 'b,
    {
        let place = *counter;
        *counter += 1;
        if let Some(key) = key
            && self.schema.is_abstract(ty)
        {
            found(AbstractSet {
                place,
                key,
                ty,
                has_variants: self.has_variants(ty, selection),
                has_typename: selection.items.iter().any(is_plain_typename),
            });
        }
        for item in &selection.items {
            match item {
                Selection::Field(field) if !field.selection_set.items.is_empty() => {
                    let inner = self.schema.field(ty, &field.name).map_or("", inner_name);
                    let key = Some(response_key(field));
                    self.abstract_sets(inner, key, &field.selection_set, counter, found);
                }
                Selection::InlineFragment(inline) => {
                    let on = match &inline.type_condition {
                        Some(TypeCondition::On(on)) => on,
                        None => ty,
                    };
                    self.abstract_sets(on, None, &inline.selection_set, counter, found);
                }
                _ => {}
            }
        }
    }

    /// Whether a selection on an abstract type tells its object types apart.
    pub(super) fn has_variants(
        self,
        parent: &str,
        selection: &SelectionSet<'static, String>,
    ) -> bool {
        selection.items.iter().any(|item| match item {
            Selection::Field(_) => false,
            Selection::InlineFragment(inline) => match &inline.type_condition {
                Some(TypeCondition::On(on)) if on != parent => true,
                _ => self.has_variants(parent, &inline.selection_set),
            },
            Selection::FragmentSpread(spread) => self
                .fragments
                .get(&spread.fragment_name)
                .is_some_and(|fragment| {
                    let TypeCondition::On(on) = &fragment.definition.type_condition;
                    on != parent || self.has_variants(parent, &fragment.definition.selection_set)
                }),
        })
    }
}

impl<'a> Set<'a> {
    fn add(&mut self, field: &'a Field<'static, String>, conditional: bool) {
        let conditional = conditional || is_conditional(&field.directives);
        self.merge(&Key {
            key: response_key(field),
            field: &field.name,
            conditional,
            selections: vec![Part {
                selection: &field.selection_set,
                conditional,
            }],
        });
    }

    /// Adds a key, or its selections where the key is there already.
    fn merge(&mut self, key: &Key<'a>) {
        match self.fields.iter_mut().find(|known| known.key == key.key) {
            Some(known) => {
                known.conditional &= key.conditional;
                known.selections.extend_from_slice(&key.selections);
            }
            None => self.fields.push(key.clone()),
        }
    }

    fn spread(&mut self, fragment: &'a str) {
        if !self.spreads.contains(&fragment) {
            self.spreads.push(fragment);
        }
    }

    fn has(&self, key: &str) -> bool {
        self.fields.iter().any(|field| field.key == key)
    }

    fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.spreads.is_empty() && self.variants.is_empty()
    }
}

impl Key<'_> {
    /// Whether this is `__typename` under its own name, as decoding looks for it.
    pub(super) fn is_plain_typename(&self) -> bool {
        self.key == TYPENAME
    }
}

fn response_key<'a>(field: &'a Field<'static, String>) -> &'a str {
    field.alias.as_deref().unwrap_or(&field.name)
}

/// Whether a selection is `__typename` under its own name, on no condition.
fn is_plain_typename(item: &Selection<'static, String>) -> bool {
    matches!(item, Selection::Field(field)
        if field.name == TYPENAME && field.alias.is_none() && field.directives.is_empty())
}

/// Whether `@skip` or `@include` can leave the selection out.
fn is_conditional(directives: &[Directive<'static, String>]) -> bool {
    directives
        .iter()
        .any(|directive| directive.name == "skip" || directive.name == "include")
}
