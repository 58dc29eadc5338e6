//! A status change has a column, and the label that it changes to or any.

use monday_webhooks::{ColumnId, Subscription};

fn main() {
    let column = ColumnId::new("status").unwrap();
    let _ = Subscription::ChangeStatusColumnValue { column };
}
