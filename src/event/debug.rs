//! `Debug` of the typed view: which event of what, and nothing that customers wrote. A name, a text
//! or a column's value is for the handler alone, and `debug!(?event)` is written quickly.

use std::fmt;

use super::{
    column_value::{ColumnValue, DateValue, PhoneValue, StatusLabel},
    column_values::ColumnValues,
    types::{
        ColumnCreated, ColumnValueChanged, Group, ItemCreated, ItemMovedToBoard, ItemMovedToGroup,
        ItemRemoved, ItemRestored, NameChanged, SubitemMoved, Update,
    },
};

macro_rules! show {
    ($($name:ident { $($field:ident),* })*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))*
                    .finish_non_exhaustive()
            }
        }
    )*};
}

macro_rules! hide {
    ($($name:ident)*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

show! {
    Group { id }
    ItemCreated { board_id, item_id, group_id, parent }
    ColumnValueChanged { board_id, item_id, column_id, column_type, group_id, changed_at, parent }
    NameChanged { board_id, item_id, group_id, parent }
    ItemRemoved { board_id, item_id, parent }
    ItemRestored { board_id, item_id, state, previous_state, is_undo }
    ItemMovedToGroup { board_id, item_id, source_group_id, dest_group_id }
    ItemMovedToBoard { board_id, item_id }
    SubitemMoved { item_id, source_item_id, dest_item_id, source_board_id, dest_board_id }
    ColumnCreated { board_id, column_id, column_type, account_id, created_at, retry_count }
    Update { board_id, item_id, update_id, reply_id, parent }
    StatusLabel { index, is_done, post_id }
}

hide! { ColumnValue ColumnValues DateValue PhoneValue }
