//! Generates the typed operations from monday's schema.

use std::process::ExitCode;

use monday_codegen::SdkBuild;

fn main() -> ExitCode {
    let mut build = SdkBuild::new("schema", "WebhookEventType");
    if std::env::var_os("CARGO_FEATURE_CLIENT").is_some() {
        build = build
            .operations("queries")
            .extern_enum("WebhookEventType", "crate::subscription::SubscriptionKind")
            .field_type("Webhook.config", "JSON");
    }
    build.run("monday.rs")
}
