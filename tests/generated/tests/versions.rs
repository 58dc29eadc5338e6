//! The same operations against each version of monday's schema.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use monday_emulator::{DEFAULT_BOARD_ID, Emulator};
use monday_webhooks::{ApiToken, Client};

async fn emulator() -> (Emulator, Client) {
    let emulator = Emulator::start().await.unwrap();
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .build(ApiToken::personal(emulator.personal_token().expose()).unwrap())
        .unwrap();
    (emulator, client)
}

macro_rules! each_version {
    ($($module:ident $version:literal,)*) => {
        $(#[tokio::test]
        async fn $module() {
            use generated_code::$module::{
                example::{FirstItems, first_items},
                sdk::{ListWebhooks, list_webhooks},
            };

            let (emulator, client) = emulator().await;
            let created = emulator.create_item(DEFAULT_BOARD_ID, "first").unwrap();
            let board = DEFAULT_BOARD_ID.to_string();
            let variables = first_items::Variables { board: board.clone(), limit: 5 };
            let data = client.execute::<FirstItems>(variables).await.unwrap();
            let boards: Vec<_> = data.boards.into_iter().flatten().flatten().collect();
            assert_eq!(boards[0].items_page.items[0].id, created.id.to_string());
            let variables = list_webhooks::Variables { board_id: board };
            let data = client.execute::<ListWebhooks>(variables).await.unwrap();
            assert_eq!(data.webhooks.map(|webhooks| webhooks.len()), Some(0));
            for request in emulator.requests() {
                assert_eq!(request.api_version.as_deref(), Some($version));
            }
            assert_eq!(emulator.requests().len(), 2);
        })*
    };
}

each_version! {
    v2026_01 "2026-01",
    v2026_04 "2026-04",
    v2026_07 "2026-07",
    v2026_10 "2026-10",
}

#[tokio::test]
async fn the_clients_own_version_goes_before_an_operations() {
    use generated_code::v2026_01::sdk::{ListWebhooks, list_webhooks};

    let (emulator, _) = emulator().await;
    let client = Client::builder()
        .endpoint(emulator.endpoint())
        .api_version("2026-07")
        .build(ApiToken::personal(emulator.personal_token().expose()).unwrap())
        .unwrap();
    let variables = list_webhooks::Variables {
        board_id: DEFAULT_BOARD_ID.to_string(),
    };
    client.execute::<ListWebhooks>(variables).await.unwrap();
    assert_eq!(
        emulator.requests()[0].api_version.as_deref(),
        Some("2026-07")
    );
}
