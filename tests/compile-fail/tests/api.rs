//! Wrong uses of the SDK, each with what the compiler says of it.

#[test]
fn wrong_uses_do_not_compile() {
    trybuild::TestCases::new().compile_fail("cases/*.rs");
}
