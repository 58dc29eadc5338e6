// Generated from monday's GraphQL schema by monday-codegen.

/// The API version whose schema this was generated from.
pub const API_VERSION: &str = "2026-10";
/// SHA-256 of that schema's canonical SDL.
pub const SCHEMA_SHA256: &str = "01494105207ea2136836080d32c51c24c125f13800103a99fce33c79e3f350ac";
/// The values of `WebhookEventType` in the schema of API version 2026-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WebhookEventType {
    /// `change_column_value`.
    ChangeColumnValue,
    /// `change_name`.
    ChangeName,
    /// `change_specific_column_value`.
    ChangeSpecificColumnValue,
    /// `change_status_column_value`.
    ChangeStatusColumnValue,
    /// `change_subitem_column_value`.
    ChangeSubitemColumnValue,
    /// `change_subitem_name`.
    ChangeSubitemName,
    /// `create_column`.
    CreateColumn,
    /// `create_item`.
    CreateItem,
    /// `create_subitem`.
    CreateSubitem,
    /// `create_subitem_update`.
    CreateSubitemUpdate,
    /// `create_update`.
    CreateUpdate,
    /// `delete_update`.
    DeleteUpdate,
    /// `edit_update`.
    EditUpdate,
    /// `item_archived`.
    ItemArchived,
    /// `item_deleted`.
    ItemDeleted,
    /// `item_moved_to_any_group`.
    ItemMovedToAnyGroup,
    /// `item_moved_to_specific_group`.
    ItemMovedToSpecificGroup,
    /// `item_restored`.
    ItemRestored,
    /// `move_subitem`.
    MoveSubitem,
    /// `subitem_archived`.
    SubitemArchived,
    /// `subitem_deleted`.
    SubitemDeleted,
}
impl WebhookEventType {
    /// Every value, in the schema's order.
    pub const ALL: &'static [Self] = &[
        Self::ChangeColumnValue,
        Self::ChangeName,
        Self::ChangeSpecificColumnValue,
        Self::ChangeStatusColumnValue,
        Self::ChangeSubitemColumnValue,
        Self::ChangeSubitemName,
        Self::CreateColumn,
        Self::CreateItem,
        Self::CreateSubitem,
        Self::CreateSubitemUpdate,
        Self::CreateUpdate,
        Self::DeleteUpdate,
        Self::EditUpdate,
        Self::ItemArchived,
        Self::ItemDeleted,
        Self::ItemMovedToAnyGroup,
        Self::ItemMovedToSpecificGroup,
        Self::ItemRestored,
        Self::MoveSubitem,
        Self::SubitemArchived,
        Self::SubitemDeleted,
    ];
    /// The value's name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChangeColumnValue => "change_column_value",
            Self::ChangeName => "change_name",
            Self::ChangeSpecificColumnValue => "change_specific_column_value",
            Self::ChangeStatusColumnValue => "change_status_column_value",
            Self::ChangeSubitemColumnValue => "change_subitem_column_value",
            Self::ChangeSubitemName => "change_subitem_name",
            Self::CreateColumn => "create_column",
            Self::CreateItem => "create_item",
            Self::CreateSubitem => "create_subitem",
            Self::CreateSubitemUpdate => "create_subitem_update",
            Self::CreateUpdate => "create_update",
            Self::DeleteUpdate => "delete_update",
            Self::EditUpdate => "edit_update",
            Self::ItemArchived => "item_archived",
            Self::ItemDeleted => "item_deleted",
            Self::ItemMovedToAnyGroup => "item_moved_to_any_group",
            Self::ItemMovedToSpecificGroup => "item_moved_to_specific_group",
            Self::ItemRestored => "item_restored",
            Self::MoveSubitem => "move_subitem",
            Self::SubitemArchived => "subitem_archived",
            Self::SubitemDeleted => "subitem_deleted",
        }
    }
}
/// The SDK's own operations.
pub mod operations {
    /// `JSON` of monday's schema.
    pub type Json = ::serde_json::Value;
    /// `WebhookEventType` of monday's schema.
    pub type WebhookEventType = crate::subscription::SubscriptionKind;
    /// The mutation `CreateWebhook`.
    #[derive(Debug, Clone, Copy)]
    pub struct CreateWebhook;
    impl ::graphql_client::GraphQLQuery for CreateWebhook {
        type Variables = create_webhook::Variables;
        type ResponseData = create_webhook::ResponseData;
        fn build_query(
            variables: Self::Variables,
        ) -> ::graphql_client::QueryBody<Self::Variables> {
            ::graphql_client::QueryBody {
                variables,
                query: create_webhook::QUERY,
                operation_name: create_webhook::OPERATION_NAME,
            }
        }
    }
    impl crate::client::Operation for CreateWebhook {
        const API_VERSION: &'static str = crate::API_VERSION;
        const KIND: crate::client::OperationKind = crate::client::OperationKind::Mutation;
    }
    /// Variables and response of the mutation `CreateWebhook`.
    pub mod create_webhook {
        /// The operation's name in its document.
        pub const OPERATION_NAME: &str = "CreateWebhook";
        /// The document that a request carries.
        pub const QUERY: &str = "mutation CreateWebhook($board_id:ID!$event:WebhookEventType!$url:String!){create_webhook(board_id:$board_id event:$event url:$url){...WebhookFields}}fragment WebhookFields on Webhook{id board_id event config}";
        /// The operation's variables. One that is `None` isn't sent.
        #[derive(::serde::Serialize, Debug, Clone)]
        #[serde(crate = "::serde")]
        pub struct Variables {
            /// `board_id`.
            pub board_id: String,
            /// `event`.
            pub event: super::WebhookEventType,
            /// `url`.
            pub url: String,
        }
        /// `WebhookFields`, a part of the response.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct WebhookFields {
            /// `id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub id: String,
            /// `board_id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub board_id: String,
            /// `event`.
            pub event: super::WebhookEventType,
            /// `config`.
            pub config: Option<super::Json>,
        }
        /// What the operation answers.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct ResponseData {
            /// `create_webhook`.
            pub create_webhook: Option<CreateWebhookCreateWebhook>,
        }
        /// `CreateWebhookCreateWebhook`, a part of the response.
        pub type CreateWebhookCreateWebhook = WebhookFields;
    }
    /// The mutation `CreateWebhookWithConfig`.
    #[derive(Debug, Clone, Copy)]
    pub struct CreateWebhookWithConfig;
    impl ::graphql_client::GraphQLQuery for CreateWebhookWithConfig {
        type Variables = create_webhook_with_config::Variables;
        type ResponseData = create_webhook_with_config::ResponseData;
        fn build_query(
            variables: Self::Variables,
        ) -> ::graphql_client::QueryBody<Self::Variables> {
            ::graphql_client::QueryBody {
                variables,
                query: create_webhook_with_config::QUERY,
                operation_name: create_webhook_with_config::OPERATION_NAME,
            }
        }
    }
    impl crate::client::Operation for CreateWebhookWithConfig {
        const API_VERSION: &'static str = crate::API_VERSION;
        const KIND: crate::client::OperationKind = crate::client::OperationKind::Mutation;
    }
    /// Variables and response of the mutation `CreateWebhookWithConfig`.
    pub mod create_webhook_with_config {
        /// The operation's name in its document.
        pub const OPERATION_NAME: &str = "CreateWebhookWithConfig";
        /// The document that a request carries.
        pub const QUERY: &str = "mutation CreateWebhookWithConfig($board_id:ID!$config:JSON!$event:WebhookEventType!$url:String!){create_webhook(board_id:$board_id config:$config event:$event url:$url){...WebhookFields}}fragment WebhookFields on Webhook{id board_id event config}";
        /// The operation's variables. One that is `None` isn't sent.
        #[derive(::serde::Serialize, Debug, Clone)]
        #[serde(crate = "::serde")]
        pub struct Variables {
            /// `board_id`.
            pub board_id: String,
            /// `config`.
            pub config: super::Json,
            /// `event`.
            pub event: super::WebhookEventType,
            /// `url`.
            pub url: String,
        }
        /// `WebhookFields`, a part of the response.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct WebhookFields {
            /// `id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub id: String,
            /// `board_id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub board_id: String,
            /// `event`.
            pub event: super::WebhookEventType,
            /// `config`.
            pub config: Option<super::Json>,
        }
        /// What the operation answers.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct ResponseData {
            /// `create_webhook`.
            pub create_webhook: Option<CreateWebhookWithConfigCreateWebhook>,
        }
        /// `CreateWebhookWithConfigCreateWebhook`, a part of the response.
        pub type CreateWebhookWithConfigCreateWebhook = WebhookFields;
    }
    /// The mutation `DeleteWebhook`.
    #[derive(Debug, Clone, Copy)]
    pub struct DeleteWebhook;
    impl ::graphql_client::GraphQLQuery for DeleteWebhook {
        type Variables = delete_webhook::Variables;
        type ResponseData = delete_webhook::ResponseData;
        fn build_query(
            variables: Self::Variables,
        ) -> ::graphql_client::QueryBody<Self::Variables> {
            ::graphql_client::QueryBody {
                variables,
                query: delete_webhook::QUERY,
                operation_name: delete_webhook::OPERATION_NAME,
            }
        }
    }
    impl crate::client::Operation for DeleteWebhook {
        const API_VERSION: &'static str = crate::API_VERSION;
        const KIND: crate::client::OperationKind = crate::client::OperationKind::Mutation;
    }
    /// Variables and response of the mutation `DeleteWebhook`.
    pub mod delete_webhook {
        /// The operation's name in its document.
        pub const OPERATION_NAME: &str = "DeleteWebhook";
        /// The document that a request carries.
        pub const QUERY: &str = "mutation DeleteWebhook($id:ID!){delete_webhook(id:$id){...WebhookFields}}fragment WebhookFields on Webhook{id board_id event config}";
        /// The operation's variables. One that is `None` isn't sent.
        #[derive(::serde::Serialize, Debug, Clone)]
        #[serde(crate = "::serde")]
        pub struct Variables {
            /// `id`.
            pub id: String,
        }
        /// `WebhookFields`, a part of the response.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct WebhookFields {
            /// `id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub id: String,
            /// `board_id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub board_id: String,
            /// `event`.
            pub event: super::WebhookEventType,
            /// `config`.
            pub config: Option<super::Json>,
        }
        /// What the operation answers.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct ResponseData {
            /// `delete_webhook`.
            pub delete_webhook: Option<DeleteWebhookDeleteWebhook>,
        }
        /// `DeleteWebhookDeleteWebhook`, a part of the response.
        pub type DeleteWebhookDeleteWebhook = WebhookFields;
    }
    /// The query `ListAppWebhooks`.
    #[derive(Debug, Clone, Copy)]
    pub struct ListAppWebhooks;
    impl ::graphql_client::GraphQLQuery for ListAppWebhooks {
        type Variables = list_app_webhooks::Variables;
        type ResponseData = list_app_webhooks::ResponseData;
        fn build_query(
            variables: Self::Variables,
        ) -> ::graphql_client::QueryBody<Self::Variables> {
            ::graphql_client::QueryBody {
                variables,
                query: list_app_webhooks::QUERY,
                operation_name: list_app_webhooks::OPERATION_NAME,
            }
        }
    }
    impl crate::client::Operation for ListAppWebhooks {
        const API_VERSION: &'static str = crate::API_VERSION;
        const KIND: crate::client::OperationKind = crate::client::OperationKind::Query;
    }
    /// Variables and response of the query `ListAppWebhooks`.
    pub mod list_app_webhooks {
        /// The operation's name in its document.
        pub const OPERATION_NAME: &str = "ListAppWebhooks";
        /// The document that a request carries.
        pub const QUERY: &str = "query ListAppWebhooks($board_id:ID!){webhooks(app_webhooks_only:true board_id:$board_id){...WebhookFields}}fragment WebhookFields on Webhook{id board_id event config}";
        /// The operation's variables. One that is `None` isn't sent.
        #[derive(::serde::Serialize, Debug, Clone)]
        #[serde(crate = "::serde")]
        pub struct Variables {
            /// `board_id`.
            pub board_id: String,
        }
        /// `WebhookFields`, a part of the response.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct WebhookFields {
            /// `id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub id: String,
            /// `board_id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub board_id: String,
            /// `event`.
            pub event: super::WebhookEventType,
            /// `config`.
            pub config: Option<super::Json>,
        }
        /// What the operation answers.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct ResponseData {
            /// `webhooks`.
            pub webhooks: Option<Vec<Option<ListAppWebhooksWebhooks>>>,
        }
        /// `ListAppWebhooksWebhooks`, a part of the response.
        pub type ListAppWebhooksWebhooks = WebhookFields;
    }
    /// The query `ListWebhooks`.
    #[derive(Debug, Clone, Copy)]
    pub struct ListWebhooks;
    impl ::graphql_client::GraphQLQuery for ListWebhooks {
        type Variables = list_webhooks::Variables;
        type ResponseData = list_webhooks::ResponseData;
        fn build_query(
            variables: Self::Variables,
        ) -> ::graphql_client::QueryBody<Self::Variables> {
            ::graphql_client::QueryBody {
                variables,
                query: list_webhooks::QUERY,
                operation_name: list_webhooks::OPERATION_NAME,
            }
        }
    }
    impl crate::client::Operation for ListWebhooks {
        const API_VERSION: &'static str = crate::API_VERSION;
        const KIND: crate::client::OperationKind = crate::client::OperationKind::Query;
    }
    /// Variables and response of the query `ListWebhooks`.
    pub mod list_webhooks {
        /// The operation's name in its document.
        pub const OPERATION_NAME: &str = "ListWebhooks";
        /// The document that a request carries.
        pub const QUERY: &str = "query ListWebhooks($board_id:ID!){webhooks(board_id:$board_id){...WebhookFields}}fragment WebhookFields on Webhook{id board_id event config}";
        /// The operation's variables. One that is `None` isn't sent.
        #[derive(::serde::Serialize, Debug, Clone)]
        #[serde(crate = "::serde")]
        pub struct Variables {
            /// `board_id`.
            pub board_id: String,
        }
        /// `WebhookFields`, a part of the response.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct WebhookFields {
            /// `id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub id: String,
            /// `board_id`.
            #[serde(deserialize_with = "super::__ids::decode")]
            pub board_id: String,
            /// `event`.
            pub event: super::WebhookEventType,
            /// `config`.
            pub config: Option<super::Json>,
        }
        /// What the operation answers.
        #[derive(::serde::Deserialize, Debug, Clone, PartialEq)]
        #[serde(crate = "::serde")]
        pub struct ResponseData {
            /// `webhooks`.
            pub webhooks: Option<Vec<Option<ListWebhooksWebhooks>>>,
        }
        /// `ListWebhooksWebhooks`, a part of the response.
        pub type ListWebhooksWebhooks = WebhookFields;
    }
    mod __ids {
        use ::serde::{Deserialize, Deserializer, de};
        /// Decodes ids, in lists and nullable too, from text or numbers.
        pub(super) fn decode<'de, D, T>(deserializer: D) -> Result<T, D::Error>
        where
            D: Deserializer<'de>,
            T: FromIds,
        {
            T::decode(deserializer)
        }
        pub(super) trait FromIds: Sized {
            fn decode<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error>;
        }
        impl FromIds for String {
            fn decode<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                deserializer.deserialize_any(IdVisitor)
            }
        }
        impl<T: FromIds> FromIds for Option<T> {
            fn decode<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let ids = Option::<Ids<T>>::deserialize(deserializer)?;
                Ok(ids.map(|ids| ids.0))
            }
        }
        impl<T: FromIds> FromIds for Vec<T> {
            fn decode<'de, D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                let ids = Vec::<Ids<T>>::deserialize(deserializer)?;
                Ok(ids.into_iter().map(|ids| ids.0).collect())
            }
        }
        struct Ids<T>(T);
        impl<'de, T: FromIds> Deserialize<'de> for Ids<T> {
            fn deserialize<D: Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
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
                    Ok(Some((name, id))) if name == "$serde_json::private::Number" => {
                        Ok(id)
                    }
                    _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
                }
            }
        }
    }
}
