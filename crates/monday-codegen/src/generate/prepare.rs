//! What `graphql_client_codegen` gets to see: a document and a schema that it can't trip over.
//!
//! Each operation gets a document of its own in which every field has its Rust name as alias,
//! every selection is one that a struct can hold, and no argument, directive or default is left.
//! With it goes a schema of just the types and fields that the document names, in which enums,
//! input types and custom scalars are placeholders: [`types`](super::types) generates those.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use graphql_parser::query::{SelectionSet, TypeCondition};
use heck::ToSnakeCase as _;

use super::names::{FieldNames, TypeNames, camel, is_keyword, snake, unique};
use super::schema::{
    GraphqlType, SchemaIndex, TypeInfo, inner_name, is_built_in, nullable, with_name,
};
use super::selection::{Collector, Part, Place, Set, TYPENAME};
use crate::operations::{Kind, Operation};
use crate::request::Typenames;

/// An operation, ready for `graphql_client_codegen`.
pub(super) struct Prepared {
    pub(super) document: String,
    pub(super) schema: String,
    /// Names of response fields.
    pub(super) fields: FieldNames,
    /// Names of variables.
    pub(super) variables: FieldNames,
    /// The schema's name of each placeholder.
    pub(super) leaves: BTreeMap<String, String>,
    /// The schema's types of the response's struct and the fragments'.
    pub(super) roots: BTreeMap<String, String>,
    /// By the schema's type and a field's Rust name, the field of the schema: none where the
    /// name stands for several.
    sources: BTreeMap<(String, String), Option<String>>,
}

impl Prepared {
    /// The field of the schema's type `parent` that a field of a struct stands for.
    pub(super) fn source(&self, parent: &str, rust: &str) -> Option<&str> {
        let key = (parent.to_owned(), rust.to_owned());
        self.sources.get(&key)?.as_deref()
    }
}

/// Prepares an operation. `attempt` counts the names that were tried for its types: path-like
/// names such as `OperationFieldField` can collide with each other.
pub(super) fn prepare(
    operation: &Operation,
    schema: &SchemaIndex,
    types: &TypeNames,
    attempt: usize,
) -> Result<Prepared, String> {
    let mut preparation = Preparation {
        collector: Collector {
            schema,
            fragments: &operation.fragments,
        },
        schema,
        types,
        fields: FieldNames::default(),
        leaves: BTreeMap::new(),
        needed: BTreeMap::new(),
        fragments: BTreeMap::new(),
        pending: Vec::new(),
        roots: BTreeMap::new(),
        sources: BTreeMap::new(),
        out: String::new(),
    };
    let suffix = if attempt == 0 {
        String::new()
    } else {
        format!("Operation{attempt}")
    };
    let mut name = camel(&operation.name, "Operation");
    if is_keyword(&name.to_snake_case()) {
        // The generator calls its module that, as it is.
        name.push_str("Operation");
    }
    name.push_str(&suffix);
    preparation.name_fragments(operation, &name, attempt);

    let (keyword, root) = match operation.kind {
        Kind::Query => ("query", schema.query()),
        Kind::Mutation => ("mutation", schema.mutation()),
    };
    let mut variables = FieldNames::default();
    let mut declarations = String::new();
    let mut taken = BTreeSet::new();
    for variable in &operation.variables {
        let rust = variables.name(&variable.name, &mut taken);
        let ty = preparation.placeholder(&variable.var_type)?;
        // A variable with a default can be left out.
        let ty = if variable.default_value.is_some() {
            nullable(ty)
        } else {
            ty
        };
        let _ = write!(declarations, " ${rust}: {ty}");
    }
    let declarations = if declarations.is_empty() {
        declarations
    } else {
        format!("({declarations})")
    };
    let _ = write!(preparation.out, "{keyword} {name}{declarations}");
    preparation.selection(root, &[whole(&operation.selection)], Place::Field)?;
    preparation.fragment_definitions(operation)?;
    preparation
        .roots
        .insert("ResponseData".into(), root.to_owned());
    Ok(Prepared {
        schema: preparation.schema_text(operation.kind, root)?,
        document: preparation.out,
        fields: preparation.fields,
        variables,
        leaves: preparation
            .leaves
            .into_iter()
            .map(|(name, leaf)| (leaf, name))
            .collect(),
        roots: preparation.roots,
        sources: preparation.sources,
    })
}

/// The selection sets of an operation's request that need `__typename`.
pub(super) fn typenames(operation: &Operation, schema: &SchemaIndex) -> Typenames {
    let collector = Collector {
        schema,
        fragments: &operation.fragments,
    };
    let root = match operation.kind {
        Kind::Query => schema.query(),
        Kind::Mutation => schema.mutation(),
    };
    let mut found = Vec::new();
    let mut walk = |name, ty, selection| {
        let mut counter = 0;
        collector.abstract_sets(ty, None, selection, &mut counter, &mut |set| {
            found.push((name, set));
        });
    };
    walk(None, root, &operation.selection);
    for (name, fragment) in &operation.fragments {
        let TypeCondition::On(on) = &fragment.definition.type_condition;
        walk(Some(name), on.as_str(), &fragment.definition.selection_set);
    }
    // Sets below one key are merged, and one of them can be left out: each says the type.
    let apart: BTreeSet<(&str, &str)> = found
        .iter()
        .filter(|(_, set)| set.has_variants)
        .map(|(_, set)| (set.key, set.ty))
        .collect();
    found
        .into_iter()
        .filter(|(_, set)| !set.has_typename && apart.contains(&(set.key, set.ty)))
        .map(|(name, set)| (name.cloned(), set.place))
        .collect()
}

struct Preparation<'a> {
    collector: Collector<'a>,
    schema: &'a SchemaIndex,
    types: &'a TypeNames,
    fields: FieldNames,
    /// The placeholder of each enum, input type and custom scalar.
    leaves: BTreeMap<String, String>,
    /// By type, the fields that the document names, with their types.
    needed: BTreeMap<&'a str, BTreeMap<String, GraphqlType>>,
    /// The name of each fragment in the document.
    fragments: BTreeMap<&'a str, String>,
    /// Fragments that are spread and not yet written.
    pending: Vec<&'a str>,
    roots: BTreeMap<String, String>,
    sources: BTreeMap<(String, String), Option<String>>,
    out: String,
}

impl<'a> Preparation<'a> {
    fn name_fragments(&mut self, operation: &'a Operation, name: &str, attempt: usize) {
        let mut taken = BTreeSet::from([name.to_owned()]);
        taken.extend(TypeNames::reserved());
        for fragment in operation.fragments.keys() {
            let base = camel(fragment, "Fragment");
            let base = if attempt < 2 {
                base
            } else {
                format!("{base}Fragment{attempt}")
            };
            self.fragments
                .insert(fragment, unique(base, "Fragment", &mut taken));
        }
    }

    fn fragment_definitions(&mut self, operation: &'a Operation) -> Result<(), String> {
        let mut written = BTreeSet::new();
        while let Some(name) = self.pending.pop() {
            let Some(fragment) = operation.fragments.get(name) else {
                continue;
            };
            if !written.insert(name) {
                continue;
            }
            let TypeCondition::On(on) = &fragment.definition.type_condition;
            let (rust, ty) = (&self.fragments[name], self.types.get(on)?);
            self.roots.insert(rust.clone(), on.clone());
            let _ = write!(self.out, "\nfragment {rust} on {ty}");
            let part = whole(&fragment.definition.selection_set);
            self.selection(on, &[part], Place::Fragment)?;
        }
        Ok(())
    }

    fn selection(
        &mut self,
        parent: &'a str,
        parts: &[Part<'a>],
        place: Place,
    ) -> Result<(), String> {
        let set = self.collector.collect(parent, parts, place);
        self.set(parent, &set)
    }

    fn set(&mut self, parent: &'a str, set: &Set<'a>) -> Result<(), String> {
        let is_abstract = self.schema.is_abstract(parent);
        self.needed.entry(parent).or_default();
        let mut taken = BTreeSet::new();
        if is_abstract {
            taken.insert("on".to_owned());
        }
        taken.extend(
            set.spreads
                .iter()
                .map(|spread| snake(&self.fragments[spread])),
        );
        self.out.push_str(" {");
        for key in &set.fields {
            let rust = self.fields.name(key.key, &mut taken);
            self.sources
                .entry((parent.to_owned(), rust.clone()))
                .and_modify(|known| {
                    if known.as_deref() != Some(key.field) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(key.field.to_owned()));
            let (field, ty) = if key.field == TYPENAME {
                ("typename".to_owned(), non_null("String"))
            } else {
                let ty = self
                    .schema
                    .field(parent, key.field)
                    .ok_or_else(|| format!("there is no field {} on type {parent}", key.field))?;
                (format!("field_{}", key.field), ty.clone())
            };
            let inner = self.schema.name_of(inner_name(&ty));
            // What a directive can leave out has to be nullable, whatever the schema says.
            let (field, ty) = if key.conditional {
                (format!("conditional_{field}"), nullable(ty))
            } else {
                (field, ty)
            };
            let ty = self.placeholder(&ty)?;
            let _ = write!(self.out, " {rust}: {field}");
            self.needed.entry(parent).or_default().insert(field, ty);
            if let Some(inner) = inner.filter(|inner| self.schema.is_composite(inner)) {
                self.selection(inner, &key.selections, Place::Field)?;
            }
        }
        for spread in &set.spreads {
            let _ = write!(self.out, " ...{}", self.fragments[spread]);
            self.pending.push(spread);
        }
        for (object, variant) in &set.variants {
            let _ = write!(self.out, " ... on {}", self.types.get(object)?);
            self.set(object, variant)?;
        }
        // A selection of one fragment alone becomes that fragment's struct.
        let alone = set.spreads.len() == 1 && set.fields.is_empty() && set.variants.is_empty();
        if is_abstract && !alone {
            self.out.push_str(" __typename");
        }
        self.out.push_str(" }");
        Ok(())
    }

    /// A type with Rust's name for a composite type and a placeholder for a leaf.
    fn placeholder(&mut self, ty: &GraphqlType) -> Result<GraphqlType, String> {
        let name = inner_name(ty);
        if is_built_in(name) {
            return Ok(ty.clone());
        }
        if self.schema.is_composite(name) {
            return Ok(with_name(ty, self.types.get(name)?));
        }
        if self.schema.get(name).is_none() {
            return Err(format!("there is no type {name}"));
        }
        let next = format!("MondayLeaf{}", self.leaves.len());
        let leaf = self.leaves.entry(name.to_owned()).or_insert(next);
        Ok(with_name(ty, leaf))
    }

    /// Writes a schema of what the document needs.
    fn schema_text(&mut self, kind: Kind, root: &str) -> Result<String, String> {
        let schema = self.schema;
        let needed: Vec<&str> = self.needed.keys().copied().collect();
        for ty in needed {
            for object in schema.possible(ty) {
                self.needed.entry(object).or_default();
            }
        }
        let root = self.types.get(root)?;
        let mut text = match kind {
            Kind::Query => format!("schema {{ query: {root} }}\n"),
            Kind::Mutation => format!("schema {{ query: {root} mutation: {root} }}\n"),
        };
        for leaf in self.leaves.values() {
            let _ = writeln!(text, "scalar {leaf}");
        }
        for (name, fields) in &self.needed {
            let rust = self.types.get(name)?;
            let fields: String = fields
                .iter()
                .map(|(field, ty)| format!(" {field}: {ty}"))
                .collect();
            let fields = if fields.is_empty() {
                fields
            } else {
                format!(" {{{fields} }}")
            };
            match schema.get(name) {
                Some(TypeInfo::Object { interfaces, .. }) => {
                    let mut implemented = Vec::new();
                    for interface in interfaces {
                        if self.needed.contains_key(interface.as_str()) {
                            implemented.push(self.types.get(interface)?);
                        }
                    }
                    for (union, fields) in &self.needed {
                        let members = matches!(schema.get(union), Some(TypeInfo::Union(_)))
                            .then(|| schema.possible(union))
                            .unwrap_or_default();
                        if !fields.is_empty() && members.contains(name) {
                            implemented.push(self.types.get(union)?);
                        }
                    }
                    let implements = if implemented.is_empty() {
                        String::new()
                    } else {
                        format!(" implements {}", implemented.join(" & "))
                    };
                    let _ = writeln!(text, "type {rust}{implements}{fields}");
                }
                // The generator takes no field of a union, and `__typename` is one.
                Some(TypeInfo::Union(_)) if !fields.is_empty() => {
                    let _ = writeln!(text, "interface {rust}{fields}");
                }
                Some(TypeInfo::Interface { .. }) => {
                    let _ = writeln!(text, "interface {rust}{fields}");
                }
                Some(TypeInfo::Union(_)) => {
                    let members: Result<Vec<_>, _> = schema
                        .possible(name)
                        .into_iter()
                        .map(|member| self.types.get(member))
                        .collect();
                    let _ = writeln!(text, "union {rust} = {}", members?.join(" | "));
                }
                _ => return Err(format!("type {name} has no fields to select")),
            }
        }
        Ok(text)
    }
}

const fn whole<'a>(selection: &'a SelectionSet<'static, String>) -> Part<'a> {
    Part {
        selection,
        conditional: false,
    }
}

fn non_null(name: &str) -> GraphqlType {
    GraphqlType::NonNullType(Box::new(GraphqlType::NamedType(name.to_owned())))
}
