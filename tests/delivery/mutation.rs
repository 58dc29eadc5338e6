//! Bodies as monday might send them one day: the samples with fields removed, retyped, renamed,
//! added and doubled, with escapes and white space wherever JSON allows them.

use monday_webhooks::{SubscriptionKind, testing::sample};
use proptest::{prelude::*, sample::Index};
use serde_json::Value;

/// JSON in which names can stand twice, and names and scalars are text of any form.
#[derive(Debug, Clone)]
enum Tree {
    Scalar(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

impl From<&Value> for Tree {
    fn from(value: &Value) -> Self {
        match value {
            Value::Array(list) => Self::List(list.iter().map(Self::from).collect()),
            Value::Object(object) => Self::Object(
                object
                    .iter()
                    .map(|(name, value)| (quoted(name), value.into()))
                    .collect(),
            ),
            scalar => Self::Scalar(scalar.to_string()),
        }
    }
}

impl Tree {
    /// The text, with this white space around every token.
    fn write(&self, space: &str, text: &mut String) {
        let entries: Vec<(Option<&str>, &Self)> = match self {
            Self::Scalar(scalar) => return text.push_str(scalar),
            Self::List(values) => values.iter().map(|value| (None, value)).collect(),
            Self::Object(entries) => entries
                .iter()
                .map(|(name, value)| (Some(name.as_str()), value))
                .collect(),
        };
        let (open, close) = if matches!(self, Self::List(_)) {
            ('[', ']')
        } else {
            ('{', '}')
        };
        text.push(open);
        text.push_str(space);
        for (index, (name, value)) in entries.into_iter().enumerate() {
            if index > 0 {
                text.extend([",", space]);
            }
            if let Some(name) = name {
                text.extend([name, space, ":", space]);
            }
            value.write(space, text);
            text.push_str(space);
        }
        text.push(close);
    }

    fn count_objects(&self) -> usize {
        match self {
            Self::Scalar(_) => 0,
            Self::List(values) => values.iter().map(Self::count_objects).sum(),
            Self::Object(entries) => {
                1 + entries
                    .iter()
                    .map(|(_, value)| value.count_objects())
                    .sum::<usize>()
            }
        }
    }

    /// The object with this number, counted from the outermost one.
    fn object(&mut self, number: &mut usize) -> Option<&mut Vec<(String, Self)>> {
        match self {
            Self::Scalar(_) => None,
            Self::List(values) => values.iter_mut().find_map(|value| value.object(number)),
            Self::Object(entries) => {
                if *number == 0 {
                    return Some(entries);
                }
                *number -= 1;
                entries
                    .iter_mut()
                    .find_map(|(_, value)| value.object(number))
            }
        }
    }
}

/// One change to one object.
#[derive(Debug, Clone)]
enum Change {
    Remove(Index),
    Retype(Index, Tree),
    Rename(Index, String),
    Add(String, Tree),
    Double(Index, Tree),
    EscapeName(Index),
}

impl Change {
    fn apply(&self, entries: &mut Vec<(String, Tree)>) {
        if let Self::Add(name, value) = self {
            entries.push((quoted(name), value.clone()));
        }
        if entries.is_empty() {
            return;
        }
        match self {
            Self::Add(..) => {}
            Self::Remove(at) => drop(entries.remove(at.index(entries.len()))),
            Self::Retype(at, value) => at.get_mut(entries).1 = value.clone(),
            Self::Rename(at, name) => at.get_mut(entries).0 = quoted(name),
            Self::Double(at, value) => {
                let twice = (at.get(entries).0.clone(), value.clone());
                entries.insert(at.index(entries.len()), twice);
            }
            Self::EscapeName(at) => {
                let entry = at.get_mut(entries);
                if let Ok(name) = serde_json::from_str::<String>(&entry.0) {
                    entry.0 = escaped(&name);
                }
            }
        }
    }
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// The text with every UTF-16 unit of it as an escape.
fn escaped(text: &str) -> String {
    let units: String = text
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04X}"))
        .collect();
    format!("\"{units}\"")
}

fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "null",
            "true",
            "false",
            "0",
            "-0",
            "-0.0",
            "1.0",
            "1e2",
            "1E+2",
            "1.50",
            "1e-7",
            "0.1",
            "1791792942.0186644",
            "9007199254740993",
            "18446744073709551615",
            "18446744073709551616",
            "-9223372036854775809",
            "123456789012345678901234567890",
            "0.1000000000000000055511151231257827",
            "1e308",
            "5e-324",
            "1e-400",
            "\"\"",
            "\"\\/\\b\\f\\n\\r\\t\\\"\\\\\"",
            "\"\\u0000\"",
            "\"\\ud83d\\ude00\"",
            "\"\u{2028}\u{feff}é😀\"",
            "\"1\"",
            "\"9876543210\"",
            "\"null\"",
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?",
        ".{0,12}".prop_map(|text| quoted(&text)),
        ".{0,12}".prop_map(|text| escaped(&text)),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    scalar()
        .prop_map(Tree::Scalar)
        .prop_recursive(20, 60, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
                prop::collection::vec((name().prop_map(|name| quoted(&name)), inner), 0..4)
                    .prop_map(Tree::Object),
            ]
        })
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "event",
            "type",
            "boardId",
            "pulseId",
            "itemId",
            "parentItemId",
            "value",
            "previousValue",
            "columnValues",
            "triggerTime",
            "triggerUuid",
            "subscriptionId",
            "userId",
            "columnType",
            "label",
        ])
        .prop_map(str::to_owned),
        ".{0,12}",
    ]
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    prop_oneof![
        index().prop_map(Change::Remove),
        (index(), tree()).prop_map(|(at, value)| Change::Retype(at, value)),
        (index(), name()).prop_map(|(at, name)| Change::Rename(at, name)),
        (name(), tree()).prop_map(|(name, value)| Change::Add(name, value)),
        (index(), tree()).prop_map(|(at, value)| Change::Double(at, value)),
        index().prop_map(Change::EscapeName),
    ]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", " ", "\n", "\r\n\t "])
}

/// The samples of all subscriptions as text.
pub(super) fn sample_texts() -> Vec<String> {
    SubscriptionKind::ALL
        .iter()
        .map(|kind| sample(kind).unwrap().to_string())
        .collect()
}

/// A sample after any number of changes.
pub(super) fn body() -> impl Strategy<Value = String> {
    let changes = prop::collection::vec((any::<Index>(), change()), 0..8);
    (
        prop::sample::select(SubscriptionKind::ALL.to_vec()),
        changes,
        space(),
    )
        .prop_map(|(kind, changes, space)| {
            let mut tree = Tree::from(&sample(&kind).unwrap());
            for (object, change) in changes {
                let mut number = object.index(tree.count_objects());
                if let Some(entries) = tree.object(&mut number) {
                    change.apply(entries);
                }
            }
            let mut text = space.to_owned();
            tree.write(space, &mut text);
            text.push_str(space);
            text
        })
}
