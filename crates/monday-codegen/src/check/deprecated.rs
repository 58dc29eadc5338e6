//! What an operation uses although it is deprecated.

use apollo_compiler::{
    ExecutableDocument, Node, Schema,
    ast::{DirectiveList, Type, Value},
    executable::{Field, Selection, SelectionSet},
    parser::SourceSpan,
    schema::ExtendedType,
};

use super::diagnostic::{Diagnostic, Severity, at};

/// A warning for each deprecated field, argument, field of an input and value of an enum.
pub(super) fn deprecations(schema: &Schema, document: &ExecutableDocument) -> Vec<Diagnostic> {
    let mut search = Search {
        schema,
        document,
        found: Vec::new(),
    };
    for operation in document.operations.iter() {
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                search.value(&variable.ty, default);
            }
        }
        search.selections(&operation.selection_set);
    }
    for fragment in document.fragments.values() {
        search.selections(&fragment.selection_set);
    }
    search.found
}

struct Search<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    found: Vec<Diagnostic>,
}

impl Search<'_> {
    fn selections(&mut self, selections: &SelectionSet) {
        for selection in &selections.selections {
            match selection {
                Selection::Field(field) => self.field(&selections.ty, field),
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, parent: &str, field: &Field) {
        let Field {
            name, definition, ..
        } = field;
        self.used(&definition.directives, name.location(), || {
            format!("{parent}.{name}")
        });
        for argument in &field.arguments {
            if let Some(known) = definition.argument_by_name(&argument.name) {
                self.used(&known.directives, argument.name.location(), || {
                    format!("{parent}.{name}({}:)", argument.name)
                });
                self.value(&known.ty, &argument.value);
            }
        }
        self.selections(&field.selection_set);
    }

    fn value(&mut self, ty: &Type, value: &Node<Value>) {
        let schema = self.schema;
        let named = ty.inner_named_type();
        match (value.as_ref(), schema.types.get(named)) {
            (Value::List(items), _) => {
                for item in items {
                    self.value(ty, item);
                }
            }
            (Value::Enum(word), Some(ExtendedType::Enum(known))) => {
                if let Some(known) = known.values.get(word) {
                    self.used(&known.directives, value.location(), || {
                        format!("{named}.{word}")
                    });
                }
            }
            (Value::Object(fields), Some(ExtendedType::InputObject(known))) => {
                for (name, value) in fields {
                    if let Some(known) = known.fields.get(name) {
                        self.used(&known.directives, name.location(), || {
                            format!("{named}.{name}")
                        });
                        self.value(&known.ty, value);
                    }
                }
            }
            _ => {}
        }
    }

    fn used(
        &mut self,
        directives: &DirectiveList,
        place: Option<SourceSpan>,
        what: impl Fn() -> String,
    ) {
        if let Some(reason) = reason(directives) {
            let message = format!("{} is deprecated: {reason}", what());
            let sources = &self.document.sources;
            self.found
                .extend(at(sources, place, Severity::Warning, message));
        }
    }
}

/// Why something is deprecated, if it is.
fn reason(directives: &DirectiveList) -> Option<String> {
    let deprecated = directives.get("deprecated")?;
    let reason = deprecated
        .specified_argument_by_name("reason")
        .and_then(|reason| reason.as_str());
    Some(reason.unwrap_or("no reason is given").to_owned())
}
