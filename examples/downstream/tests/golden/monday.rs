// Generated from monday's GraphQL schema by monday-codegen.

/// The query `FirstItems`.
#[derive(Debug, Clone, Copy)]
pub struct FirstItems;
impl ::monday_webhooks::__private::graphql_client::GraphQLQuery for FirstItems {
    type Variables = first_items::Variables;
    type ResponseData = first_items::ResponseData;
    fn build_query(
        variables: Self::Variables,
    ) -> ::monday_webhooks::__private::graphql_client::QueryBody<Self::Variables> {
        ::monday_webhooks::__private::graphql_client::QueryBody {
            variables,
            query: first_items::QUERY,
            operation_name: first_items::OPERATION_NAME,
        }
    }
}
impl ::monday_webhooks::client::Operation for FirstItems {
    const API_VERSION: &'static str = ::monday_webhooks::API_VERSION;
    const KIND: ::monday_webhooks::client::OperationKind = ::monday_webhooks::client::OperationKind::Query;
}
/// Variables and response of the query `FirstItems`.
pub mod first_items {
    /// The operation's name in its document.
    pub const OPERATION_NAME: &str = "FirstItems";
    /// The document that a request carries.
    pub const QUERY: &str = "query FirstItems($board:ID!$limit:Int!){boards(ids:[$board]){items_page(limit:$limit){cursor items{...ItemFields}}}}fragment ItemFields on Item{id name}";
    /// The operation's variables. One that is `None` isn't sent.
    #[derive(::monday_webhooks::__private::serde::Serialize, Debug, Clone)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct Variables {
        /// `board`.
        pub board: String,
        /// `limit`.
        pub limit: i64,
    }
    /// `ItemFields`, a part of the response.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct ItemFields {
        /// `id`.
        #[serde(deserialize_with = "super::__ids::decode")]
        pub id: String,
        /// `name`.
        pub name: String,
    }
    /// What the operation answers.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct ResponseData {
        /// `boards`.
        pub boards: Option<Vec<Option<FirstItemsBoards>>>,
    }
    /// `FirstItemsBoards`, a part of the response.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct FirstItemsBoards {
        /// `items_page`.
        pub items_page: FirstItemsBoardsItemsPage,
    }
    /// `FirstItemsBoardsItemsPage`, a part of the response.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct FirstItemsBoardsItemsPage {
        /// `cursor`.
        pub cursor: Option<String>,
        /// `items`.
        pub items: Vec<FirstItemsBoardsItemsPageItems>,
    }
    /// `FirstItemsBoardsItemsPageItems`, a part of the response.
    pub type FirstItemsBoardsItemsPageItems = ItemFields;
}
/// The query `NextItems`.
#[derive(Debug, Clone, Copy)]
pub struct NextItems;
impl ::monday_webhooks::__private::graphql_client::GraphQLQuery for NextItems {
    type Variables = next_items::Variables;
    type ResponseData = next_items::ResponseData;
    fn build_query(
        variables: Self::Variables,
    ) -> ::monday_webhooks::__private::graphql_client::QueryBody<Self::Variables> {
        ::monday_webhooks::__private::graphql_client::QueryBody {
            variables,
            query: next_items::QUERY,
            operation_name: next_items::OPERATION_NAME,
        }
    }
}
impl ::monday_webhooks::client::Operation for NextItems {
    const API_VERSION: &'static str = ::monday_webhooks::API_VERSION;
    const KIND: ::monday_webhooks::client::OperationKind = ::monday_webhooks::client::OperationKind::Query;
}
/// Variables and response of the query `NextItems`.
pub mod next_items {
    /// The operation's name in its document.
    pub const OPERATION_NAME: &str = "NextItems";
    /// The document that a request carries.
    pub const QUERY: &str = "query NextItems($cursor:String!$limit:Int!){next_items_page(cursor:$cursor limit:$limit){cursor items{...ItemFields}}}fragment ItemFields on Item{id name}";
    /// The operation's variables. One that is `None` isn't sent.
    #[derive(::monday_webhooks::__private::serde::Serialize, Debug, Clone)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct Variables {
        /// `cursor`.
        pub cursor: String,
        /// `limit`.
        pub limit: i64,
    }
    /// `ItemFields`, a part of the response.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct ItemFields {
        /// `id`.
        #[serde(deserialize_with = "super::__ids::decode")]
        pub id: String,
        /// `name`.
        pub name: String,
    }
    /// What the operation answers.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct ResponseData {
        /// `next_items_page`.
        pub next_items_page: NextItemsNextItemsPage,
    }
    /// `NextItemsNextItemsPage`, a part of the response.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct NextItemsNextItemsPage {
        /// `cursor`.
        pub cursor: Option<String>,
        /// `items`.
        pub items: Vec<NextItemsNextItemsPageItems>,
    }
    /// `NextItemsNextItemsPageItems`, a part of the response.
    pub type NextItemsNextItemsPageItems = ItemFields;
}
/// The mutation `PostUpdate`.
#[derive(Debug, Clone, Copy)]
pub struct PostUpdate;
impl ::monday_webhooks::__private::graphql_client::GraphQLQuery for PostUpdate {
    type Variables = post_update::Variables;
    type ResponseData = post_update::ResponseData;
    fn build_query(
        variables: Self::Variables,
    ) -> ::monday_webhooks::__private::graphql_client::QueryBody<Self::Variables> {
        ::monday_webhooks::__private::graphql_client::QueryBody {
            variables,
            query: post_update::QUERY,
            operation_name: post_update::OPERATION_NAME,
        }
    }
}
impl ::monday_webhooks::client::Operation for PostUpdate {
    const API_VERSION: &'static str = ::monday_webhooks::API_VERSION;
    const KIND: ::monday_webhooks::client::OperationKind = ::monday_webhooks::client::OperationKind::Mutation;
}
/// Variables and response of the mutation `PostUpdate`.
pub mod post_update {
    /// The operation's name in its document.
    pub const OPERATION_NAME: &str = "PostUpdate";
    /// The document that a request carries.
    pub const QUERY: &str = "mutation PostUpdate($item:ID!$text:String!){create_update(item_id:$item body:$text){id}}";
    /// The operation's variables. One that is `None` isn't sent.
    #[derive(::monday_webhooks::__private::serde::Serialize, Debug, Clone)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct Variables {
        /// `item`.
        pub item: String,
        /// `text`.
        pub text: String,
    }
    /// What the operation answers.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct ResponseData {
        /// `create_update`.
        pub create_update: Option<PostUpdateCreateUpdate>,
    }
    /// `PostUpdateCreateUpdate`, a part of the response.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct PostUpdateCreateUpdate {
        /// `id`.
        #[serde(deserialize_with = "super::__ids::decode")]
        pub id: String,
    }
}
/// The mutation `SetStatus`.
#[derive(Debug, Clone, Copy)]
pub struct SetStatus;
impl ::monday_webhooks::__private::graphql_client::GraphQLQuery for SetStatus {
    type Variables = set_status::Variables;
    type ResponseData = set_status::ResponseData;
    fn build_query(
        variables: Self::Variables,
    ) -> ::monday_webhooks::__private::graphql_client::QueryBody<Self::Variables> {
        ::monday_webhooks::__private::graphql_client::QueryBody {
            variables,
            query: set_status::QUERY,
            operation_name: set_status::OPERATION_NAME,
        }
    }
}
impl ::monday_webhooks::client::Operation for SetStatus {
    const API_VERSION: &'static str = ::monday_webhooks::API_VERSION;
    const KIND: ::monday_webhooks::client::OperationKind = ::monday_webhooks::client::OperationKind::Mutation;
}
/// Variables and response of the mutation `SetStatus`.
pub mod set_status {
    /// The operation's name in its document.
    pub const OPERATION_NAME: &str = "SetStatus";
    /// The document that a request carries.
    pub const QUERY: &str = "mutation SetStatus($board:ID!$item:ID!$label:String!){change_simple_column_value(board_id:$board item_id:$item column_id:\"status\" value:$label){...ItemFields}}fragment ItemFields on Item{id name}";
    /// The operation's variables. One that is `None` isn't sent.
    #[derive(::monday_webhooks::__private::serde::Serialize, Debug, Clone)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct Variables {
        /// `board`.
        pub board: String,
        /// `item`.
        pub item: String,
        /// `label`.
        pub label: String,
    }
    /// `ItemFields`, a part of the response.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct ItemFields {
        /// `id`.
        #[serde(deserialize_with = "super::__ids::decode")]
        pub id: String,
        /// `name`.
        pub name: String,
    }
    /// What the operation answers.
    #[derive(::monday_webhooks::__private::serde::Deserialize, Debug, Clone, PartialEq)]
    #[serde(crate = "::monday_webhooks::__private::serde")]
    pub struct ResponseData {
        /// `change_simple_column_value`.
        pub change_simple_column_value: Option<SetStatusChangeSimpleColumnValue>,
    }
    /// `SetStatusChangeSimpleColumnValue`, a part of the response.
    pub type SetStatusChangeSimpleColumnValue = ItemFields;
}
mod __ids {
    use ::monday_webhooks::__private::serde::{Deserialize, Deserializer, de};
    /// Decodes ids, in lists and nullable too, from text or numbers.
    pub(super) fn decode<'de, D, T>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: FromIds,
    {
        T::decode(deserializer)
    }
    pub(super) trait FromIds: Sized {
        fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
    }
    impl FromIds for String {
        fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(IdVisitor)
        }
    }
    impl<T: FromIds> FromIds for Option<T> {
        fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let ids = Option::<Ids<T>>::deserialize(deserializer)?;
            Ok(ids.map(|ids| ids.0))
        }
    }
    impl<T: FromIds> FromIds for Vec<T> {
        fn decode<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let ids = Vec::<Ids<T>>::deserialize(deserializer)?;
            Ok(ids.into_iter().map(|ids| ids.0).collect())
        }
    }
    struct Ids<T>(T);
    impl<'de, T: FromIds> Deserialize<'de> for Ids<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            T::decode(deserializer).map(Self)
        }
    }
    struct IdVisitor;
    impl<'de> de::Visitor<'de> for IdVisitor {
        type Value = String;
        fn expecting(
            &self,
            formatter: &mut ::std::fmt::Formatter<'_>,
        ) -> ::std::fmt::Result {
            formatter.write_str("an id as text or number")
        }
        fn visit_str<E: de::Error>(self, id: &str) -> Result<String, E> {
            Ok(id.to_owned())
        }
        fn visit_string<E: de::Error>(self, id: String) -> Result<String, E> {
            Ok(id)
        }
        fn visit_i64<E: de::Error>(self, id: i64) -> Result<String, E> {
            Ok(id.to_string())
        }
        fn visit_u64<E: de::Error>(self, id: u64) -> Result<String, E> {
            Ok(id.to_string())
        }
        fn visit_map<A: de::MapAccess<'de>>(
            self,
            mut map: A,
        ) -> Result<String, A::Error> {
            match map.next_entry::<String, String>() {
                Ok(Some((name, id))) if name == "$serde_json::private::Number" => Ok(id),
                _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
            }
        }
    }
}
