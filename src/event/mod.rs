//! What arrives: a [`Delivery`] with its [`Event`], typed by the wire type and kept whole.

mod column_value;
mod delivery;
mod fields;
mod json;
mod kind;
mod object;
mod types;

pub use column_value::{ColumnValue, DateValue, Person, PersonKind, PhoneValue, StatusLabel};
pub use delivery::{Delivery, DeliveryError};
pub use fields::{FieldProblem, ProblemKind};
pub use kind::EventKind;
#[cfg(feature = "receiver")]
pub(crate) use object::Entries;
pub use types::{
    ColumnCreated, ColumnValueChanged, Event, Group, ItemCreated, ItemMovedToBoard,
    ItemMovedToGroup, ItemRemoved, ItemRestored, NameChanged, Parent, SubitemMoved, Update,
};
