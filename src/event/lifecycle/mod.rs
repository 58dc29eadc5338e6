//! What arrives at an app's lifecycle endpoint: installations, subscriptions, trials.

mod data;
mod event;
mod kind;

pub use data::{AppPlan, AppVersion, LifecycleData};
pub use event::LifecycleEvent;
pub use kind::LifecycleKind;
