//! Shows cynic's derives the schema that the SDK was built with.

fn main() -> std::process::ExitCode {
    monday_codegen::register_cynic_schema()
}
