//! The import of schemas, as SDL and as an introspection result.

use monday_codegen::{ImportOptions, import};

/// What is imported is canonical: to import it again changes nothing.
pub fn check(data: &[u8]) {
    for keep in [false, true] {
        let options = ImportOptions::new().keep_descriptions(keep);
        let Ok(imported) = import(data, &options) else {
            continue;
        };
        let again = import(imported.sdl.as_bytes(), &options).expect("canonical SDL is imported");
        assert_eq!(again.sdl, imported.sdl);
        assert_eq!(again.summary.sha256, imported.summary.sha256);
    }
}
