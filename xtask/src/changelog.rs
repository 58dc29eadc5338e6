//! The draft of a schema update in the changelog.

use std::fmt::Write as _;

use monday_codegen::{Change, Usage};

const UNRELEASED: &str = "## Unreleased\n";

/// What the changelog says of a step to another schema, with the operations that a change touches.
pub(crate) fn draft(api_version: &str, changes: &[Change], used: &[Usage]) -> String {
    let mut draft = format!("### monday's schema, API version {api_version} (draft)\n\n");
    if changes.is_empty() {
        draft.push_str("- Nothing changed.\n");
    }
    for change in changes {
        let touched: Vec<&str> = used
            .iter()
            .filter(|usage| usage.is_touched_by(change))
            .map(|usage| usage.operation.as_str())
            .collect();
        let _ = write!(draft, "- {}: {}", change.grade, change.message);
        if !touched.is_empty() {
            let _ = write!(draft, " (touches {})", touched.join(", "));
        }
        draft.push('\n');
    }
    draft
}

/// The changelog with a draft at the end of its unreleased part.
pub(crate) fn with_draft(changelog: &str, draft: &str) -> String {
    let Some(start) = changelog.find(UNRELEASED) else {
        let (title, rest) = changelog.split_once("\n\n").unwrap_or((changelog, ""));
        return format!("{title}\n\n{UNRELEASED}\n{draft}\n{rest}");
    };
    let body = start + UNRELEASED.len();
    let end = changelog[body..]
        .find("\n## ")
        .map_or(changelog.len(), |next| body + next + 1);
    let (before, after) = changelog.split_at(end);
    let before = before.trim_end();
    if after.is_empty() {
        format!("{before}\n\n{draft}")
    } else {
        format!("{before}\n\n{draft}\n{after}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use monday_codegen::{ImportOptions, diff, import, usages};

    use super::*;

    #[test]
    fn a_draft_names_the_grade_and_the_operations_of_each_change() {
        let options = ImportOptions::default();
        let old = import(b"type Query { a: Int b: Int }", &options).unwrap();
        let new = import(b"type Query { a: String }", &options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.graphql"), "query ReadA { a }").unwrap();
        let used = usages(&old.sdl, folder.path()).unwrap();
        let draft = draft("2027-01", &diff(&old, &new), &used);
        let lines: Vec<_> = draft.lines().collect();
        assert_eq!(lines[0], "### monday's schema, API version 2027-01 (draft)");
        assert!(lines[2].starts_with("- breaking: ") && lines[2].ends_with("(touches ReadA)"));
        assert!(lines[3].starts_with("- breaking: ") && !lines[3].contains("touches"));
    }

    #[test]
    fn a_draft_stands_in_the_unreleased_part() {
        let draft = "### Draft\n\n- change\n";
        for (changelog, expected) in [
            (
                "# Changelog\n\n## Unreleased\n\n- a\n\n## 0.1.0\n\n- b\n",
                "# Changelog\n\n## Unreleased\n\n- a\n\n### Draft\n\n- change\n\n## 0.1.0\n\n- b\n",
            ),
            (
                "# Changelog\n\n## Unreleased\n\n- a\n",
                "# Changelog\n\n## Unreleased\n\n- a\n\n### Draft\n\n- change\n",
            ),
            (
                "# Changelog\n\n## 0.1.0\n\n- b\n",
                "# Changelog\n\n## Unreleased\n\n### Draft\n\n- change\n\n## 0.1.0\n\n- b\n",
            ),
        ] {
            assert_eq!(with_draft(changelog, draft), expected);
        }
    }
}
