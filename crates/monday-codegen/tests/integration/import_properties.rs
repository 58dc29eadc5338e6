//! What holds for the import of any schema.

use crate::introspect::{introspect, meaning};
use crate::schema_model::model;
use monday_codegen::{ImportOptions, import};
use proptest::prelude::*;

fn canonical(input: &[u8]) -> String {
    import(input, &ImportOptions::new()).unwrap().sdl
}

proptest! {
    #[test]
    fn introspection_and_careless_sdl_of_one_schema_have_the_same_canonical_form(model in model()) {
        let from_json = canonical(model.introspection().to_string().as_bytes());
        prop_assert_eq!(&from_json, &canonical(model.sdl().as_bytes()));
        let windows = format!("\u{feff}{}", model.sdl().replace('\n', "\r\n"));
        prop_assert_eq!(&from_json, &canonical(windows.as_bytes()));
    }

    #[test]
    fn importing_canonical_sdl_changes_nothing(model in model(), keep in any::<bool>()) {
        let options = ImportOptions::new().keep_descriptions(keep);
        let once = import(model.sdl().as_bytes(), &options).unwrap();
        let twice = import(once.sdl.as_bytes(), &options).unwrap();
        prop_assert_eq!(&once.sdl, &twice.sdl);
        prop_assert_eq!(&once.summary, &twice.summary);
    }

    #[test]
    fn canonical_sdl_means_what_the_introspection_result_says(model in model()) {
        let original = model.introspection();
        let sdl = canonical(original.to_string().as_bytes());
        // Of the server's own directives only executable ones stay.
        let mut expected = meaning(&original);
        expected["directives"].as_array_mut().unwrap().retain(|d| d["name"] == "trace");
        prop_assert_eq!(meaning(&introspect(&sdl)), expected);
        let (one_of, _) = model.inputs["InputB"];
        prop_assert_eq!(sdl.contains("input InputB @oneOf {"), one_of);
    }

    #[test]
    fn an_introspection_result_cut_off_anywhere_is_refused(model in model(), at in any::<prop::sample::Index>()) {
        let json = model.introspection().to_string();
        let cut = &json[..at.index(json.len())];
        prop_assert!(import(cut.as_bytes(), &ImportOptions::new()).is_err());
    }

    #[test]
    fn no_input_panics(input in proptest::collection::vec(any::<u8>(), 0..200), text in "[\\PC\"{}#\\n]{0,80}") {
        let _ = import(&input, &ImportOptions::new());
        let _ = import(text.as_bytes(), &ImportOptions::new());
        let _ = import(format!("type Query {{ a: Int }} {text}").as_bytes(), &ImportOptions::new());
    }
}
