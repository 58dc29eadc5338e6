//! API versions: which `API-Version` is served as what.

/// The versions that are alive, as on 2026-11: quarterly, one in maintenance, one current, one
/// release candidate (monday's API versioning reference).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    maintenance: String,
    current: String,
    release_candidate: String,
}

impl Default for Versions {
    fn default() -> Self {
        Self::new("2026-07", "2026-10", "2027-01")
    }
}

/// A version of the API and what it counts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) value: String,
    /// By the schema's `VersionKind`.
    pub(crate) kind: &'static str,
}

impl Versions {
    /// These three versions, oldest first, each in the form `2026-10`.
    #[must_use]
    pub fn new(
        maintenance: impl Into<String>,
        current: impl Into<String>,
        release_candidate: impl Into<String>,
    ) -> Self {
        Self {
            maintenance: maintenance.into(),
            current: current.into(),
            release_candidate: release_candidate.into(),
        }
    }

    /// Every version that is alive.
    pub(crate) fn all(&self) -> Vec<Version> {
        [
            (self.maintenance.as_str(), "maintenance"),
            (self.current.as_str(), "current"),
            (self.release_candidate.as_str(), "release_candidate"),
            ("dev", "dev"),
        ]
        .map(|(value, kind)| Version {
            value: value.to_owned(),
            kind,
        })
        .into()
    }

    /// The current one.
    pub(crate) fn current(&self) -> Version {
        Version {
            value: self.current.clone(),
            kind: "current",
        }
    }

    /// The version that serves a request with this header.
    ///
    /// Without one it is the current version; a retired one is routed to the oldest that is alive;
    /// `None` for what was never a version.
    pub(crate) fn serve(&self, requested: Option<&str>) -> Option<Version> {
        let requested = requested.unwrap_or(&self.current);
        let alive = self.all();
        alive
            .iter()
            .find(|version| version.value == requested)
            .or_else(|| {
                let retired = is_quarter(requested) && requested < self.maintenance.as_str();
                retired.then(|| &alive[0])
            })
            .cloned()
    }
}

/// Whether `text` has the form `YYYY-(01|04|07|10)`.
fn is_quarter(text: &str) -> bool {
    text.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4
            && year.bytes().all(|digit| digit.is_ascii_digit())
            && matches!(month, "01" | "04" | "07" | "10")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_the_sdk_sends_is_alive() {
        let alive = Versions::default().all();
        assert!(
            alive
                .iter()
                .any(|version| version.value == monday_webhooks::API_VERSION)
        );
    }

    #[test]
    fn each_header_is_served_by_the_version_that_monday_would_choose() {
        let versions = Versions::default();
        for (requested, served) in [
            (None, Some("2026-10")),
            (Some("2026-07"), Some("2026-07")),
            (Some("2027-01"), Some("2027-01")),
            (Some("dev"), Some("dev")),
            (Some("2023-10"), Some("2026-07")),
            (Some("2027-04"), None),
            (Some("2026-08"), None),
            (Some("2023-1"), None),
            (Some("latest"), None),
            (Some(""), None),
        ] {
            let version = versions.serve(requested).map(|version| version.value);
            assert_eq!(version.as_deref(), served, "{requested:?}");
        }
    }
}
