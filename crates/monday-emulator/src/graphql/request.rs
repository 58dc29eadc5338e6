//! A GraphQL request as it comes over HTTP.

use apollo_compiler::ast::{Definition, Field, OperationDefinition, Selection};
use serde_json::{Map, Value};

use super::document::Document;
use super::refusal::Refusal;

/// The body of a call to the API.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GraphqlRequest {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Map<String, Value>,
}

impl GraphqlRequest {
    /// Reads a body, as strictly as monday: `variables` is an object or left out.
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body: Value = serde_json::from_slice(body)
            .map_err(|_| Refusal::json_parse("The request's body is not valid JSON"))?;
        let Value::Object(mut body) = body else {
            return Err(Refusal::json_parse(
                "The request's body must be a JSON object",
            ));
        };
        let query = match body.remove("query") {
            Some(Value::String(query)) if !query.trim().is_empty() => query,
            _ => return Err(Refusal::json_parse("The request has no query")),
        };
        let operation_name = match body.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(_) => return Err(Refusal::json_parse("operationName must be a string")),
        };
        let variables = match body.remove("variables") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(variables)) => variables,
            Some(_) => return Err(Refusal::json_parse("variables must be a JSON object")),
        };
        Ok(Self {
            query,
            operation_name,
            variables,
        })
    }

    /// What the request is about, as far as that can be told before it is validated.
    pub(crate) fn outline(&self) -> Outline {
        let document = Document::of(&self.query);
        let operations: Vec<&OperationDefinition> = document
            .ast
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::OperationDefinition(operation) => Some(&**operation),
                _ => None,
            })
            .collect();
        let name_of = |operation: &OperationDefinition| {
            operation.name.as_ref().map(|name| name.as_str().to_owned())
        };
        let operation = match &self.operation_name {
            Some(wanted) => operations
                .iter()
                .find(|operation| name_of(operation).as_ref() == Some(wanted)),
            None => operations.first(),
        };
        let fields: Vec<&Field> = operation.map_or_else(Vec::new, |operation| {
            operation
                .selection_set
                .iter()
                .filter_map(|selection| match selection {
                    Selection::Field(field) => Some(&**field),
                    _ => None,
                })
                .collect()
        });
        Outline {
            operation: self
                .operation_name
                .clone()
                .or_else(|| operation.and_then(|operation| name_of(operation))),
            fields: fields
                .iter()
                .map(|field| field.name.as_str().to_owned())
                .collect(),
            response_keys: fields
                .iter()
                .map(|field| field.response_name().as_str().to_owned())
                .collect(),
        }
    }
}

/// An operation's name and the fields that it asks for at the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) operation: Option<String>,
    pub(crate) fields: Vec<String>,
    /// What these fields are called in the answer.
    pub(crate) response_keys: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_are_no_graphql_request_are_refused() {
        for body in [
            "",
            "not json",
            "[]",
            "{}",
            r#"{"query":""}"#,
            r#"{"query":7}"#,
            r#"{"query":"{ me { id } }","variables":"{}"}"#,
            r#"{"query":"{ me { id } }","variables":[]}"#,
            r#"{"query":"{ me { id } }","operationName":1}"#,
        ] {
            let refusal = GraphqlRequest::read(body.as_bytes()).unwrap_err();
            assert_eq!(
                (refusal.code.as_ref(), refusal.status),
                ("JsonParseException", 400),
                "{body}"
            );
        }
        let deep = "[".repeat(10_000);
        assert!(GraphqlRequest::read(deep.as_bytes()).is_err());
    }

    #[test]
    fn the_outline_names_the_operation_and_its_root_fields() {
        let request = |query: &str, name: Option<&str>| {
            GraphqlRequest {
                query: query.to_owned(),
                operation_name: name.map(str::to_owned),
                variables: Map::new(),
            }
            .outline()
        };
        let two = "query A { a: me { id } } mutation B { gone: delete_webhook(id: 1) { id } complexity { after } }";
        assert_eq!(
            request(two, Some("B")),
            Outline {
                operation: Some("B".to_owned()),
                fields: vec!["delete_webhook".to_owned(), "complexity".to_owned()],
                response_keys: vec!["gone".to_owned(), "complexity".to_owned()],
            }
        );
        assert_eq!(request(two, None).operation.as_deref(), Some("A"));
        assert_eq!(request("{ me { id } }", None).fields, ["me"]);
        assert_eq!(request("}{", None), Outline::default());
    }
}
