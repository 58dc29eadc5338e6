//! Versions of monday's API.

/// Whether this can be a version of monday's API: quarterly, `YYYY-MM` with the month 01, 04, 07
/// or 10, or `dev` (monday's reference on API versioning).
#[must_use]
pub fn is_api_version(text: &str) -> bool {
    let quarterly = text.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(month, "01" | "04" | "07" | "10")
    });
    quarterly || text == "dev"
}

#[cfg(test)]
mod tests {
    use super::is_api_version;

    #[test]
    fn versions_are_quarterly_or_dev() {
        for good in ["2026-10", "2027-01", "dev"] {
            assert!(is_api_version(good), "{good}");
        }
        for bad in [
            "2026-11",
            "2026",
            "26-10",
            "2026-10\n",
            "2026-1\"",
            "current",
            "",
        ] {
            assert!(!is_api_version(bad), "{bad}");
        }
    }
}
