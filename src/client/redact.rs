//! What monday says is shown to people, so it is cleaned first.

/// The most characters of a message that are kept.
const MAX_MESSAGE: usize = 500;

/// Takes secrets, control characters and excess length out of somebody else's text.
pub(super) fn clean<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        if !secret.is_empty() {
            text = text.replace(secret, "[redacted]");
        }
    }
    let mut words = text
        .split(|character: char| character.is_control() || character.is_whitespace())
        .filter(|word| !word.is_empty());
    let mut clean = words.next().unwrap_or_default().to_owned();
    for word in words {
        clean.push(' ');
        clean.push_str(word);
    }
    if let Some((end, _)) = clean.char_indices().nth(MAX_MESSAGE) {
        clean.truncate(end);
        clean.push('…');
    }
    clean
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_echoed_token_is_taken_out() {
        assert_eq!(
            clean("token abc.def is\nbad\u{1b}[31m", ["abc.def"]),
            "token [redacted] is bad [31m"
        );
    }

    proptest! {
        #[test]
        fn what_is_left_is_one_short_line_without_the_secret(
            before in "\\PC{0,300}", secret in "[A-Z]{12}", after in "(?s).{0,300}"
        ) {
            let shown = clean(&format!("{before}{secret}{after}"), [secret.as_str()]);
            prop_assert!(!shown.contains(&secret));
            prop_assert!(!shown.contains(char::is_control));
            prop_assert!(shown.chars().count() <= MAX_MESSAGE + 1);
        }
    }
}
