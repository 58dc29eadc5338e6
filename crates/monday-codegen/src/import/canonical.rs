//! The canonical form: what is left out, in which order the rest stands, how it is printed.

use apollo_compiler::ast::{self, Definition, DirectiveLocation, Document};
use apollo_compiler::{Name, Node};

use super::roots::{default_root_operations, schema_definition};

/// The scalars that every GraphQL server has.
pub(super) const BUILT_IN_SCALARS: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];
/// The directives that every GraphQL server has.
const BUILT_IN_DIRECTIVES: [&str; 5] = ["deprecated", "include", "oneOf", "skip", "specifiedBy"];
/// The type-system directives among them: the only uses that stay.
const KEPT_USES: [&str; 3] = ["deprecated", "oneOf", "specifiedBy"];
/// What a bare `@deprecated` means, by the specification.
const DEFAULT_REASON: &str = "No longer supported";

/// Leaves out what the canonical form doesn't hold and sorts the rest.
pub(super) fn canonicalise(
    definitions: Vec<Definition>,
    keep_descriptions: bool,
) -> Vec<Definition> {
    let mut definitions: Vec<Definition> = definitions.into_iter().filter(stays).collect();
    for definition in &mut definitions {
        normalise(definition, keep_descriptions);
    }
    let implied = schema_is_implied(&definitions);
    definitions.retain(|definition| match definition {
        Definition::SchemaDefinition(schema) => !implied || schema.description.is_some(),
        _ => true,
    });
    definitions.sort_by(|a, b| order(a).cmp(&order(b)));
    definitions
}

/// Prints definitions as SDL, one blank line between them, a newline at the end.
pub(super) fn print(definitions: &[Definition]) -> String {
    let mut document = Document::new();
    document.definitions = definitions.to_vec();
    document.to_string()
}

fn stays(definition: &Definition) -> bool {
    match definition {
        Definition::SchemaDefinition(_) => true,
        Definition::DirectiveDefinition(directive) => {
            !BUILT_IN_DIRECTIVES.contains(&directive.name.as_str())
                && directive.locations.iter().any(is_executable)
        }
        Definition::ScalarTypeDefinition(scalar)
            if BUILT_IN_SCALARS.contains(&scalar.name.as_str()) =>
        {
            false
        }
        other => other.name().is_some_and(|name| !name.starts_with("__")),
    }
}

/// Whether a directive with this location can stand in an operation.
fn is_executable(location: &DirectiveLocation) -> bool {
    use DirectiveLocation as L;
    matches!(
        location,
        L::Query
            | L::Mutation
            | L::Subscription
            | L::Field
            | L::FragmentDefinition
            | L::FragmentSpread
            | L::InlineFragment
            | L::VariableDefinition
    )
}

/// The schema definition first, then directives, then types, each by name.
fn order(definition: &Definition) -> (u8, Option<&Name>) {
    match definition {
        Definition::SchemaDefinition(_) => (0, None),
        Definition::DirectiveDefinition(_) => (1, definition.name()),
        _ => (2, definition.name()),
    }
}

/// Whether a schema definition says only what its absence says: that the roots are the object
/// types with the default names.
fn schema_is_implied(definitions: &[Definition]) -> bool {
    let Some(schema) = schema_definition(definitions) else {
        return true;
    };
    let defaults = default_root_operations(definitions);
    schema.root_operations.len() == defaults.len()
        && schema
            .root_operations
            .iter()
            .all(|root| defaults.contains(root))
}

fn normalise(definition: &mut Definition, keep: bool) {
    match definition {
        Definition::SchemaDefinition(node) => {
            let schema = node.make_mut();
            describe(&mut schema.description, keep);
            uses(&mut schema.directives);
            schema.root_operations.sort_by_key(|root| root.0 as u8);
        }
        Definition::DirectiveDefinition(node) => {
            let directive = node.make_mut();
            describe(&mut directive.description, keep);
            inputs(&mut directive.arguments, keep);
            directive.locations.sort_by_key(|location| location.name());
            directive.locations.dedup();
        }
        Definition::ScalarTypeDefinition(node) => {
            let scalar = node.make_mut();
            describe(&mut scalar.description, keep);
            uses(&mut scalar.directives);
        }
        Definition::ObjectTypeDefinition(node) => {
            let object = node.make_mut();
            describe(&mut object.description, keep);
            uses(&mut object.directives);
            object.implements_interfaces.sort();
            fields(&mut object.fields, keep);
        }
        Definition::InterfaceTypeDefinition(node) => {
            let interface = node.make_mut();
            describe(&mut interface.description, keep);
            uses(&mut interface.directives);
            interface.implements_interfaces.sort();
            fields(&mut interface.fields, keep);
        }
        Definition::UnionTypeDefinition(node) => {
            let union = node.make_mut();
            describe(&mut union.description, keep);
            uses(&mut union.directives);
            union.members.sort();
        }
        Definition::EnumTypeDefinition(node) => {
            let enumeration = node.make_mut();
            describe(&mut enumeration.description, keep);
            uses(&mut enumeration.directives);
            for value in &mut enumeration.values {
                let value = value.make_mut();
                describe(&mut value.description, keep);
                uses(&mut value.directives);
            }
            enumeration.values.sort_by(|a, b| a.value.cmp(&b.value));
        }
        Definition::InputObjectTypeDefinition(node) => {
            let input = node.make_mut();
            describe(&mut input.description, keep);
            uses(&mut input.directives);
            inputs(&mut input.fields, keep);
        }
        _ => {}
    }
}

fn fields(fields: &mut [Node<ast::FieldDefinition>], keep: bool) {
    for field in fields.iter_mut() {
        let field = field.make_mut();
        describe(&mut field.description, keep);
        uses(&mut field.directives);
        inputs(&mut field.arguments, keep);
    }
    fields.sort_by(|a, b| a.name.cmp(&b.name));
}

fn inputs(inputs: &mut [Node<ast::InputValueDefinition>], keep: bool) {
    for input in inputs.iter_mut() {
        let input = input.make_mut();
        describe(&mut input.description, keep);
        uses(&mut input.directives);
    }
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
}

fn describe(description: &mut Option<Node<str>>, keep: bool) {
    if !keep || description.as_ref().is_some_and(|text| text.is_empty()) {
        *description = None;
    }
}

/// Keeps the uses of the built-in type-system directives and sorts them. A deprecation without a
/// reason gets the reason that the specification gives it, as introspection does, so that SDL
/// and introspection of one schema have one canonical form.
fn uses(directives: &mut ast::DirectiveList) {
    directives
        .0
        .retain(|directive| KEPT_USES.contains(&directive.name.as_str()));
    for directive in &mut directives.0 {
        if directive.name == "deprecated"
            && directive.specified_argument_by_name("reason").is_none()
        {
            directive
                .make_mut()
                .arguments
                .push(Node::new(ast::Argument {
                    name: apollo_compiler::name!("reason"),
                    value: Node::new(ast::Value::String(DEFAULT_REASON.to_owned())),
                }));
        }
    }
    directives.0.sort_by(|a, b| a.name.cmp(&b.name));
}
