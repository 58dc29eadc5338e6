//! Walking two schemas side by side.

use apollo_compiler::ast::{
    Definition, DirectiveDefinition, EnumValueDefinition, FieldDefinition, InputValueDefinition,
    Value,
};
use apollo_compiler::{Name, Node};

use super::pairs::{Index, Pair, by_name, pairs};
use super::safety::{input_stays_valid, output_stays_valid, same_default};
use super::{Change, ChangeKind, Grade};
use crate::import::root_operations;

/// All changes, in no particular order.
pub(super) fn compare(old: &[Definition], new: &[Definition]) -> Vec<Change> {
    let mut comparison = Comparison::default();
    comparison.roots(old, new);
    let (old_types, old_directives) = index(old);
    let (new_types, new_directives) = index(new);
    for (name, pair) in pairs(&old_types, &new_types) {
        comparison.ty(name, pair);
    }
    for (name, pair) in pairs(&old_directives, &new_directives) {
        comparison.directive(name, pair);
    }
    comparison.changes
}

fn index(definitions: &[Definition]) -> (Index<'_, Definition>, Index<'_, DirectiveDefinition>) {
    let mut types = Index::new();
    let mut directives = Index::new();
    for definition in definitions {
        match definition {
            Definition::SchemaDefinition(_) => {}
            Definition::DirectiveDefinition(directive) => {
                directives.insert(directive.name.as_str(), &**directive);
            }
            definition => {
                if let Some(name) = definition.name() {
                    types.insert(name.as_str(), definition);
                }
            }
        }
    }
    (types, directives)
}

#[derive(Default)]
pub(super) struct Comparison {
    changes: Vec<Change>,
}

impl Comparison {
    pub(super) fn push(
        &mut self,
        path: impl Into<String>,
        grade: Grade,
        change: ChangeKind,
        message: String,
    ) {
        self.changes.push(Change {
            path: path.into(),
            grade,
            change,
            message,
            interface: None,
        });
    }

    fn roots(&mut self, old: &[Definition], new: &[Definition]) {
        let (old, new) = (root_operations(old), root_operations(new));
        for operation in ["query", "mutation", "subscription"] {
            let (grade, message) = match (old.get(operation), new.get(operation)) {
                (old, new) if old == new => continue,
                (None, Some(new)) => (
                    Grade::Safe,
                    format!("The {operation} root type is {new} now"),
                ),
                (Some(old), None) => (
                    Grade::Breaking,
                    format!("The {operation} root type {old} was removed"),
                ),
                (Some(old), Some(new)) => (
                    Grade::Breaking,
                    format!("The {operation} root type changed from {old} to {new}"),
                ),
                (None, None) => continue,
            };
            self.push("schema", grade, ChangeKind::RootTypeChanged, message);
        }
    }

    fn ty(&mut self, name: &str, pair: Pair<'_, Definition>) {
        use Definition as D;
        let (old, new) = match pair {
            Pair::Added(_) => {
                let message = format!("Type {name} was added");
                return self.push(name, Grade::Safe, ChangeKind::TypeAdded, message);
            }
            Pair::Removed => {
                let message = format!("Type {name} was removed");
                return self.push(name, Grade::Breaking, ChangeKind::TypeRemoved, message);
            }
            Pair::Both(old, new) => (old, new),
        };
        match (old, new) {
            (D::ScalarTypeDefinition(old), D::ScalarTypeDefinition(new)) => {
                self.specification(name, &old.directives, &new.directives);
            }
            (D::ObjectTypeDefinition(old), D::ObjectTypeDefinition(new)) => {
                self.interfaces(name, &old.implements_interfaces, &new.implements_interfaces);
                self.fields(name, &old.fields, &new.fields);
            }
            (D::InterfaceTypeDefinition(old), D::InterfaceTypeDefinition(new)) => {
                self.interfaces(name, &old.implements_interfaces, &new.implements_interfaces);
                self.fields(name, &old.fields, &new.fields);
            }
            (D::UnionTypeDefinition(old), D::UnionTypeDefinition(new)) => {
                self.members(name, &old.members, &new.members);
            }
            (D::EnumTypeDefinition(old), D::EnumTypeDefinition(new)) => {
                self.values(name, &old.values, &new.values);
            }
            (D::InputObjectTypeDefinition(old), D::InputObjectTypeDefinition(new)) => {
                self.one_of(name, &old.directives, &new.directives);
                self.input_fields(name, &old.fields, &new.fields);
            }
            _ => self.push(
                name,
                Grade::Breaking,
                ChangeKind::TypeKindChanged,
                format!("{name} changed from {} to {}", kind(old), kind(new)),
            ),
        }
    }

    fn interfaces(&mut self, name: &str, old: &[Name], new: &[Name]) {
        for interface in new.iter().filter(|interface| !old.contains(interface)) {
            self.changes.push(Change {
                path: name.to_owned(),
                grade: Grade::Dangerous,
                change: ChangeKind::InterfaceAdded,
                message: format!("{name} implements {interface} now"),
                interface: Some(interface.to_string()),
            });
        }
        for interface in old.iter().filter(|interface| !new.contains(interface)) {
            let message = format!("{name} no longer implements {interface}");
            self.push(name, Grade::Breaking, ChangeKind::InterfaceRemoved, message);
        }
    }

    fn members(&mut self, name: &str, old: &[Name], new: &[Name]) {
        for member in new.iter().filter(|member| !old.contains(member)) {
            let message = format!("Member {member} was added to union {name}");
            self.push(
                name,
                Grade::Dangerous,
                ChangeKind::UnionMemberAdded,
                message,
            );
        }
        for member in old.iter().filter(|member| !new.contains(member)) {
            let message = format!("Member {member} was removed from union {name}");
            self.push(
                name,
                Grade::Breaking,
                ChangeKind::UnionMemberRemoved,
                message,
            );
        }
    }

    fn values(
        &mut self,
        name: &str,
        old: &[Node<EnumValueDefinition>],
        new: &[Node<EnumValueDefinition>],
    ) {
        let old = by_name(old, |value| &value.value);
        let new = by_name(new, |value| &value.value);
        for (value, pair) in pairs(&old, &new) {
            let path = format!("{name}.{value}");
            match pair {
                Pair::Added(new) => {
                    let message = format!("Value {value} was added to enum {name}");
                    self.push(&path, Grade::Dangerous, ChangeKind::EnumValueAdded, message);
                    self.deprecation(&path, None, &new.directives);
                }
                Pair::Removed => {
                    let message = format!("Value {value} was removed from enum {name}");
                    self.push(
                        &path,
                        Grade::Breaking,
                        ChangeKind::EnumValueRemoved,
                        message,
                    );
                }
                Pair::Both(old, new) => {
                    self.deprecation(&path, Some(&old.directives), &new.directives);
                }
            }
        }
    }

    fn fields(&mut self, name: &str, old: &[Node<FieldDefinition>], new: &[Node<FieldDefinition>]) {
        let old = by_name(old, |field| &field.name);
        let new = by_name(new, |field| &field.name);
        for (field, pair) in pairs(&old, &new) {
            let path = format!("{name}.{field}");
            match pair {
                Pair::Added(new) => {
                    let message = format!("Field {field} was added to {name}");
                    self.push(&path, Grade::Safe, ChangeKind::FieldAdded, message);
                    self.deprecation(&path, None, &new.directives);
                    self.arguments(&path, None, &new.arguments);
                }
                Pair::Removed => {
                    let message = format!("Field {field} was removed from {name}");
                    self.push(&path, Grade::Breaking, ChangeKind::FieldRemoved, message);
                }
                Pair::Both(old, new) => {
                    if old.ty != new.ty {
                        let grade = graded(output_stays_valid(&old.ty, &new.ty));
                        let message =
                            format!("{path} changed its type from {} to {}", old.ty, new.ty);
                        self.push(&path, grade, ChangeKind::FieldTypeChanged, message);
                    }
                    self.deprecation(&path, Some(&old.directives), &new.directives);
                    self.arguments(&path, Some(&old.arguments), &new.arguments);
                }
            }
        }
    }

    /// Compares the arguments of a field or directive; `old` is absent where that is itself new.
    pub(super) fn arguments(
        &mut self,
        parent: &str,
        old: Option<&[Node<InputValueDefinition>]>,
        new: &[Node<InputValueDefinition>],
    ) {
        let on_new = old.is_none();
        let old = by_name(old.unwrap_or_default(), |argument| &argument.name);
        let new = by_name(new, |argument| &argument.name);
        for (argument, pair) in pairs(&old, &new) {
            let path = format!("{parent}({argument}:)");
            match pair {
                Pair::Added(new) => {
                    let required = new.ty.is_non_null() && new.default_value.is_none();
                    let grade = match (on_new, required, parent.starts_with('@')) {
                        (true, ..) => Grade::Safe,
                        (false, true, _) => Grade::Breaking,
                        (false, false, true) => Grade::Safe,
                        (false, false, false) => Grade::Dangerous,
                    };
                    let required = if required {
                        "Required argument"
                    } else {
                        "Argument"
                    };
                    let message =
                        format!("{required} {argument}: {} was added to {parent}", new.ty);
                    self.push(&path, grade, ChangeKind::ArgumentAdded, message);
                }
                Pair::Removed => {
                    let message = format!("Argument {argument} was removed from {parent}");
                    self.push(&path, Grade::Breaking, ChangeKind::ArgumentRemoved, message);
                }
                Pair::Both(old, new) => {
                    self.input(
                        &path,
                        old,
                        new,
                        [
                            ChangeKind::ArgumentTypeChanged,
                            ChangeKind::ArgumentDefaultChanged,
                        ],
                    );
                }
            }
        }
    }

    fn input_fields(
        &mut self,
        name: &str,
        old: &[Node<InputValueDefinition>],
        new: &[Node<InputValueDefinition>],
    ) {
        let old = by_name(old, |field| &field.name);
        let new = by_name(new, |field| &field.name);
        for (field, pair) in pairs(&old, &new) {
            let path = format!("{name}.{field}");
            match pair {
                Pair::Added(new) => {
                    let grade = match (&new.default_value, new.ty.is_non_null()) {
                        (None, false) => Grade::Safe,
                        (None, true) => Grade::Breaking,
                        (Some(_), _) => Grade::Dangerous,
                    };
                    let required = if grade == Grade::Breaking {
                        "Required field"
                    } else {
                        "Field"
                    };
                    let message =
                        format!("{required} {field}: {} was added to input {name}", new.ty);
                    self.push(&path, grade, ChangeKind::InputFieldAdded, message);
                    self.deprecation(&path, None, &new.directives);
                }
                Pair::Removed => {
                    let message = format!("Field {field} was removed from input {name}");
                    self.push(
                        &path,
                        Grade::Breaking,
                        ChangeKind::InputFieldRemoved,
                        message,
                    );
                }
                Pair::Both(old, new) => {
                    self.input(
                        &path,
                        old,
                        new,
                        [
                            ChangeKind::InputFieldTypeChanged,
                            ChangeKind::InputFieldDefaultChanged,
                        ],
                    );
                }
            }
        }
    }

    fn input(
        &mut self,
        path: &str,
        old: &InputValueDefinition,
        new: &InputValueDefinition,
        [type_changed, default_changed]: [ChangeKind; 2],
    ) {
        if old.ty != new.ty {
            let grade = graded(input_stays_valid(&old.ty, &new.ty));
            let message = format!("{path} changed its type from {} to {}", old.ty, new.ty);
            self.push(path, grade, type_changed, message);
        }
        let (old_default, new_default) = (old.default_value.as_ref(), new.default_value.as_ref());
        if !same_default(old_default, new_default) {
            let message = match (old_default, new_default) {
                (None, Some(new)) => format!("{path} has the default {} now", line(new)),
                (Some(old), None) => format!("{path} no longer has the default {}", line(old)),
                (Some(old), Some(new)) => {
                    format!(
                        "{path} changed its default from {} to {}",
                        line(old),
                        line(new)
                    )
                }
                (None, None) => return,
            };
            // Whoever left it to the default has to say it now.
            let grade = match new_default {
                None if new.ty.is_non_null() => Grade::Breaking,
                _ => Grade::Dangerous,
            };
            self.push(path, grade, default_changed, message);
        }
        self.deprecation(path, Some(&old.directives), &new.directives);
    }
}

fn graded(stays_valid: bool) -> Grade {
    if stays_valid {
        Grade::Safe
    } else {
        Grade::Breaking
    }
}

/// A value on one line.
fn line(value: &Node<Value>) -> String {
    value.serialize().no_indent().to_string()
}

fn kind(definition: &Definition) -> &'static str {
    match definition {
        Definition::ScalarTypeDefinition(_) => "a scalar",
        Definition::ObjectTypeDefinition(_) => "an object type",
        Definition::InterfaceTypeDefinition(_) => "an interface",
        Definition::UnionTypeDefinition(_) => "a union",
        Definition::EnumTypeDefinition(_) => "an enum",
        Definition::InputObjectTypeDefinition(_) => "an input type",
        _ => "another definition",
    }
}
