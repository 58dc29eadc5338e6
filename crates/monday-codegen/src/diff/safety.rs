//! Which changes of a type leave existing operations valid.

use apollo_compiler::Node;
use apollo_compiler::ast::{Type, Value};

/// Whether a field that answered `old` may answer `new`: everything in `new` is in `old`.
pub(super) fn output_stays_valid(old: &Type, new: &Type) -> bool {
    if new.is_non_null() {
        return output_stays_valid(&old.clone().nullable(), &new.clone().nullable());
    }
    match (old, new) {
        (Type::Named(old), Type::Named(new)) => old == new,
        (Type::List(old), Type::List(new)) => output_stays_valid(old, new),
        _ => false,
    }
}

/// Whether what was written for `old` fits `new`: everything in `old` is in `new`.
pub(super) fn input_stays_valid(old: &Type, new: &Type) -> bool {
    if old.is_non_null() {
        return input_stays_valid(&old.clone().nullable(), &new.clone().nullable());
    }
    match (old, new) {
        (Type::Named(old), Type::Named(new)) => old == new,
        (Type::List(old), Type::List(new)) => input_stays_valid(old, new),
        _ => false,
    }
}

/// Whether two defaults mean the same: the keys of an object value have no order.
pub(super) fn same_default(old: Option<&Node<Value>>, new: Option<&Node<Value>>) -> bool {
    match (old, new) {
        (None, None) => true,
        (Some(old), Some(new)) => same_value(old, new),
        _ => false,
    }
}

fn same_value(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::List(old), Value::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| same_value(old, new))
        }
        (Value::Object(old), Value::Object(new)) => {
            old.len() == new.len()
                && old.iter().all(|(key, old)| {
                    new.iter()
                        .any(|(other, new)| key == other && same_value(old, new))
                })
        }
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use apollo_compiler::ast::Type;
    use apollo_compiler::parser::Parser;

    use super::{input_stays_valid, output_stays_valid};

    fn ty(text: &str) -> Type {
        Parser::new().parse_type(text, "type").unwrap()
    }

    #[test]
    fn an_answer_may_become_narrower() {
        let table = [
            ("Int", "Int!", true),
            ("Int!", "Int", false),
            ("Int", "Float", false),
            ("[Int]", "[Int!]!", true),
            ("[Int!]", "[Int]", false),
            ("Int", "[Int]", false),
            ("[Int]", "Int", false),
            ("[[Int]!]", "[[Int!]!]", true),
        ];
        for (old, new, valid) in table {
            assert_eq!(
                output_stays_valid(&ty(old), &ty(new)),
                valid,
                "{old} to {new}"
            );
        }
    }

    #[test]
    fn an_input_may_become_wider() {
        let table = [
            ("Int!", "Int", true),
            ("Int", "Int!", false),
            ("Int", "Float", false),
            ("[Int!]!", "[Int]", true),
            ("[Int]", "[Int!]", false),
            ("Int", "[Int]", false),
            ("[[Int!]]!", "[[Int]]!", true),
        ];
        for (old, new, valid) in table {
            assert_eq!(
                input_stays_valid(&ty(old), &ty(new)),
                valid,
                "{old} to {new}"
            );
        }
    }
}
