//! Running operations that were written as Rust types, with cynic.

use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::generated::API_VERSION;

use super::{
    Client, OperationKind,
    call::{self, Document, Request},
    document::is_query,
    error::Error,
};

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
        let name = match operation.operation_name {
            Some(Cow::Borrowed(name)) => name,
            _ => "of cynic's",
        };
        let document = Document {
            operation: name,
            kind: if is_query(&operation.query) {
                OperationKind::Query
            } else {
                OperationKind::Mutation
            },
            api_version: API_VERSION,
            request: Request {
                variables: as_object(&operation.variables)
                    .map_err(|source| call::invalid(name, source))?,
                query: &operation.query,
                operation_name: operation.operation_name.as_deref(),
            },
        };
        let reply = call::run(self, document, &[], self.effort()).await?;
        Ok(reply.data)
    }
}

/// Variables are an object: monday takes nothing else. What has none serializes as null.
fn as_object(variables: &impl Serialize) -> serde_json::Result<Value> {
    Ok(match serde_json::to_value(variables)? {
        Value::Null => Value::Object(serde_json::Map::new()),
        value => value,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_variables_are_an_empty_object() {
        assert_eq!(as_object(&()).unwrap(), serde_json::json!({}));
        let some = serde_json::json!({"a": 1});
        assert_eq!(as_object(&some).unwrap(), some);
    }
}
