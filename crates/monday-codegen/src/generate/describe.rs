//! Descriptions of the schema as docs of generated code.
//!
//! A description is text of a stranger's. As Markdown it could break the docs of a crate that
//! denies rustdoc's warnings, become a doc test, or hide what it says; so it is shown as the
//! characters that it has.

use proc_macro2::TokenStream;
use quote::quote;

/// Characters that Markdown gives a meaning inside a line.
const MARKUP: &[char] = &[
    '\\', '`', '*', '_', '[', ']', '<', '>', '|', '~', '&', '^', '$',
];

/// The `#[doc]` attributes for a first paragraph of our own and the schema's description.
pub(super) fn docs(first: &str, description: Option<&str>) -> TokenStream {
    let lines = doc_lines(first, description);
    quote!(#(#[doc = #lines])*)
}

/// The lines of a doc comment, each with the space that stands before it.
pub(super) fn doc_lines(first: &str, description: Option<&str>) -> Vec<String> {
    let mut lines = vec![format!(" {first}")];
    let shown: String = description.unwrap_or_default().chars().map(shown).collect();
    let shown = shown.trim_matches('\n').trim_end();
    if shown.trim().is_empty() {
        return lines;
    }
    lines.push(String::new());
    if shown.contains('\n') {
        let fence = "`".repeat(longest_run(shown, '`').max(2) + 1);
        lines.push(format!(" {fence}text"));
        lines.extend(shown.lines().map(|line| format!(" {}", line.trim_end())));
        lines.push(format!(" {fence}"));
    } else {
        lines.push(format!(" {}", paragraph(shown.trim())));
    }
    lines
}

/// A character as it can stand in a doc comment: rustc refuses a lone carriage return and
/// characters that change the direction of the text.
fn shown(character: char) -> char {
    match character {
        '\n' => '\n',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        other if other.is_control() => ' ',
        other => other,
    }
}

fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|character| character != wanted)
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// One line as a paragraph of Markdown that shows exactly its characters, addresses as links.
fn paragraph(line: &str) -> String {
    let mut out = String::new();
    for (index, word) in line.split(' ').enumerate() {
        if index > 0 {
            out.push(' ');
        }
        let Some(start) = address_start(word) else {
            out.extend(word.chars().map(|character| escaped(character, MARKUP)));
            continue;
        };
        let (before, rest) = word.split_at(start);
        let end = rest
            .trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/')
            .len();
        let (address, after) = rest.split_at(end);
        out.extend(before.chars().map(|c| escaped(c, MARKUP)));
        if address.contains(['<', '>', '\\', '`', '&']) || !address.is_ascii() {
            // Without its colon it is no address to rustdoc, which warns of bare ones.
            out.extend(
                address
                    .chars()
                    .map(|c| escaped(c, &[MARKUP, &[':']].concat())),
            );
        } else {
            out.push_str(&format!("<{address}>"));
        }
        out.extend(after.chars().map(|c| escaped(c, MARKUP)));
    }
    escape_block_start(&out)
}

fn address_start(word: &str) -> Option<usize> {
    let lower = word.to_ascii_lowercase();
    [lower.find("https://"), lower.find("http://")]
        .into_iter()
        .flatten()
        .min()
}

fn escaped(character: char, special: &[char]) -> String {
    if special.contains(&character) {
        format!("\\{character}")
    } else {
        character.into()
    }
}

/// Escapes what would make a heading, a list or a rule of a line.
fn escape_block_start(line: &str) -> String {
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    match line[digits..].chars().next() {
        Some('.' | ')') if digits > 0 => format!("{}\\{}", &line[..digits], &line[digits..]),
        Some('#' | '+' | '-' | '=' | ':') if digits == 0 => format!("\\{line}"),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::doc_lines;

    /// What a reader sees below the first paragraph, by rustdoc's Markdown parser and extensions.
    fn read(lines: &[String]) -> String {
        let markdown: Vec<&str> = lines[2..].iter().map(|line| &line[1..]).collect();
        let extensions = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS;
        let mut out = String::new();
        for event in Parser::new_ext(&markdown.join("\n"), extensions) {
            match event {
                Event::Text(text) => out.push_str(&text),
                Event::Start(Tag::Paragraph | Tag::CodeBlock(_) | Tag::Link { .. })
                | Event::End(TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::Link) => {}
                other => panic!("{other:?} in {markdown:?}"),
            }
        }
        out
    }

    fn described(text: &str) -> Vec<String> {
        doc_lines("First.", Some(text))
    }

    #[test]
    fn without_a_description_there_is_one_line() {
        assert_eq!(doc_lines("First.", None), [" First."]);
        assert_eq!(doc_lines("First.", Some(" \n ")), [" First."]);
    }

    #[test]
    fn a_line_is_a_paragraph_and_several_are_shown_as_they_stand() {
        assert_eq!(
            described("The *item's* [id], see https://api.x.com/a_b."),
            [
                " First.",
                "",
                " The \\*item's\\* \\[id\\], see <https://api.x.com/a_b>."
            ]
        );
        assert_eq!(
            described("Try:\n```\nquery { me }\n```"),
            [
                " First.",
                "",
                " ````text",
                " Try:",
                " ```",
                " query { me }",
                " ```",
                " ````"
            ]
        );
    }

    #[test]
    fn what_rustc_refuses_in_a_comment_is_replaced() {
        assert_eq!(described("a\rb\u{202e}c")[2], " a b\u{fffd}c");
    }

    proptest! {
        #[test]
        fn a_reader_sees_the_characters_of_the_description(
            text in r#"([ -~]|[\n`*_\[\]<>#&;|:/-]|https?://[a-z.]{1,9}|1[.)] |é){0,60}"#
        ) {
            let lines = described(&text);
            let wanted: Vec<&str> = text
                .trim_matches('\n')
                .trim_end()
                .lines()
                .map(str::trim_end)
                .collect();
            if lines.len() > 1 {
                let (seen, wanted) = (read(&lines), wanted.join("\n"));
                prop_assert_eq!(seen.trim(), wanted.trim());
                prop_assert!(lines.iter().all(|line| !line.contains('\n')));
            }
        }
    }
}
