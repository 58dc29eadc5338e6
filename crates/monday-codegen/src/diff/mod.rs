//! What changed between two schemas, graded by what it means for a client.
//!
//! The grades follow graphql-inspector's, the tool that most schema registries use.

mod attributes;
mod compare;
mod pairs;
mod safety;
mod webhooks;

use std::fmt;

use serde::Serialize;

use crate::import::Imported;

pub use self::webhooks::webhook_changes;

/// What a change means for a client of the old schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// Operations that were valid can fail.
    Breaking,
    /// Operations stay valid and can behave differently, or answer what a client doesn't expect.
    Dangerous,
    /// Nothing changes for existing operations.
    Safe,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Breaking => "breaking",
            Self::Dangerous => "dangerous",
            Self::Safe => "safe",
        })
    }
}

/// What happened to a part of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChangeKind {
    /// A root operation type is another type, or none.
    RootTypeChanged,
    /// A type is new.
    TypeAdded,
    /// A type is gone.
    TypeRemoved,
    /// A type is of another kind, such as an enum in place of a scalar.
    TypeKindChanged,
    /// A type implements one more interface.
    InterfaceAdded,
    /// A type no longer implements an interface.
    InterfaceRemoved,
    /// A field of an object or interface is new.
    FieldAdded,
    /// A field of an object or interface is gone.
    FieldRemoved,
    /// A field has another type.
    FieldTypeChanged,
    /// An argument of a field or directive is new.
    ArgumentAdded,
    /// An argument of a field or directive is gone.
    ArgumentRemoved,
    /// An argument has another type.
    ArgumentTypeChanged,
    /// An argument has another default, or has one now, or no longer.
    ArgumentDefaultChanged,
    /// A field of an input type is new.
    InputFieldAdded,
    /// A field of an input type is gone.
    InputFieldRemoved,
    /// A field of an input type has another type.
    InputFieldTypeChanged,
    /// A field of an input type has another default, or has one now, or no longer.
    InputFieldDefaultChanged,
    /// An input type takes exactly one of its fields now, or no longer.
    OneOfChanged,
    /// An enum has a new value.
    EnumValueAdded,
    /// An enum value is gone.
    EnumValueRemoved,
    /// A union has a new member.
    UnionMemberAdded,
    /// A union member is gone.
    UnionMemberRemoved,
    /// Something is deprecated now.
    DeprecationAdded,
    /// Something is no longer deprecated.
    DeprecationRemoved,
    /// Something is deprecated for another reason.
    DeprecationReasonChanged,
    /// A directive for operations is new.
    DirectiveAdded,
    /// A directive for operations is gone.
    DirectiveRemoved,
    /// A directive can stand in another place.
    DirectiveLocationAdded,
    /// A directive can no longer stand in a place.
    DirectiveLocationRemoved,
    /// A directive can be repeated now.
    DirectiveRepeatableAdded,
    /// A directive can no longer be repeated.
    DirectiveRepeatableRemoved,
    /// A scalar names another specification.
    SpecificationChanged,
}

/// One change between two schemas.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// What changed, as a schema coordinate: `Type`, `Type.field`, `Type.field(arg:)`,
    /// `Enum.VALUE`, `@directive` or `@directive(arg:)`; `schema` for its root types.
    pub path: String,
    /// What the change means for a client.
    pub grade: Grade,
    /// What happened.
    pub change: ChangeKind,
    /// The same as a sentence.
    pub message: String,
    /// The interface that an object implements now: who selects on it gets one more kind of
    /// object, which its path doesn't name.
    #[serde(skip)]
    pub(crate) interface: Option<String>,
}

/// Compares two schemas. Changes are sorted by their path; a type that is new or gone is one
/// change.
///
/// ```
/// # fn main() -> Result<(), monday_codegen::ImportError> {
/// use monday_codegen::{Grade, ImportOptions, diff, import};
///
/// let old = import(b"type Query { a: Int b: Int }", &ImportOptions::new())?;
/// let new = import(b"type Query { a: Int! }", &ImportOptions::new())?;
/// let changes = diff(&old, &new);
/// assert_eq!(changes[0].path, "Query.a");
/// assert_eq!(changes[0].grade, Grade::Safe);
/// assert_eq!(changes[1].path, "Query.b");
/// assert_eq!(changes[1].grade, Grade::Breaking);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn diff(old: &Imported, new: &Imported) -> Vec<Change> {
    let mut changes = compare::compare(&old.definitions, &new.definitions);
    changes.sort_by(|a, b| (&a.path, a.change, &a.message).cmp(&(&b.path, b.change, &b.message)));
    changes
}
