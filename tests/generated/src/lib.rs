//! Code that `monday-codegen` generates. A user's crate may deny every warning.

#![deny(warnings, missing_docs, clippy::all)]

use serde::{Deserialize, Serialize};

/// A type of the crate's own for a custom scalar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money(pub String);

/// Names that Rust can't have, or can't have twice.
pub mod nasty {
    monday_webhooks::include_operations!("nasty.rs");
}

macro_rules! versions {
    ($($module:ident $sdk:literal $example:literal,)*) => {
        $(
            /// One version of monday's schema.
            pub mod $module {
                /// The SDK's own operations.
                pub mod sdk {
                    monday_webhooks::include_operations!($sdk);
                }
                /// The operations of `examples/downstream`.
                pub mod example {
                    monday_webhooks::include_operations!($example);
                }
            }
        )*
    };
}

versions! {
    v2026_01 "sdk-2026-01.rs" "example-2026-01.rs",
    v2026_04 "sdk-2026-04.rs" "example-2026-04.rs",
    v2026_07 "sdk-2026-07.rs" "example-2026-07.rs",
    v2026_10 "sdk-2026-10.rs" "example-2026-10.rs",
}
