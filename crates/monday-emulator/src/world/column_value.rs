//! Column values: as the API takes them, as it shows them, and as deliveries show them.
//!
//! A value is kept as deliveries show it. monday's reference says what the API takes for each type.

use serde_json::{Map, Number, Value, json};

use super::board::Column;
use super::status::read_status;

/// Why a value doesn't fit its column.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ColumnValueError {
    #[error("the value of column {column} of type {column_type} must be {expected}")]
    Form {
        column: String,
        column_type: String,
        expected: &'static str,
    },
    #[error("column {column} has no label {label}; its labels are: {labels}")]
    NoLabel {
        column: String,
        label: String,
        labels: String,
    },
    #[error("column {column} of type {column_type} can't be changed")]
    Fixed { column: String, column_type: String },
}

/// The internal name of a column type, which deliveries use.
pub(crate) fn wire_type(column_type: &str) -> &str {
    match column_type {
        "status" => "color",
        "people" => "multiple-person",
        "numbers" => "numeric",
        "timeline" => "timerange",
        "checkbox" => "boolean",
        "tags" => "tag",
        "long_text" => "long-text",
        "board_relation" => "board-relation",
        other => other,
    }
}

/// The types whose values monday makes itself.
fn is_fixed(column_type: &str) -> bool {
    matches!(
        column_type,
        "subtasks"
            | "auto_number"
            | "creation_log"
            | "last_updated"
            | "formula"
            | "mirror"
            | "item_id"
            | "progress"
            | "button"
    )
}

/// Reads what `change_column_value` takes: JSON by the column's type. `None` clears the column.
///
/// With `create_labels`, a label that a status column doesn't have yet is added to it.
pub(crate) fn read_json(
    column: &mut Column,
    input: &Value,
    create_labels: bool,
) -> Result<Option<Value>, ColumnValueError> {
    check_changeable(column)?;
    let cleared = match input {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    };
    if cleared {
        return Ok(None);
    }
    if let Value::String(text) = input {
        return read_text(column, text, create_labels);
    }
    let column_type = column.column_type.clone();
    let form = |expected| Err(form_error(column, expected));
    match column_type.as_str() {
        "status" => {
            let label = match (&input["label"], &input["index"]) {
                (Value::String(label), _) => label.clone(),
                (_, Value::Number(index)) => index.to_string(),
                _ => return form(r#"an object with "label" or "index""#),
            };
            read_status(column, &label, create_labels).map(Some)
        }
        "text" | "long_text" => match input {
            Value::Object(object) => match object.get("text").or_else(|| object.get("value")) {
                Some(Value::String(text)) => Ok(Some(json!({ "value": text }))),
                _ => form("a string"),
            },
            _ => form("a string"),
        },
        "numbers" => match input {
            Value::Number(number) => Ok(Some(json!({ "value": number }))),
            _ => form("a number or its text"),
        },
        "date" => match input["date"].as_str() {
            Some(date) => Ok(Some(json!({
                "date": date,
                "time": input["time"],
                "icon": input["icon"],
            }))),
            None => form(r#"an object with "date""#),
        },
        "checkbox" => match &input["checked"] {
            Value::Bool(checked) => Ok(checked.then(|| json!({ "checked": true }))),
            Value::String(text) => Ok((text == "true").then(|| json!({ "checked": true }))),
            _ => form(r#"an object with "checked""#),
        },
        "people" => match &input["personsAndTeams"] {
            Value::Array(people) if people.is_empty() => Ok(None),
            people @ Value::Array(_) => Ok(Some(json!({ "personsAndTeams": people }))),
            _ => form(r#"an object with "personsAndTeams""#),
        },
        "board_relation" | "dependency" => match &input["item_ids"] {
            Value::Array(ids) => {
                let linked: Vec<Value> = ids
                    .iter()
                    .map(|id| {
                        let number = id.as_str().and_then(|id| id.parse::<u64>().ok());
                        json!({ "linkedPulseId": number.map_or_else(|| id.clone(), Value::from) })
                    })
                    .collect();
                Ok((!linked.is_empty()).then(|| json!({ "linkedPulseIds": linked })))
            }
            _ => form(r#"an object with "item_ids""#),
        },
        _ if input.is_object() => Ok(Some(input.clone())),
        _ => form("an object"),
    }
}

/// Reads what `change_simple_column_value` takes: text. `None` clears the column.
pub(crate) fn read_text(
    column: &mut Column,
    text: &str,
    create_labels: bool,
) -> Result<Option<Value>, ColumnValueError> {
    check_changeable(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    let column_type = column.column_type.clone();
    Ok(Some(match column_type.as_str() {
        "status" => read_status(column, text, create_labels)?,
        "numbers" => match number(text) {
            Some(number) => json!({ "value": number }),
            None => return Err(form_error(column, "a number")),
        },
        "date" => {
            let (date, time) = match text.split_once(' ') {
                Some((date, time)) => (date, Some(time)),
                None => (text, None),
            };
            json!({ "date": date, "time": time, "icon": null })
        }
        "people" => {
            let people: Result<Vec<Value>, _> = text
                .split(',')
                .map(|id| {
                    let id = id.trim().parse::<u64>()?;
                    Ok::<_, std::num::ParseIntError>(json!({ "id": id, "kind": "person" }))
                })
                .collect();
            match people {
                Ok(people) => json!({ "personsAndTeams": people }),
                Err(_) => return Err(form_error(column, "ids with commas between")),
            }
        }
        "checkbox" => json!({ "checked": true }),
        "email" => json!({ "email": text, "text": text }),
        "link" => {
            let (url, label) = text.split_once(' ').unwrap_or((text, text));
            json!({ "url": url, "text": label })
        }
        "phone" => {
            let (phone, country) = text.split_once(' ').unwrap_or((text, ""));
            json!({ "phone": phone, "countryShortName": country })
        }
        "text" | "long_text" => json!({ "value": text }),
        _ => json!({ "value": text }),
    }))
}

/// A number of JSON's. `serde_json` may miss the nearest float by one, which the standard library
/// doesn't.
fn number(text: &str) -> Option<Number> {
    let number: Number = text.parse().ok()?;
    if number.is_f64() {
        Number::from_f64(text.parse().ok()?)
    } else {
        Some(number)
    }
}

fn check_changeable(column: &Column) -> Result<(), ColumnValueError> {
    if is_fixed(&column.column_type) {
        return Err(ColumnValueError::Fixed {
            column: column.id.clone(),
            column_type: column.column_type.clone(),
        });
    }
    Ok(())
}

fn form_error(column: &Column, expected: &'static str) -> ColumnValueError {
    ColumnValueError::Form {
        column: column.id.clone(),
        column_type: column.column_type.clone(),
        expected,
    }
}

/// A value as the API's `value` shows it.
pub(crate) fn api_value(column: &Column, value: &Value) -> Value {
    match column.column_type.as_str() {
        "status" => json!({ "index": value["label"]["index"], "post_id": value["post_id"] }),
        "text" => value["value"].clone(),
        "long_text" => json!({ "text": value["value"] }),
        "numbers" => value["value"].to_string().into(),
        _ => value.clone(),
    }
}

/// A value as the API's `text` shows it.
pub(crate) fn text(column: &Column, value: &Value) -> Option<String> {
    let plain = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    match column.column_type.as_str() {
        "status" => plain(&value["label"]["text"]),
        "text" | "long_text" | "numbers" => plain(&value["value"]),
        "date" => {
            let date = plain(&value["date"])?;
            Some(match plain(&value["time"]) {
                Some(time) => format!("{date} {time}"),
                None => date,
            })
        }
        "checkbox" => value["checked"].as_bool().map(|_| "v".to_owned()),
        "people" => {
            let people = value["personsAndTeams"].as_array()?;
            let ids: Vec<String> = people.iter().filter_map(|one| plain(&one["id"])).collect();
            Some(ids.join(", "))
        }
        "email" | "link" => plain(&value["text"]),
        "phone" => plain(&value["phone"]),
        _ => None,
    }
}

/// The values of several columns, as `column_values` takes them: an object or the text of one.
pub(crate) fn read_values(input: &Value) -> Option<Map<String, Value>> {
    match input {
        Value::Object(values) => Some(values.clone()),
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Object(values)) => Some(values),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(column_type: &str) -> Column {
        Column::new("c", "C", column_type)
    }

    #[test]
    fn each_form_that_the_api_takes_becomes_what_deliveries_show() {
        for (column_type, input, expected) in [
            ("text", json!("abc"), json!({"value": "abc"})),
            ("long_text", json!({"text": "abc"}), json!({"value": "abc"})),
            ("numbers", json!("12.5"), json!({"value": 12.5})),
            ("numbers", json!(12), json!({"value": 12})),
            (
                "numbers",
                json!("-1.8297022572662278e139"),
                json!({"value": -1.829_702_257_266_227_8e139}),
            ),
            (
                "date",
                json!({"date": "2026-11-03"}),
                json!({"date": "2026-11-03", "time": null, "icon": null}),
            ),
            (
                "date",
                json!("2026-11-03 10:00:00"),
                json!({"date": "2026-11-03", "time": "10:00:00", "icon": null}),
            ),
            (
                "checkbox",
                json!({"checked": "true"}),
                json!({"checked": true}),
            ),
            (
                "people",
                json!("1, 2"),
                json!({"personsAndTeams": [{"id": 1, "kind": "person"}, {"id": 2, "kind": "person"}]}),
            ),
            (
                "board_relation",
                json!({"item_ids": ["7", 8]}),
                json!({"linkedPulseIds": [{"linkedPulseId": 7}, {"linkedPulseId": 8}]}),
            ),
            (
                "phone",
                json!("+15550100 US"),
                json!({"phone": "+15550100", "countryShortName": "US"}),
            ),
            ("rating", json!({"rating": 4}), json!({"rating": 4})),
        ] {
            let mut column = column(column_type);
            assert_eq!(
                read_json(&mut column, &input, false),
                Ok(Some(expected)),
                "{column_type} {input}"
            );
        }
    }

    #[test]
    fn empty_values_clear_a_column() {
        for column_type in ["text", "status", "date", "people", "numbers", "rating"] {
            for input in [json!(null), json!(""), json!({})] {
                let mut column = column(column_type);
                assert_eq!(read_json(&mut column, &input, false), Ok(None));
            }
        }
    }

    #[test]
    fn a_value_of_the_wrong_form_is_refused() {
        for (column_type, input) in [
            ("text", json!(5)),
            ("numbers", json!("many")),
            ("date", json!({"day": 1})),
            ("status", json!({"color": 1})),
            ("people", json!({"people": []})),
            ("people", json!("me")),
            ("checkbox", json!({"checked": 1})),
            ("rating", json!([1])),
            ("subtasks", json!({"item_ids": [1]})),
            ("formula", json!("1")),
        ] {
            let mut column = column(column_type);
            assert!(
                read_json(&mut column, &input, false).is_err(),
                "{column_type} {input}"
            );
        }
    }

    #[test]
    fn the_api_shows_a_value_in_its_own_way() {
        let shown = |column_type: &str, input: Value| {
            let mut column = column(column_type);
            let value = read_json(&mut column, &input, false).unwrap().unwrap();
            (api_value(&column, &value), text(&column, &value))
        };
        assert_eq!(
            shown("status", json!("Done")),
            (json!({"index": 1, "post_id": null}), Some("Done".into()))
        );
        assert_eq!(shown("text", json!("a")), (json!("a"), Some("a".into())));
        assert_eq!(
            shown("numbers", json!(1.5)),
            (json!("1.5"), Some("1.5".into()))
        );
        assert_eq!(
            shown("date", json!("2026-01-02 03:04:05")).1,
            Some("2026-01-02 03:04:05".into())
        );
    }

    const TYPES: [&str; 19] = [
        "status",
        "text",
        "long_text",
        "numbers",
        "date",
        "checkbox",
        "people",
        "board_relation",
        "dependency",
        "email",
        "link",
        "phone",
        "rating",
        "timeline",
        "tags",
        "dropdown",
        "hour",
        "subtasks",
        "formula",
    ];

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            prop_oneof![Just("Done".to_owned()), "[0-9]{1,3}", ".{0,12}"].prop_map(Value::from),
        ];
        let key = prop_oneof![
            Just("label"),
            Just("index"),
            Just("text"),
            Just("value"),
            Just("date"),
            Just("time"),
            Just("checked"),
            Just("personsAndTeams"),
            Just("item_ids"),
            Just("url"),
            Just("id"),
        ];
        leaf.prop_recursive(3, 16, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_given_to_a_column_is_taken_in_its_form_or_refused(
            column_type in proptest::sample::select(TYPES.to_vec()),
            input in any_json(),
            create_labels in any::<bool>(),
        ) {
            let mut column = column(column_type);
            let Ok(Some(value)) = read_json(&mut column, &input, create_labels) else {
                return Ok(());
            };
            prop_assert!(value.is_object(), "{}", value);
            // It can be shown, and what is shown is taken back as the same value.
            let _ = text(&column, &value);
            let shown = api_value(&column, &value);
            if !matches!(column_type, "board_relation" | "dependency") {
                let again = read_json(&mut column, &shown, false);
                prop_assert_eq!(again, Ok(Some(value)), "{}", shown);
            }
        }

        #[test]
        fn whatever_text_is_given_to_a_column_is_taken_in_its_form_or_refused(
            column_type in proptest::sample::select(TYPES.to_vec()),
            input in ".{0,16}",
        ) {
            let mut column = column(column_type);
            if let Ok(Some(value)) = read_text(&mut column, &input, true) {
                prop_assert!(value.is_object(), "{}", value);
                let _ = (text(&column, &value), api_value(&column, &value));
            }
        }
    }
}
