//! What arrives, typed by the wire type and kept whole: a [`Delivery`] of a board webhook with its
//! [`Event`], and the [`LifecycleEvent`] of an app.

mod column_value;
mod column_values;
mod debug;
mod delivery;
mod digest;
mod error;
mod fields;
mod json;
mod kind;
mod lifecycle;
mod object;
mod read;
mod scan;
mod time;
mod types;
mod view;

pub use column_value::{ColumnValue, DateValue, Person, PersonKind, PhoneValue, StatusLabel};
pub use column_values::ColumnValues;
#[cfg(feature = "inbox")]
pub(crate) use delivery::DedupeKey;
pub use delivery::Delivery;
pub use error::DeliveryError;
pub use fields::{FieldProblem, ProblemKind};
pub use kind::EventKind;
pub use lifecycle::{AppPlan, AppVersion, LifecycleData, LifecycleEvent, LifecycleKind};
#[cfg(feature = "receiver")]
pub(crate) use object::Entries;
pub use types::{
    ColumnCreated, ColumnValueChanged, Event, Group, ItemCreated, ItemMovedToBoard,
    ItemMovedToGroup, ItemRemoved, ItemRestored, NameChanged, Parent, SubitemMoved, Update,
};
