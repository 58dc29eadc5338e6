//! What `graphql-parser` refuses although the specification allows it, with its place.

/// Why `graphql-parser` 0.4 doesn't read a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Where it stops, in bytes from the text's start.
    pub(crate) offset: usize,
    /// What it can't read, in one line.
    pub(crate) message: String,
}

impl Refusal {
    /// From a text, what the parser said of it, and the parser.
    pub(crate) fn new(text: &str, error: &str, parse: impl Fn(&str) -> Result<(), String>) -> Self {
        // Its lines and columns aren't those of an editor: a tab counts as eight, and a comment
        // that ends in CRLF as two lines. Of this text, which has the same offsets, they are.
        let plain = text
            .replace("\r\n", " \n")
            .replace('\r', "\n")
            .replace('\t', " ")
            .replace('\u{feff}', "   ");
        let offset = parse(&plain)
            .err()
            .and_then(|error| offset(&plain, &error))
            .unwrap_or(0);
        let message = message(error, text.get(offset..).unwrap_or_default());
        Self { offset, message }
    }

    /// The line of the text that it stands in.
    pub(crate) fn line<'a>(&self, text: &'a str) -> &'a str {
        let (before, after) = text.split_at_checked(self.offset).unwrap_or((text, ""));
        let start = before.rfind('\n').map_or(0, |found| found + 1);
        let end = after
            .find('\n')
            .map_or(text.len(), |found| self.offset + found);
        text.get(start..end).unwrap_or_default().trim()
    }
}

/// The place that the parser's error names.
fn offset(text: &str, error: &str) -> Option<usize> {
    let (_, place) = error.split_once("Parse error at ")?;
    let (line, column) = place.lines().next()?.split_once(':')?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let start: usize = text
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let rest = text.get(start..)?;
    let (within, _) = rest.char_indices().nth(column.checked_sub(1)?)?;
    Some(start + within)
}

fn message(error: &str, at: &str) -> String {
    if error.contains("Recursion limit exceeded") {
        return "code can't be generated from this: more than 50 brackets are open here; \
                a fragment starts anew"
            .into();
    }
    let float = error.split_once("unsupported float \"");
    if let Some((number, _)) = float.and_then(|(_, rest)| rest.split_once('"')) {
        return format!(
            "code can't be generated from this: the exponent of {number} can't be read; \
             write the number out"
        );
    }
    if at.starts_with('@') {
        return "code can't be generated from this: a variable has a directive; \
                leave that out"
            .into();
    }
    let said: Vec<&str> = error
        .lines()
        .filter(|line| !line.contains("Parse error at "))
        .map(str::trim)
        .collect();
    format!("code can't be generated from this: {}", said.join(", "))
}
