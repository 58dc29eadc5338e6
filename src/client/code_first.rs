//! Running operations that were written as Rust types, with cynic.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::generated::API_VERSION;

use super::{
    Client, OperationKind,
    call::{self, Document, Request},
    error::Error,
};

/// Variables as monday takes them.
#[derive(Serialize)]
struct Variables<'a, V: Serialize>(#[serde(serialize_with = "as_object")] &'a V);

impl Client {
    /// Runs an operation of cynic's, and returns the data of its answer. It asks for the API
    /// version of the SDK's schema, unless the client names another. See
    /// [`code_first`](crate::code_first).
    ///
    /// # Errors
    ///
    /// As for [`execute`](Self::execute).
    pub async fn run_cynic<T: DeserializeOwned, V: Serialize>(
        &self,
        operation: cynic::Operation<T, V>,
    ) -> Result<T, Error> {
        let document = Document {
            name: match &operation.operation_name {
                Some(Cow::Borrowed(name)) => name,
                _ => "of cynic's",
            },
            kind: if is_query(&operation.query) {
                OperationKind::Query
            } else {
                OperationKind::Mutation
            },
            api_version: API_VERSION,
            request: Request {
                query: &operation.query,
                variables: Variables(&operation.variables),
                operation_name: operation.operation_name.as_deref(),
            },
        };
        let reply = call::run(self, document, &[], self.effort()).await?;
        Ok(reply.data)
    }
}

/// Variables are an object: monday takes nothing else. What has none serializes as null.
fn as_object<V: Serialize, S: serde::Serializer>(
    variables: &&V,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let value = serde_json::to_value(variables).map_err(serde::ser::Error::custom)?;
    match value {
        Value::Null => Value::Object(serde_json::Map::new()).serialize(serializer),
        value => value.serialize(serializer),
    }
}

/// Whether the document is surely a query and nothing else. Anything else is treated as a
/// mutation, which is repeated less: the text of an operation can be anybody's own.
fn is_query(document: &str) -> bool {
    let document = document.trim_start();
    let begins = document.starts_with('{')
        || document.strip_prefix("query").is_some_and(|rest| {
            !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')
        });
    begins && !document.contains("mutation")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_with_a_mutation_anywhere_is_no_query() {
        for query in [
            "{ me { id } }",
            "query A { me { id } }",
            " query($a: Int) { a }",
        ] {
            assert!(is_query(query), "{query}");
        }
        for other in [
            "mutation A { a }",
            "query A { a } mutation B { b }",
            "fragment F on A { a } query B { b }",
            "query_like { a }",
        ] {
            assert!(!is_query(other), "{other}");
        }
    }

    #[test]
    fn no_variables_are_an_empty_object() {
        let request = Request {
            query: "{ me { id } }",
            variables: Variables(&()),
            operation_name: None,
        };
        assert_eq!(
            serde_json::to_value(&request).unwrap(),
            serde_json::json!({"query": "{ me { id } }", "variables": {}})
        );
    }
}
