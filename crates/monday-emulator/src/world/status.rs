//! The values of status columns: labels with an index, a text and a style.

use serde_json::{Value, json};

use super::board::Column;
use super::column_value::ColumnValueError;

/// A status by its label's text, or else by its index.
pub(super) fn read_status(
    column: &mut Column,
    label: &str,
    create_labels: bool,
) -> Result<Value, ColumnValueError> {
    let labels = labels(column);
    let by_text = labels.iter().find(|(_, text)| *text == label);
    let by_index = || {
        let index = label.parse::<u64>().ok()?;
        labels.iter().find(|(known, _)| *known == index)
    };
    if let Some((index, text)) = by_text.or_else(by_index) {
        return Ok(status(column, *index, text));
    }
    if !create_labels {
        let known: Vec<&str> = labels.iter().map(|(_, text)| text.as_str()).collect();
        return Err(ColumnValueError::NoLabel {
            column: column.id.clone(),
            label: label.to_owned(),
            labels: known.join(", "),
        });
    }
    let index = (0..)
        .find(|index| labels.iter().all(|(known, _)| known != index))
        .unwrap_or_default();
    // A column's settings are whatever it was made with.
    let as_object = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let mut labels = as_object(&column.settings["labels"]);
    labels.insert(index.to_string(), label.into());
    let mut settings = as_object(&column.settings);
    settings.insert("labels".to_owned(), labels.into());
    column.settings = settings.into();
    Ok(status(column, index, label))
}

/// The labels of a status column by index.
fn labels(column: &Column) -> Vec<(u64, String)> {
    let labels = column.settings["labels"].as_object();
    labels.map_or_else(Vec::new, |labels| {
        labels
            .iter()
            .filter_map(|(index, text)| Some((index.parse().ok()?, text.as_str()?.to_owned())))
            .collect()
    })
}

/// A status as deliveries show it.
fn status(column: &Column, index: u64, text: &str) -> Value {
    let (color, border, name) = match index {
        0 => ("#fdab3d", "#e99729", "orange"),
        1 => ("#00c875", "#00b461", "green-shadow"),
        2 => ("#df2f4a", "#ce3048", "red-shadow"),
        5 => ("#c4c4c4", "#b0b0b0", "grey"),
        _ => ("#579bfc", "#4387e8", "bright-blue"),
    };
    let is_done = column.settings["done_colors"]
        .as_array()
        .is_some_and(|done| done.contains(&index.into()));
    let text = if text.is_empty() {
        Value::Null
    } else {
        text.into()
    };
    json!({
        "label": {
            "index": index,
            "text": text,
            "style": { "color": color, "border": border, "var_name": name },
            "is_done": is_done,
        },
        "post_id": null,
    })
}

/// The index of a status, as deliveries show it.
pub(crate) fn status_index(value: &Value) -> Option<u64> {
    value["label"]["index"].as_u64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::column_value::read_json;

    fn column() -> Column {
        Column::new("c", "C", "status")
    }

    #[test]
    fn a_status_is_found_by_text_or_by_index() {
        for input in [
            json!({"label": "Done"}),
            json!({"index": 1}),
            json!("Done"),
            json!("1"),
        ] {
            let value = read_json(&mut column(), &input, false).unwrap().unwrap();
            assert_eq!(status_index(&value), Some(1), "{input}");
            assert_eq!(value["label"]["text"], "Done");
            assert_eq!(value["label"]["is_done"], true);
        }
    }

    #[test]
    fn a_label_that_is_not_there_is_refused_or_made() {
        let mut column = column();
        let input = json!({"label": "Waiting"});
        assert!(matches!(
            read_json(&mut column, &input, false),
            Err(ColumnValueError::NoLabel { .. })
        ));
        let value = read_json(&mut column, &input, true).unwrap().unwrap();
        assert_eq!(status_index(&value), Some(3));
        assert_eq!(column.settings["labels"]["3"], "Waiting");
        assert!(read_json(&mut column, &input, false).is_ok());
    }
}
