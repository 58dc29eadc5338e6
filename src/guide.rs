//! The guide: one page a topic, from `docs/guide`.
//!
//! It is a part of the documentation, and of no other build.

/// Includes each page as a module. On GitHub the pages' links lead to files; here the first
/// definition of a link is the one that counts, and leads to a module.
macro_rules! pages {
    ($($module:ident = $page:literal,)*) => {
        $(
            #[doc = links!()]
            #[doc = include_str!(concat!("../docs/guide/", $page, ".md"))]
            pub mod $module {}
        )*
    };
}

macro_rules! links {
    () => {
        "\
[getting-started]: crate::guide::getting_started
[subscribing]: crate::guide::subscribing
[receiving]: crate::guide::receiving
[signing]: crate::guide::signing
[inbox]: crate::guide::inbox
[operations]: crate::guide::operations
[schema]: crate::guide::schema
[testing]: crate::guide::testing
[errors]: crate::guide::errors
[observability]: crate::guide::observability
[deployment]: crate::guide::deployment
[troubleshooting]: crate::guide::troubleshooting
[migrating]: crate::guide::migrating
[example-axum]: https://github.com/monday-webhooks/monday-webhooks/blob/main/examples/axum.rs
[example-actix-web]: https://github.com/monday-webhooks/monday-webhooks/blob/main/examples/actix-web/src/main.rs
[example-lambda]: https://github.com/monday-webhooks/monday-webhooks/blob/main/examples/lambda/src/main.rs
[example-downstream]: https://github.com/monday-webhooks/monday-webhooks/blob/main/examples/downstream/src/lib.rs
[example-code-first]: https://github.com/monday-webhooks/monday-webhooks/blob/main/examples/code-first/src/lib.rs
[security]: https://github.com/monday-webhooks/monday-webhooks/blob/main/SECURITY.md
[schema-readme]: https://github.com/monday-webhooks/monday-webhooks/blob/main/schema/README.md
[nats]: crate::inbox::nats
[unit]: https://github.com/monday-webhooks/monday-webhooks/blob/main/deploy/monday-webhooks.service
[containerfile]: https://github.com/monday-webhooks/monday-webhooks/blob/main/deploy/Containerfile
"
    };
}
pages! {
    getting_started = "getting-started",
    subscribing = "subscribing",
    receiving = "receiving",
    signing = "signing",
    inbox = "inbox",
    operations = "operations",
    schema = "schema",
    testing = "testing",
    errors = "errors",
    observability = "observability",
    deployment = "deployment",
    troubleshooting = "troubleshooting",
    migrating = "migrating",
}
