//! What operations use of a schema.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use apollo_compiler::{
    ExecutableDocument, Node, Schema,
    ast::{DirectiveList, Type, Value},
    executable::{Field, Selection, SelectionSet},
    schema::ExtendedType,
};

use super::{CheckError, File, read, schema, shared_fragments};
use crate::diff::{Change, ChangeKind};

/// What one operation uses of a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// The operation's name.
    pub operation: String,
    /// Its file.
    pub file: PathBuf,
    /// What it uses, as schema coordinates: `Type`, `Type.field`, `Type.field(arg:)`,
    /// `Enum.VALUE`, `@directive`, `@directive(arg:)`.
    ///
    /// Of an input type or an enum that goes in through a variable, everything counts: what the
    /// variable will hold isn't in the operation.
    pub coordinates: BTreeSet<String>,
    /// Enums and input types of which any part may be used: they are read, or go in by a variable.
    whole: BTreeSet<String>,
}

/// What each operation below a folder uses of a schema in SDL, in the order of their files.
///
/// An operation that doesn't fit the schema is told with what it uses as far as that exists.
///
/// Which operations does a change of the schema touch?
///
/// ```
/// use monday_codegen::{ImportOptions, diff, import, usages};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("me.graphql"), "query Me { me { id } }")?;
/// let old = import(b"type Query { me: User } type User { id: ID! }", &ImportOptions::new())?;
/// let new = import(b"type Query { me: User } type User { id: ID }", &ImportOptions::new())?;
/// let used = usages(&old.sdl, folder.path())?;
/// assert!(diff(&old, &new).iter().any(|change| used[0].is_touched_by(change)));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`CheckError`] where the folder can't be read or has no `.graphql` file, or the schema has errors
/// itself.
pub fn usages(sdl: &str, folder: &Path) -> Result<Vec<Usage>, CheckError> {
    let schema = schema(sdl)?;
    let mut found = BTreeSet::new();
    let files = read(folder, &schema, &mut found)?;
    let (operations, libraries): (Vec<_>, Vec<_>) =
        files.iter().partition(|file| file.has_operation());
    let shared = shared_fragments(&libraries, &mut found);
    let usages = operations.into_iter().flat_map(|file: &File| {
        let (document, _) = file.with_fragments(&shared);
        let executable = document
            .to_executable(&schema)
            .unwrap_or_else(|invalid| invalid.partial);
        of_document(&schema, &executable, &file.path)
    });
    Ok(usages.collect())
}

impl Usage {
    /// Whether a change between two schemas concerns the operation: it uses what changed, or the
    /// value, field, argument, member or object that is new can come its way.
    ///
    /// A field that is new concerns nobody who doesn't ask for it. The type or the default of an
    /// argument, or of an input type's field, concerns also who leaves it out: it may be required
    /// now, or mean something else.
    #[must_use]
    pub fn is_touched_by(&self, change: &Change) -> bool {
        let parent = |at| change.path.split(at).next().unwrap_or_default();
        let uses = |coordinate: &str| self.coordinates.contains(coordinate);
        uses(&change.path)
            || match change.change {
                ChangeKind::ArgumentAdded
                | ChangeKind::ArgumentTypeChanged
                | ChangeKind::ArgumentDefaultChanged => uses(parent('(')),
                ChangeKind::InputFieldAdded
                | ChangeKind::InputFieldTypeChanged
                | ChangeKind::InputFieldDefaultChanged => uses(parent('.')),
                ChangeKind::InterfaceAdded => change.interface.as_deref().is_some_and(uses),
                ChangeKind::RootTypeChanged => true,
                ChangeKind::EnumValueAdded => self.whole.contains(parent('.')),
                _ => false,
            }
    }
}

fn of_document(schema: &Schema, document: &ExecutableDocument, file: &Path) -> Vec<Usage> {
    let named = document.operations.named.iter();
    named
        .map(|(name, operation)| {
            let mut collector = Collector {
                schema,
                document,
                found: BTreeSet::new(),
                whole: BTreeSet::new(),
                fragments: BTreeSet::new(),
            };
            for variable in &operation.variables {
                collector.whole(variable.ty.inner_named_type());
                collector.directives(&variable.directives);
            }
            collector.directives(&operation.directives);
            collector.selections(&operation.selection_set);
            Usage {
                operation: name.to_string(),
                file: file.to_owned(),
                coordinates: collector.found,
                whole: collector.whole,
            }
        })
        .collect()
}

struct Collector<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    found: BTreeSet<String>,
    whole: BTreeSet<String>,
    fragments: BTreeSet<&'a str>,
}

impl<'a> Collector<'a> {
    fn selections(&mut self, selections: &'a SelectionSet) {
        self.found.insert(selections.ty.to_string());
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => self.field(&selections.ty, field),
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    self.selections(&inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    if self.fragments.insert(&spread.fragment_name)
                        && let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                    {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn field(&mut self, parent: &str, field: &'a Field) {
        let name = &field.name;
        self.found.insert(format!("{parent}.{name}"));
        self.directives(&field.directives);
        for argument in &field.arguments {
            self.found
                .insert(format!("{parent}.{name}({}:)", argument.name));
            if let Some(known) = field.definition.argument_by_name(&argument.name) {
                self.value(&known.ty, &argument.value);
            }
        }
        let ty = field.definition.ty.inner_named_type();
        match self.schema.types.get(ty) {
            // Any of its values can come back.
            Some(ExtendedType::Enum(_)) => self.whole(ty),
            _ => {
                self.found.insert(ty.to_string());
            }
        }
        if !field.selection_set.selections.is_empty() {
            self.selections(&field.selection_set);
        }
    }

    fn directives(&mut self, directives: &'a DirectiveList) {
        for directive in directives {
            let name = &directive.name;
            self.found.insert(format!("@{name}"));
            for argument in &directive.arguments {
                self.found.insert(format!("@{name}({}:)", argument.name));
                let known = self.schema.directive_definitions.get(name);
                if let Some(known) = known.and_then(|known| known.argument_by_name(&argument.name))
                {
                    self.value(&known.ty, &argument.value);
                }
            }
        }
    }

    fn value(&mut self, ty: &Type, value: &Node<Value>) {
        let named = ty.inner_named_type();
        self.found.insert(named.to_string());
        match (value.as_ref(), self.schema.types.get(named)) {
            (Value::List(items), _) => {
                for item in items {
                    self.value(ty, item);
                }
            }
            (Value::Enum(word), _) => {
                self.found.insert(format!("{named}.{word}"));
            }
            (Value::Object(fields), Some(ExtendedType::InputObject(known))) => {
                for (name, value) in fields {
                    self.found.insert(format!("{named}.{name}"));
                    if let Some(known) = known.fields.get(name) {
                        self.value(&known.ty, value);
                    }
                }
            }
            _ => {}
        }
    }

    /// A type with all its fields or values, and those of its fields.
    fn whole(&mut self, name: &str) {
        self.found.insert(name.to_owned());
        if !self.whole.insert(name.to_owned()) {
            return;
        }
        let schema = self.schema;
        match schema.types.get(name) {
            Some(ExtendedType::Enum(known)) => {
                let values = known.values.keys();
                self.found
                    .extend(values.map(|value| format!("{name}.{value}")));
            }
            Some(ExtendedType::InputObject(known)) => {
                for (field, known) in &known.fields {
                    self.found.insert(format!("{name}.{field}"));
                    self.whole(known.ty.inner_named_type());
                }
            }
            _ => {}
        }
    }
}
