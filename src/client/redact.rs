//! What monday says is shown to people, so it is cleaned first.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

/// The most characters of a message that are kept.
const MAX_MESSAGE: usize = 500;

/// From this length on, a single segment or value of a URL is taken for a secret of its own. What
/// is shorter is too likely a word of the message.
const MIN_PART: usize = 12;

/// The texts of a call that must not show: the token, the URL of a webhook.
#[derive(Clone, Default)]
pub(super) struct Secrets<'a>(Vec<&'a str>);

impl<'a> Secrets<'a> {
    pub(super) fn new(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(texts.into_iter().collect())
    }

    /// Takes secrets, characters that steer a terminal or hide in a text, and excess length out of
    /// somebody else's text.
    pub(super) fn clean(&self, text: &str) -> String {
        if self.is_clean(text) {
            return text.to_owned();
        }
        // What is invisible goes first, or it could keep a secret from being recognised.
        let mut text = without(&one_line(text), &self.forms());
        if let Some((end, _)) = text.char_indices().nth(MAX_MESSAGE) {
            text.truncate(end);
            text.push('…');
        }
        text
    }

    /// Whether nothing is to be cleaned, as far as that is told without much ado: every answer has an
    /// id that is shown, and it is letters, digits and hyphens. There is one way to spell these.
    fn is_clean(&self, text: &str) -> bool {
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let is_elsewhere = |part: &str| {
            let is_literal = part
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'%');
            is_literal && !text.contains(part)
        };
        text.len() <= MAX_MESSAGE
            && text.bytes().all(is_id)
            && self
                .0
                .iter()
                .flat_map(|secret| parts(secret))
                .all(is_elsewhere)
    }

    /// All texts that a secret can be recognised in, however they are escaped, the longest first: a
    /// part would otherwise be taken out of a whole, and leave the rest.
    fn forms(&self) -> Vec<String> {
        let mut forms = BTreeSet::new();
        for secret in self.0.iter().flat_map(|secret| parts(secret)) {
            if let Ok(decoded) = percent_decode_str(secret).decode_utf8() {
                forms.insert(decoded.into_owned());
            }
            forms.insert(secret.to_owned());
        }
        // As the message will be when they are looked for.
        let forms: BTreeSet<String> = forms.iter().map(|form| one_line(form)).collect();
        let mut forms: Vec<String> = forms.into_iter().filter(|form| !form.is_empty()).collect();
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms
    }
}

/// The text without these secrets, whichever of their characters are escaped as in a URL, in HTML or
/// in JSON. Of two that begin in the same place the first of the list counts.
fn without(text: &str, secrets: &[String]) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let secret = secrets.iter().find_map(|secret| end_of(rest, secret));
        if let Some((_, behind)) = secret.and_then(|end| rest.split_at_checked(end)) {
            left.push_str("[redacted]");
            rest = behind;
            continue;
        }
        let mut characters = rest.chars();
        let Some(next) = characters.next() else {
            break;
        };
        left.push(next);
        rest = characters.as_str();
    }
    left
}

/// Where the secret ends that a text begins with.
fn end_of(text: &str, secret: &str) -> Option<usize> {
    // Most texts don't begin with it.
    spellings(text.as_bytes(), *secret.as_bytes().first()?).next()?;
    // A text may be read in more than one way: `%25` is a percent sign, or begins with one.
    let mut ends = vec![0];
    for byte in secret.bytes() {
        ends = ends
            .iter()
            .flat_map(|end| {
                let rest = text.as_bytes().get(*end..).unwrap_or_default();
                spellings(rest, byte).map(move |long| end + long)
            })
            .collect();
        ends.dedup();
        if ends.is_empty() {
            return None;
        }
    }
    let ends = ends.into_iter().filter(|end| text.is_char_boundary(*end));
    ends.max()
}

/// How long the spellings are in which a text may begin with a byte.
fn spellings(text: &[u8], byte: u8) -> impl Iterator<Item = usize> {
    let plain = (text.first() == Some(&byte)).then_some(1);
    let percent = match text {
        [b'%', high, low, ..] if hex(*high, *low) == Some(byte) => Some(3),
        _ => None,
    };
    let other: &[&[u8]] = match byte {
        b' ' => &[b"+"],
        b'/' => &[b"\\/"],
        b'"' => &[b"\\\"", b"&quot;", b"&#34;"],
        b'\\' => &[b"\\\\"],
        b'&' => &[b"&amp;", b"\\u0026"],
        b'\'' => &[b"&#39;", b"&#x27;"],
        b'<' => &[b"&lt;", b"\\u003c"],
        b'>' => &[b"&gt;", b"\\u003e"],
        _ => &[],
    };
    let other = other.iter().filter(|other| text.starts_with(other));
    plain
        .into_iter()
        .chain(percent)
        .chain(other.map(|other| other.len()))
}

/// The byte of two hexadecimal digits.
fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// A secret, and where it is a URL, its path, its query, and their longer parts.
fn parts(secret: &str) -> Vec<&str> {
    let mut parts = vec![secret];
    let Some((_, rest)) = secret.split_once("://") else {
        return parts;
    };
    let at = rest.find(['/', '?']);
    let Some(target) = at.and_then(|at| rest.get(at..)) else {
        return parts;
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // A lone slash is no secret.
    let whole = [target, path, query].into_iter();
    parts.extend(whole.filter(|part| part.len() > 1));
    let segments = path.split('/');
    let values = query.split('&').map(|pair| {
        let (_, value) = pair.split_once('=').unwrap_or(("", pair));
        value
    });
    parts.extend(segments.chain(values).filter(|part| part.len() >= MIN_PART));
    parts
}

/// The text on one line, without control characters and invisible ones.
fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|character| !is_invisible(*character))
        .collect();
    let words: Vec<&str> = visible
        .split(|character: char| character.is_control() || character.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

/// Characters that turn the direction of a text around or have no width: they make a text look
/// like another one.
const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clean(text: &str, secret: &str) -> String {
        Secrets::new([secret]).clean(text)
    }

    #[test]
    fn an_echoed_token_is_taken_out() {
        assert_eq!(
            clean("token abc.def is\nbad\u{1b}[31m", "abc.def"),
            "token [redacted] is bad [31m"
        );
    }

    #[test]
    fn a_short_secret_in_the_usual_percent_encoding_is_taken_out() {
        for shown in [
            "a.b/c=",
            "a.b%2Fc%3D",
            "a.b%2fc%3d",
            "%61%2e%62%2F%63=",
            "a.b\\/c=",
        ] {
            assert_eq!(clean(&format!("x {shown} y"), "a.b/c="), "x [redacted] y");
        }
        assert_eq!(clean("x a.b%2Fc y", "a.b/c="), "x a.b%2Fc y");
    }

    #[test]
    fn a_url_is_taken_out_whole_in_parts_and_in_other_spellings() {
        let url = "https://example.com/hooks/s%C3%A9cret-segment?key=hidden-value-1&b=2";
        for text in [
            url,
            "/hooks/s%C3%A9cret-segment",
            "/hooks/s%C3%A9cret-segment?key=hidden-value-1&b=2",
            "/hooks/sécret-segment",
            "s%C3%A9cret-segment",
            "sécret-segment",
            "?key=hidden-value-1&b=2",
            "key=hidden-value-1&amp;b=2",
            "hidden-value-1",
            "https%3A%2F%2Fexample%2Ecom%2Fhooks%2Fs%25C3%25A9cret%2Dsegment%3Fkey%3Dhidden%2Dvalue%2D1%26b%3D2",
        ] {
            let shown = clean(&format!("can't call {text} now"), url);
            assert!(shown.contains("[redacted]"), "{shown}");
            assert!(!shown.contains("cret"), "{shown}");
            assert!(!shown.contains("hidden"), "{shown}");
        }
    }

    #[test]
    fn a_secret_within_an_id_is_taken_out() {
        for (secret, id) in [
            ("hidden", "a-hidden-0"),
            ("%68idden", "a-hidden-0"),
            ("hid\u{200b}den", "a-hidden-0"),
            ("https://example.com/a-long-segment", "a-long-segment"),
        ] {
            assert!(clean(id, secret).contains("[redacted]"), "{secret}");
        }
        assert_eq!(clean("a-hidden-0", "hidden2"), "a-hidden-0");
    }

    #[test]
    fn a_url_without_a_path_takes_nothing_else_out() {
        assert_eq!(clean("a/b", "https://example.com/"), "a/b");
        assert_eq!(clean("a/b", "https://example.com"), "a/b");
    }

    #[test]
    fn a_secret_is_found_behind_invisible_characters_too() {
        assert_eq!(
            clean("bad hid\u{200b}d\u{202e}en", "hidden"),
            "bad [redacted]"
        );
        assert_eq!(clean("\u{202e}txet\u{2066} a\u{2028}b", "x.x"), "txet a b");
    }

    /// A character of a secret, and what it may look like where somebody shows it.
    fn any_spelling() -> impl Strategy<Value = (char, String)> {
        let characters = prop_oneof![
            prop::char::range('!', '~'),
            prop::sample::select(vec!['%', '&', '/', '+', '.', '-', '_', '~', '"', 'é', '字']),
        ];
        (characters, 0..4usize).prop_map(|(character, how)| {
            let mut plain = [0; 4];
            let plain: &str = character.encode_utf8(&mut plain);
            let percent: String = plain.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let spelling = match (how, character) {
                (1, _) => percent,
                (2, _) => percent.to_lowercase(),
                (3, '&') => "&amp;".to_owned(),
                (3, '/') => "\\/".to_owned(),
                (3, '"') => "\\\"".to_owned(),
                _ => plain.to_owned(),
            };
            (character, spelling)
        })
    }

    proptest! {
        #[test]
        fn a_short_secret_is_taken_out_however_it_is_escaped(
            spellings in prop::collection::vec(any_spelling(), 1..12)
        ) {
            let secret: String = spellings.iter().map(|(character, _)| *character).collect();
            let shown: String = spellings.into_iter().map(|(_, spelling)| spelling).collect();
            // No other part of the text has a character that a secret can have.
            prop_assert_eq!(
                clean(&format!("\u{3b1} {shown} \u{3c9}"), &secret),
                "\u{3b1} [redacted] \u{3c9}"
            );
        }

        #[test]
        fn what_is_left_is_one_short_line_without_the_secret(
            before in "\\PC{0,300}", secret in "[A-Z]{12}", after in "(?s).{0,300}"
        ) {
            let shown = clean(&format!("{before}{secret}{after}"), &secret);
            prop_assert!(!shown.contains(&secret));
            prop_assert!(!shown.contains(char::is_control));
            prop_assert!(!shown.contains(is_invisible));
            prop_assert!(shown.chars().count() <= MAX_MESSAGE + 1);
        }
    }
}
