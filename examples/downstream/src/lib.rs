//! What an integration does around webhooks: read a board page by page, change a value, post an
//! update in answer to a delivery. The types are made from `queries/` by `build.rs`.

#![deny(warnings)]

use monday_webhooks::{BoardId, Client, Delivery, Event, ItemId, client::Error};

/// The operations in `queries/`.
pub mod monday {
    monday_webhooks::include_operations!();
}

use monday::{
    FirstItems, NextItems, PostUpdate, SetStatus, first_items, next_items, post_update, set_status,
};

/// The names of a board's items, read in pages of this many.
///
/// # Errors
///
/// The first call that fails.
pub async fn item_names(client: &Client, board: BoardId, limit: i64) -> Result<Vec<String>, Error> {
    let variables = first_items::Variables {
        board: board.to_string(),
        limit,
    };
    let boards = client.execute::<FirstItems>(variables).await?.boards;
    let mut names = Vec::new();
    let mut cursor = None;
    for board in boards.into_iter().flatten().flatten() {
        let page = board.items_page;
        names.extend(page.items.into_iter().map(|item| item.name));
        cursor = page.cursor;
    }
    while let Some(here) = cursor {
        let variables = next_items::Variables {
            cursor: here,
            limit,
        };
        let page = client
            .execute::<NextItems>(variables)
            .await?
            .next_items_page;
        names.extend(page.items.into_iter().map(|item| item.name));
        cursor = page.cursor;
    }
    Ok(names)
}

/// Sets the status of an item to a label.
///
/// # Errors
///
/// Whatever keeps monday from it.
pub async fn set_status(
    client: &Client,
    board: BoardId,
    item: ItemId,
    label: &str,
) -> Result<(), Error> {
    let variables = set_status::Variables {
        board: board.to_string(),
        item: item.to_string(),
        label: label.to_owned(),
    };
    client.execute::<SetStatus>(variables).await.map(drop)
}

/// Greets each new item with an update. `false` where the delivery is about something else.
///
/// # Errors
///
/// Whatever keeps monday from it.
pub async fn greet(client: &Client, delivery: &Delivery) -> Result<bool, Error> {
    let Event::ItemCreated(created) = delivery.event() else {
        return Ok(false);
    };
    let variables = post_update::Variables {
        item: created.item_id.to_string(),
        text: format!("Welcome, {}!", created.name.as_deref().unwrap_or("item")),
    };
    client.execute::<PostUpdate>(variables).await?;
    Ok(true)
}
