//! An item's creation has no column.

use monday_webhooks::{ColumnId, Subscription};

fn main() {
    let column = ColumnId::new("status").unwrap();
    let _ = Subscription::CreateItem { column };
}
