//! What arrives: a [`Delivery`] with its [`Event`], typed by the wire type and kept whole.

mod column_value;
mod column_values;
mod delivery;
mod error;
mod fields;
mod json;
mod kind;
mod object;
mod read;
mod types;

pub use column_value::{ColumnValue, DateValue, Person, PersonKind, PhoneValue, StatusLabel};
pub use column_values::ColumnValues;
pub use delivery::Delivery;
pub use error::DeliveryError;
pub use fields::{FieldProblem, ProblemKind};
pub use kind::EventKind;
#[cfg(feature = "receiver")]
pub(crate) use object::Entries;
pub use types::{
    ColumnCreated, ColumnValueChanged, Event, Group, ItemCreated, ItemMovedToBoard,
    ItemMovedToGroup, ItemRemoved, ItemRestored, NameChanged, Parent, SubitemMoved, Update,
};
