//! A value of the right type for whatever the emulator has no model of.

use apollo_compiler::Name;
use apollo_compiler::Schema;
use apollo_compiler::collections::HashMap;
use apollo_compiler::schema::{ExtendedType, Implementers, Type};
use serde_json::{Value, json};

/// The default of a type: null where that is allowed, else the emptiest value that there is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Default {
    Leaf(Value),
    EmptyList,
    Object(Name),
}

impl Default {
    /// The default for a field of type `ty`.
    pub(crate) fn of(
        ty: &Type,
        schema: &Schema,
        implementers: &HashMap<Name, Implementers>,
    ) -> Self {
        let name = match ty {
            Type::Named(_) => return Self::Leaf(Value::Null),
            Type::List(_) | Type::NonNullList(_) => return Self::EmptyList,
            Type::NonNullNamed(name) => name,
        };
        match schema.types.get(name) {
            Some(ExtendedType::Object(_)) => Self::Object(name.clone()),
            Some(ExtendedType::Interface(_)) => implementers
                .get(name)
                .and_then(|implementers| implementers.objects.iter().min())
                .map_or(Self::Leaf(Value::Null), |object| {
                    Self::Object(object.clone())
                }),
            Some(ExtendedType::Union(union)) => union
                .members
                .iter()
                .next()
                .map_or(Self::Leaf(Value::Null), |member| {
                    Self::Object(member.name.clone())
                }),
            Some(ExtendedType::Enum(values)) => Self::Leaf(
                values
                    .values
                    .keys()
                    .next()
                    .map_or(Value::Null, |value| value.as_str().into()),
            ),
            _ => Self::Leaf(scalar(name)),
        }
    }
}

fn scalar(name: &str) -> Value {
    match name {
        "Int" => json!(0),
        "Float" => json!(0.0),
        "Boolean" => json!(false),
        "ID" => json!("0"),
        "JSON" => json!({}),
        "Date" => json!("1970-01-01"),
        "ISO8601DateTime" => json!("1970-01-01T00:00:00Z"),
        _ => json!(""),
    }
}
