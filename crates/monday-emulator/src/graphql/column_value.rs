//! The interface `ColumnValue` and the types that implement it.

use serde_json::Value;

use super::args::Args;
use super::node::{ColumnValue, Node};
use super::resolve::{Call, Field};
use super::schema::monday_schema;
use crate::sync::lock;
use crate::world::column_value::{api_value, text};
use crate::world::{Board, Item};

/// The values of an item's columns, those that are empty too.
pub(super) fn column_values(board: &Board, item: &Item, args: &Args<'_>) -> Field {
    let (ids, types) = (args.texts("ids"), args.texts("types"));
    let among = |texts: &Option<Vec<&str>>, text: &str| {
        texts.as_ref().is_none_or(|texts| texts.contains(&text))
    };
    Field::Nodes(
        board
            .columns
            .iter()
            .filter(|column| column.column_type != "name")
            .filter(|column| among(&ids, &column.id) && among(&types, &column.column_type))
            .map(|column| {
                Node::ColumnValue(Box::new(ColumnValue {
                    type_name: type_name(&column.column_type),
                    item: item.clone(),
                    column: column.clone(),
                    value: item.values.get(&column.id).cloned().unwrap_or_default(),
                }))
            })
            .collect(),
    )
}

/// The schema's type for the values of a column type: `long_text` has `LongTextValue`.
fn type_name(column_type: &str) -> String {
    let mut name: String = column_type
        .split('_')
        .flat_map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
        })
        .collect();
    name.push_str("Value");
    let known = monday_schema().is_ok_and(|monday| monday.schema.get_object(&name).is_some());
    if known {
        name
    } else {
        "UnsupportedValue".to_owned()
    }
}

pub(super) fn column_value(call: &Call, column_value: &ColumnValue, name: &str) -> Field {
    let ColumnValue { column, value, .. } = column_value;
    let optional_text = |value: &Value| Field::leaf(value.as_str().map(str::to_owned));
    match (column_value.type_name.as_str(), name) {
        (_, "id") => Field::leaf(column.id.as_str()),
        (_, "type") => Field::leaf(column.column_type.as_str()),
        (_, "column") => Field::Node(column.clone().into()),
        (_, "is_leaf") => Field::leaf(true),
        (_, "text") => Field::leaf(text(column, value)),
        (_, "value") if value.is_null() => Field::NULL,
        // The API shows a value as the text of its JSON.
        (_, "value") => Field::leaf(api_value(column, value).to_string()),
        ("StatusValue", "index") => Field::leaf(value["label"]["index"].clone()),
        ("StatusValue", "label") => Field::leaf(value["label"]["text"].clone()),
        ("StatusValue", "is_done") => Field::leaf(value["label"]["is_done"].clone()),
        ("DateValue", "date") => optional_text(&value["date"]),
        ("DateValue", "time") => optional_text(&value["time"]),
        ("NumbersValue", "number") => Field::leaf(value["value"].as_f64()),
        ("CheckboxValue", "checked") => Field::leaf(value["checked"].as_bool()),
        ("SubtasksValue", "subitems") => {
            let world = lock(&call.core.world);
            let subitems = world.subitems_of(column_value.item.id);
            Field::Nodes(subitems.cloned().map(Node::from).collect())
        }
        ("SubtasksValue", "subitems_ids") => {
            let world = lock(&call.core.world);
            let ids: Vec<String> = world
                .subitems_of(column_value.item.id)
                .map(|item| item.id.to_string())
                .collect();
            Field::leaf(ids)
        }
        _ => Field::Default,
    }
}
