//! A wrong operation fails the build, with its file, line, column and cause.

use std::{fs, path::Path};

use monday_codegen::{Compile, CompileError};

#[test]
fn each_broken_operation_is_refused_with_its_place_and_cause() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/monday.graphql");
    let folder = tempfile::tempdir().unwrap();
    let queries = folder.path().join("queries");
    fs::create_dir(&queries).unwrap();
    for (text, place, cause) in [
        ("query A { boards { nonsense } }", (1, 20), "nonsense"),
        ("query A { boards(nonsense: 1) { id } }", (1, 18), "nonsense"),
        ("mutation A { delete_webhook { id } }", (1, 14), "id"),
        ("mutation A($id: Int!) { delete_webhook(id: $id) { id } }", (1, 40), "Int!"),
        ("query A { boards(limit: \"two\") { id } }", (1, 25), "string"),
        ("query A($unused: Int) { boards { id } }", (1, 9), "unused"),
        ("query A { boards { id } } fragment B on Board { id }", (1, 27), "B"),
        ("query A { boards { ...Missing } }", (1, 20), "Missing"),
        ("query A { me { id { deeper } } }", (1, 16), "ID"),
        ("query A($a: Nonsense) { me { id } }", (1, 9), "Nonsense"),
        ("{ me { id } }", (1, 1), "name"),
        ("query A { me { id } } query B { me { id } }", (1, 23), "one operation"),
        ("subscription A { me { id } }", (1, 1), "no subscriptions"),
        ("query A {", (1, 10), "syntax"),
    ] {
        fs::write(queries.join("a.graphql"), text).unwrap();
        let error = Compile::new("queries").generate(&schema, &queries, folder.path());
        let Err(CompileError::Operations { found, .. }) = error else {
            panic!("{text}: {error:?}");
        };
        let fits = found.iter().any(|found| {
            (found.line, found.column) == place
                && found.message.contains(cause)
                && found.file.ends_with("a.graphql")
                && found.report.contains("a.graphql")
        });
        assert!(fits, "{text}: {found:#?}");
    }
}
