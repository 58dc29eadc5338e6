//! The items of a board page by page, and an update: with operations that are Rust types.

#![deny(warnings)]

use cynic::{MutationBuilder as _, QueryBuilder as _};
use monday_webhooks::{BoardId, Client, ItemId, client::Error};

/// The operations.
pub mod operations {
    use monday_webhooks::code_first::schema;

    #[derive(cynic::QueryVariables)]
    pub struct FirstItemsVariables {
        pub boards: Option<Vec<cynic::Id>>,
        pub limit: i32,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "Query", variables = "FirstItemsVariables")]
    pub struct FirstItems {
        #[arguments(ids: $boards)]
        pub boards: Option<Vec<Option<Board>>>,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(variables = "FirstItemsVariables", rename_all = "None")]
    pub struct Board {
        #[arguments(limit: $limit)]
        pub items_page: ItemsPage,
    }

    #[derive(cynic::QueryVariables)]
    pub struct NextItemsVariables {
        pub cursor: String,
        pub limit: i32,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(
        graphql_type = "Query",
        variables = "NextItemsVariables",
        rename_all = "None"
    )]
    pub struct NextItems {
        #[arguments(cursor: $cursor, limit: $limit)]
        pub next_items_page: ItemsPage,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(graphql_type = "ItemsResponse")]
    pub struct ItemsPage {
        pub cursor: Option<String>,
        pub items: Vec<Item>,
    }

    #[derive(cynic::QueryFragment)]
    pub struct Item {
        pub id: cynic::Id,
        pub name: String,
    }

    #[derive(cynic::QueryVariables)]
    pub struct PostUpdateVariables {
        pub item: cynic::Id,
        pub text: String,
    }

    #[derive(cynic::QueryFragment)]
    #[cynic(
        graphql_type = "Mutation",
        variables = "PostUpdateVariables",
        rename_all = "None"
    )]
    pub struct PostUpdate {
        #[arguments(item_id: $item, body: $text)]
        pub create_update: Option<Update>,
    }

    #[derive(cynic::QueryFragment)]
    pub struct Update {
        pub id: cynic::Id,
    }
}

use operations::{
    FirstItems, FirstItemsVariables, NextItems, NextItemsVariables, PostUpdate, PostUpdateVariables,
};

/// The names of a board's items, read in pages of this many.
///
/// # Errors
///
/// The first call that fails.
pub async fn item_names(client: &Client, board: BoardId, limit: i32) -> Result<Vec<String>, Error> {
    let variables = FirstItemsVariables {
        boards: Some(vec![board.to_string().into()]),
        limit,
    };
    let boards = client.run_cynic(FirstItems::build(variables)).await?.boards;
    let mut names = Vec::new();
    let mut cursor = None;
    for board in boards.into_iter().flatten().flatten() {
        names.extend(board.items_page.items.into_iter().map(|item| item.name));
        cursor = board.items_page.cursor;
    }
    while let Some(here) = cursor {
        let variables = NextItemsVariables {
            cursor: here,
            limit,
        };
        let page = client
            .run_cynic(NextItems::build(variables))
            .await?
            .next_items_page;
        names.extend(page.items.into_iter().map(|item| item.name));
        cursor = page.cursor;
    }
    Ok(names)
}

/// Posts an update on an item.
///
/// # Errors
///
/// Whatever keeps monday from it.
pub async fn post_update(client: &Client, item: ItemId, text: &str) -> Result<(), Error> {
    let variables = PostUpdateVariables {
        item: item.to_string().into(),
        text: text.to_owned(),
    };
    client
        .run_cynic(PostUpdate::build(variables))
        .await
        .map(drop)
}
