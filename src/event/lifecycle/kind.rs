//! The kinds of app lifecycle event, by their wire type.

use std::fmt;

macro_rules! lifecycle_kinds {
    ($($(#[$doc:meta])* $variant:ident = $wire:literal,)*) => {
        /// What happened to an app, as the event's `type` says (monday's reference of app
        /// lifecycle webhooks). The set is open: a type that isn't known is
        /// [`Unknown`](Self::Unknown), and its event is kept like any other.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum LifecycleKind {
            $($(#[$doc])* #[doc = concat!("\n\nThe wire type is `", $wire, "`.")] $variant,)*
            /// A wire type that this version doesn't know.
            Unknown,
        }

        impl LifecycleKind {
            /// All known kinds.
            pub const ALL: [Self; 13] = [$(Self::$variant,)*];

            /// The kind of a wire type.
            #[must_use]
            pub fn from_wire_type(wire_type: &str) -> Self {
                match wire_type {
                    $($wire => Self::$variant,)*
                    _ => Self::Unknown,
                }
            }

            /// The wire type: monday's `type`.
            #[must_use]
            pub const fn wire_type(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($wire),)*
                    Self::Unknown => None,
                }
            }
        }
    };
}

lifecycle_kinds! {
    /// An account installed the app, for the first time or, with a subscription, again.
    Installed = "install",
    /// An account uninstalled the app.
    Uninstalled = "uninstall",
    /// An account bought a plan.
    SubscriptionCreated = "app_subscription_created",
    /// An account changed to a bigger or smaller plan.
    SubscriptionChanged = "app_subscription_changed",
    /// A subscription was renewed on its renewal date.
    SubscriptionRenewed = "app_subscription_renewed",
    /// A user cancelled a subscription. It runs until its renewal date.
    SubscriptionCancelledByUser = "app_subscription_cancelled_by_user",
    /// A cancelled subscription came to its end.
    SubscriptionCancelled = "app_subscription_cancelled",
    /// A user took a cancellation back before the end.
    SubscriptionCancellationRevoked = "app_subscription_cancellation_revoked_by_user",
    /// A renewal failed, and is attempted again.
    RenewalAttemptFailed = "app_subscription_renewal_attempt_failed",
    /// A renewal failed for good.
    RenewalFailed = "app_subscription_renewal_failed",
    /// A trial began.
    TrialStarted = "app_trial_subscription_started",
    /// A trial ended.
    TrialEnded = "app_trial_subscription_ended",
    /// A subscription is going to change to another version of the prices.
    PricingVersionChangeScheduled = "app_subscription_pricing_version_change_scheduled",
}

/// The wire type, or `unknown`.
impl fmt::Display for LifecycleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wire_type().unwrap_or("unknown"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lifecycle_kind_is_found_by_its_wire_type() {
        for kind in LifecycleKind::ALL {
            assert_eq!(
                LifecycleKind::from_wire_type(kind.wire_type().unwrap()),
                kind
            );
        }
        for other in ["", "Install", "install ", "create_pulse", "unknown"] {
            assert_eq!(LifecycleKind::from_wire_type(other), LifecycleKind::Unknown);
        }
    }

    #[test]
    fn every_lifecycle_kind_is_shown_by_its_wire_type() {
        for kind in LifecycleKind::ALL {
            assert_eq!(Some(kind.to_string().as_str()), kind.wire_type());
        }
        assert_eq!(LifecycleKind::Unknown.to_string(), "unknown");
    }
}
