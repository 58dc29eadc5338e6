//! SDL to AST.

use std::ops::Range;

use apollo_compiler::ast::Document;
use apollo_compiler::diagnostic::ToCliReport as _;
use apollo_compiler::parser::Parser;

use super::ImportError;
use crate::scan::scan;

/// Parses SDL. monday's isn't spec-strict, so what strict parsers refuse is evened out first,
/// and only the syntax is checked here.
pub(super) fn to_ast(text: &str) -> Result<Document, ImportError> {
    // A carriage return inside a block string would become part of a description.
    let mut text = text.replace("\r\n", "\n");
    let scanned = scan(&text);
    if scanned.ends_inside_a_string {
        return Err(truncated(&text));
    }
    even_out(&mut text, &scanned.code);
    let end = text.trim_end().len();
    let failed = match Parser::new().parse_ast(text.clone(), "schema.graphql") {
        Ok(document) => return Ok(document),
        Err(failed) => failed,
    };
    let Some(first) = failed.errors.iter().next() else {
        return Ok(failed.partial);
    };
    let span = first.error.location();
    if span.is_some_and(|span| span.offset() > 0 && span.end_offset() >= end) {
        return Err(truncated(&text));
    }
    let place = first.line_column_range().map(|range| range.start);
    let (line, column) = place.map_or((1, 1), |at| (at.line, at.column));
    Err(ImportError::Syntax {
        line,
        column,
        message: first.error.to_string(),
    })
}

/// The error for a text that stops where more had to come.
pub(super) fn truncated(text: &str) -> ImportError {
    let line = text.lines().count().max(1);
    let column = text.lines().last().map_or(0, |last| last.chars().count()) + 1;
    ImportError::Truncated { line, column }
}

/// Blanks what servers write and parsers refuse, keeping every place as it was: the empty body
/// of a type, as in `input UpdateFormTagInput {}`, also around a comment, and the location
/// `DIRECTIVE_DEFINITION`, which the drafts after 2025 know.
fn even_out(text: &mut String, code: &[Range<usize>]) {
    let searched = searched(text, code);
    let mut blank = Vec::new();
    for (open, _) in searched.match_indices('{') {
        let inside = searched[open + 1..].trim_start();
        let close = searched.len() - inside.len();
        let before = searched[..open].trim_end().chars().next_back();
        // After `=`, `:`, `,`, `[` and `{` it is an empty object value.
        let follows_a_head =
            before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == ')');
        if inside.starts_with('}') && follows_a_head {
            blank.extend([open..open + 1, close..close + 1]);
        }
    }
    const LOCATION: &str = "DIRECTIVE_DEFINITION";
    for (start, _) in searched.match_indices(LOCATION) {
        let before = searched[..start].trim_end();
        if before.ends_with('|') {
            blank.extend([
                before.len() - 1..before.len(),
                start..start + LOCATION.len(),
            ]);
        }
    }
    for range in blank {
        let spaces = " ".repeat(range.len());
        text.replace_range(range, &spaces);
    }
}

/// The text, as long as it was, with blanks for comments and quotes for what is in strings.
fn searched(text: &str, code: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    let end = text.len()..text.len();
    for range in code.iter().cloned().chain(std::iter::once(end)) {
        let between = &text[at..range.start];
        let filler = if between.starts_with('#') { " " } else { "\"" };
        out.push_str(&filler.repeat(between.len()));
        out.push_str(&text[range.clone()]);
        at = range.end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{even_out, scan};

    fn evened_out(text: &str) -> String {
        let mut text = text.to_owned();
        let code = scan(&text).code;
        even_out(&mut text, &code);
        text
    }

    #[test]
    fn the_empty_body_of_a_type_is_blanked_and_an_empty_object_value_is_not() {
        assert_eq!(
            evened_out("input A { } input B @x(y: 1) {}"),
            "input A     input B @x(y: 1)   "
        );
        assert_eq!(
            evened_out("input A { # none {}\n # yet }\n}\ninput B {}"),
            "input A   # none {}\n # yet }\n \ninput B   "
        );
        for kept in [
            "input A { a: J = {} b: [J] = [{}, {}] c: J = {d: {}} }",
            "input A { \"only a text\" }",
            "\"input A {}\" input A { a: Int }",
        ] {
            assert_eq!(evened_out(kept), kept);
        }
    }

    #[test]
    fn the_location_that_parsers_do_not_know_is_blanked() {
        assert_eq!(
            evened_out("directive @a on FIELD | DIRECTIVE_DEFINITION"),
            "directive @a on FIELD                       "
        );
        let name = "enum __DirectiveLocation { DIRECTIVE_DEFINITION }";
        assert_eq!(evened_out(name), name);
    }
}
