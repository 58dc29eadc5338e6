//! What the client can run.

use graphql_client::GraphQLQuery;

/// An operation of monday's API with types of its own. `monday_codegen::compile` implements this
/// for each operation that it reads, and [`Client::execute`](super::Client::execute) runs it.
///
/// To run an operation whose types come from `graphql_client`'s own derive, implement it by hand;
/// nothing checks that operation against monday's schema then.
pub trait Operation: GraphQLQuery {
    /// The version of monday's API whose schema the operation was checked against. A call asks
    /// for it, unless [`ClientBuilder::api_version`](super::ClientBuilder::api_version) names
    /// another.
    const API_VERSION: &'static str;

    /// Whether the operation only reads, which decides how far it may be repeated.
    const KIND: OperationKind;
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "monday's API has no subscriptions, and GraphQL no fourth kind"
)]
pub enum OperationKind {
    /// It reads: it can be repeated after any failure that may pass.
    Query,
    /// It changes something: it is only repeated where monday can't have carried it out.
    Mutation,
}
