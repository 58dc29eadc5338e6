//! One walk over a JSON text, which checks all of it and names the members of objects in passing.
//!
//! A delivery is kept as it came, and its parts are read only when they are asked for. So that
//! whoever asks finds JSON that every reader accepts, the whole body is checked once on arrival:
//! beyond its form also what `serde_json` leaves unchecked in values that it keeps raw.

use std::borrow::Cow;

/// The deepest nesting that is taken: what `serde_json` itself reads by default.
pub(super) const MAX_DEPTH: usize = 127;

/// A number of at most so many characters, without an exponent, is far from a float's range.
const SHORT_NUMBER: usize = 300;

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flaw {
    NotJson,
    TooDeep,
    LoneSurrogate,
    NumberOutOfRange,
}

/// A JSON text and how far it has been read.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Scanner<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// Goes to the next token, and says with which byte it begins. At the end that is zero, with
    /// which no token begins.
    pub(super) fn token(&mut self) -> u8 {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
        self.byte()
    }

    /// Nothing but white space may be left.
    pub(super) fn end(&mut self) -> Result<(), Flaw> {
        self.token();
        must(self.at == self.text.len())
    }

    /// Passes a value of any type, and hands out its text.
    pub(super) fn value(&mut self) -> Result<&'a str, Flaw> {
        self.token();
        let start = self.at;
        self.pass()?;
        self.since(start)
    }

    /// Passes an object, and hands out its text. Of each member it tells the name; the value is for
    /// `member` to pass.
    pub(super) fn object(
        &mut self,
        mut member: impl FnMut(Cow<'a, str>, &mut Self) -> Result<(), Flaw>,
    ) -> Result<&'a str, Flaw> {
        must(self.token() == b'{')?;
        let start = self.at;
        self.entries(b'}', |scanner| {
            let (quoted, has_escapes) = scanner.name()?;
            let name = if has_escapes {
                // It was found to be a string.
                serde_json::from_str(quoted).unwrap_or_default()
            } else {
                let name = quoted.strip_prefix('"');
                let name = name.and_then(|name| name.strip_suffix('"'));
                Cow::Borrowed(name.unwrap_or_default())
            };
            member(name, scanner)
        })?;
        self.since(start)
    }

    fn pass(&mut self) -> Result<(), Flaw> {
        match self.token() {
            b'{' => self.entries(b'}', |scanner| {
                scanner.name()?;
                scanner.pass()
            }),
            b'[' => self.entries(b']', Self::pass),
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            _ => Err(Flaw::NotJson),
        }
    }

    /// From the opening bracket to behind the closing one.
    fn entries(
        &mut self,
        close: u8,
        mut entry: impl FnMut(&mut Self) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Flaw::TooDeep);
        }
        if self.token() != close {
            entry(self)?;
            while self.token() == b',' {
                self.at += 1;
                entry(self)?;
            }
            must(self.byte() == close)?;
        }
        self.at += 1;
        self.depth -= 1;
        Ok(())
    }

    /// A name in its quotes, and whether it has escapes; then the colon.
    fn name(&mut self) -> Result<(&'a str, bool), Flaw> {
        must(self.token() == b'"')?;
        let start = self.at;
        let has_escapes = self.string()?;
        let quoted = self.since(start)?;
        must(self.token() == b':')?;
        self.at += 1;
        Ok((quoted, has_escapes))
    }

    /// From the opening quote to behind the closing one. Says whether there are escapes.
    fn string(&mut self) -> Result<bool, Flaw> {
        self.at += 1;
        let mut has_escapes = false;
        loop {
            self.at += plain(self.rest());
            match self.byte() {
                b'"' => break,
                b'\\' => self.escape()?,
                _ => return Err(Flaw::NotJson),
            }
            has_escapes = true;
        }
        self.at += 1;
        Ok(has_escapes)
    }

    fn escape(&mut self) -> Result<(), Flaw> {
        match self.text.as_bytes().get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            _ => match self.code_unit()? {
                0xD800..=0xDBFF => match self.code_unit() {
                    Ok(0xDC00..=0xDFFF) => Ok(()),
                    _ => Err(Flaw::LoneSurrogate),
                },
                0xDC00..=0xDFFF => Err(Flaw::LoneSurrogate),
                _ => Ok(()),
            },
        }
    }

    /// The UTF-16 code unit of a `\uXXXX`.
    fn code_unit(&mut self) -> Result<u32, Flaw> {
        let escape = self.text.as_bytes().get(self.at..self.at + 6);
        let digits = escape
            .and_then(|escape| escape.strip_prefix(b"\\u"))
            .ok_or(Flaw::NotJson)?;
        let unit = digits.iter().try_fold(0, |unit, digit| {
            Some(unit * 16 + char::from(*digit).to_digit(16)?)
        });
        self.at += 6;
        unit.ok_or(Flaw::NotJson)
    }

    /// Integers may have any number of digits; a number with a fraction or an exponent has to be
    /// one that a float can be.
    fn number(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        self.at += usize::from(self.byte() == b'-');
        match self.byte() {
            b'0' => self.at += 1,
            _ => self.digits()?,
        }
        let has_fraction = self.byte() == b'.';
        if has_fraction {
            self.at += 1;
            self.digits()?;
        }
        let has_exponent = matches!(self.byte(), b'e' | b'E');
        if has_exponent {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), b'+' | b'-'));
            self.digits()?;
        }
        let number = self.since(start)?;
        let may_be_endless = has_exponent || has_fraction && number.len() > SHORT_NUMBER;
        if may_be_endless && !number.parse().is_ok_and(f64::is_finite) {
            return Err(Flaw::NumberOutOfRange);
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Flaw> {
        let start = self.at;
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        must(self.at > start)
    }

    fn literal(&mut self, literal: &str) -> Result<(), Flaw> {
        let is_here = self.rest().starts_with(literal.as_bytes());
        self.at += literal.len();
        must(is_here)
    }

    /// The text from there to here: both are where a token begins or ends.
    fn since(&self, start: usize) -> Result<&'a str, Flaw> {
        self.text.get(start..self.at).ok_or(Flaw::NotJson)
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }
}

fn must(is_so: bool) -> Result<(), Flaw> {
    if is_so { Ok(()) } else { Err(Flaw::NotJson) }
}

/// How many bytes come before the next quote, backslash or control character. It looks at eight at
/// a time: of the bytes that `marked` marks the first is marked rightly.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    let is_zero = |bytes: u64| bytes.wrapping_sub(ONES) & !bytes;
    let marked = |bytes: u64| {
        let control = bytes.wrapping_sub(ONES * 0x20) & !bytes;
        let quote = is_zero(bytes ^ (ONES * u64::from(b'"')));
        let backslash = is_zero(bytes ^ (ONES * u64::from(b'\\')));
        (control | quote | backslash) & (ONES << 7)
    };

    let (chunks, rest) = bytes.as_chunks();
    let mut at = 0;
    for chunk in chunks {
        let marked = marked(u64::from_le_bytes(*chunk));
        if marked != 0 {
            return at + marked.trailing_zeros() as usize / 8;
        }
        at += chunk.len();
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    at + rest.iter().take_while(|byte| !special(byte)).count()
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::Index};
    use serde_json::{Value, value::RawValue};

    use super::*;
    use crate::event::object::Entries;

    fn scan(json: &str) -> Result<(), Flaw> {
        let mut scanner = Scanner::new(json);
        scanner.value()?;
        scanner.end()
    }

    fn nested(depth: usize) -> String {
        format!("{}{}", "[".repeat(depth), "]".repeat(depth))
    }

    #[test]
    fn the_limit_of_depth_is_that_of_serde_json() {
        assert_eq!(scan(&nested(MAX_DEPTH)), Ok(()));
        assert!(serde_json::from_str::<Value>(&nested(MAX_DEPTH)).is_ok());
        assert_eq!(scan(&nested(MAX_DEPTH + 1)), Err(Flaw::TooDeep));
        assert!(serde_json::from_str::<Value>(&nested(MAX_DEPTH + 1)).is_err());
        let side_by_side = vec![nested(MAX_DEPTH - 1); 3].join(",");
        assert_eq!(scan(&format!("[{side_by_side}]")), Ok(()));
    }

    #[test]
    fn brackets_in_strings_have_no_depth() {
        assert_eq!(scan(&format!("[{:?}]", "[\"".repeat(500))), Ok(()));
    }

    #[test]
    fn lone_surrogates_and_endless_numbers_are_found() {
        for lone in [
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ud800\n""#,
            r#""\ud800\ud800""#,
            r#""a\uDFFFb""#,
            r#"{"\udc00":1}"#,
        ] {
            assert_eq!(scan(lone), Err(Flaw::LoneSurrogate), "{lone}");
        }
        assert_eq!(scan(r#""\ud83d\ude00 \\ud800""#), Ok(()));
        let many_digits = "9".repeat(400);
        let endless = format!("-{many_digits}.5");
        for endless in ["1e999", "-1e999", "[1.5,2E400]", "1e+309", &endless] {
            assert_eq!(scan(endless), Err(Flaw::NumberOutOfRange), "{endless}");
        }
        let tiny = format!("0.{many_digits}");
        for number in [&many_digits, &tiny, "1e308", "-1E-999", "0e999"] {
            assert_eq!(scan(number), Ok(()), "{number}");
        }
    }

    #[test]
    fn what_only_looks_like_json_is_not_json() {
        for odd in [
            "",
            " ",
            "\0",
            "[]\0",
            "\u{feff}[]",
            "[]]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "[}",
            "{]",
            "\"",
            "\"\\\"",
            "\"\\u12\"",
            "\"\\u+123\"",
            "\"\\x\"",
            "\"a\u{1f}\"",
            "\"and after eight bytes\n\"",
            "01",
            "-",
            "-01",
            "+1",
            ".5",
            "1.",
            "1.e5",
            "1e",
            "1e+",
            "tru",
            "nulll",
            "True",
            "[]\u{a0}",
        ] {
            assert_eq!(scan(odd), Err(Flaw::NotJson), "{odd:?}");
            assert!(serde_json::from_str::<Value>(odd).is_err(), "{odd:?}");
        }
    }

    fn space() -> impl Strategy<Value = String> {
        "[ \n\r\t]{0,2}"
    }

    fn string() -> impl Strategy<Value = String> {
        prop_oneof![
            "\"[a-c]{0,2}\"",
            "\"(\\\\u006[1-3]){0,2}\"",
            "\"(\\\\u[dD][89abcdefABCDEF][0-9a-f]{2}|\\\\[nrtbf/\\\\\"]|[a-z{\\[é\u{7f}]){0,20}\"",
        ]
    }

    /// Text that is often JSON, and often just not.
    fn almost_json() -> impl Strategy<Value = String> {
        let atom = prop_oneof![
            prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned),
            any::<i64>().prop_map(|number| number.to_string()),
            any::<f64>().prop_map(|number| format!("{number:e}")),
            "-?[0-9]{1,3}(\\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
            string(),
        ];
        atom.prop_recursive(6, 32, 4, |inner| {
            let value = (space(), inner, space())
                .prop_map(|(before, value, behind)| format!("{before}{value}{behind}"))
                .boxed();
            let member = (space(), string(), space(), value.clone()).prop_map(
                |(before, name, behind, value)| format!("{before}{name}{behind}:{value}"),
            );
            prop_oneof![
                prop::collection::vec(value, 0..4)
                    .prop_map(|values| format!("[{}]", values.join(","))),
                prop::collection::vec(member, 0..5)
                    .prop_map(|members| format!("{{{}}}", members.join(","))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn what_is_taken_is_what_serde_json_reads(text in almost_json()) {
            let read = serde_json::from_str::<Value>(&text).is_ok();
            prop_assert_eq!(scan(&text).is_ok(), read, "{}", text);
        }

        #[test]
        fn a_text_with_one_character_changed_is_taken_where_serde_json_reads_it(
            text in almost_json(),
            at: Index,
            to in prop::sample::select("{}[]:,\"\\u+-.eE01x \n\0é".chars().map(Some).chain([None]).collect::<Vec<_>>()),
        ) {
            let mut letters: Vec<_> = text.chars().map(Some).collect();
            *at.get_mut(&mut letters) = to;
            let text: String = letters.into_iter().flatten().collect();
            let read = serde_json::from_str::<Value>(&text).is_ok();
            prop_assert_eq!(scan(&text).is_ok(), read, "{}", text);
            // What is wrong with the form is told from any other flaw.
            if serde_json::from_str::<&RawValue>(&text).is_ok() {
                prop_assert_ne!(scan(&text), Err(Flaw::NotJson), "{}", text);
            }
        }

        #[test]
        fn the_members_of_an_object_are_those_that_serde_json_finds(text in almost_json()) {
            if !text.starts_with('{') || scan(&text).is_err() {
                return Ok(());
            }
            let mut found = Vec::new();
            let mut scanner = Scanner::new(&text);
            let whole = scanner.object(|name, value| {
                found.push((name, value.value()?));
                Ok(())
            });
            prop_assert_eq!(whole, Ok(&*text));
            let Entries(entries) = serde_json::from_str(&text).unwrap();
            let entries: Vec<_> = entries.into_iter().map(|(name, raw)| (name, raw.get())).collect();
            prop_assert_eq!(found, entries);
        }

        #[test]
        fn no_text_makes_the_scanner_panic(text in ".*", odd in "[\"\\\\u{}\\[\\]:,0-9.eE+é\u{10000}-]*") {
            let _ = (scan(&text), scan(&odd));
        }

        #[test]
        fn the_first_byte_that_ends_plain_text_is_found(
            text in "[a!#\\[\\]\u{7f}é\u{10000}]{0,20}",
            rest in "([\"\\\\\u{0}-\u{1f}].*)?",
        ) {
            prop_assert_eq!(plain(format!("{text}{rest}").as_bytes()), text.len());
        }
    }
}
