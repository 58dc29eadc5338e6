//! Makes Rust of the operations in `queries/`.

fn main() -> std::process::ExitCode {
    monday_codegen::compile("queries")
}
