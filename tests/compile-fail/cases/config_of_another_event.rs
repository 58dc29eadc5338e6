//! Moving takes a group.

use monday_webhooks::{ColumnId, Subscription};

fn main() {
    let column = ColumnId::new("status").unwrap();
    let _ = Subscription::ItemMovedToSpecificGroup { column };
}
