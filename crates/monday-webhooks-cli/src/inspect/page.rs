//! The page: one document with its style and its script in it.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// What the page is served with, such that nothing but its own style and script works on it:
/// deliveries hold what strangers wrote. `NONCE` is another word for each answer.
const POLICY: &str = "default-src 'none'; script-src 'nonce-NONCE'; style-src 'nonce-NONCE'; \
    connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

pub(super) async fn page() -> Response {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let page = HTML
        .replace("NONCE", &nonce)
        .replace("/*STYLE*/", STYLE)
        .replace("/*SCRIPT*/", SCRIPT);
    (
        StatusCode::OK,
        [
            (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
            (
                header::CONTENT_SECURITY_POLICY,
                POLICY.replace("NONCE", &nonce),
            ),
        ],
        page,
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_whole_and_asks_nobody_else_for_anything() {
        assert!(HTML.contains("/*STYLE*/") && HTML.contains("/*SCRIPT*/"));
        for part in [HTML, STYLE, SCRIPT] {
            for outside in ["http:", "https:", "src=", "@import"] {
                assert!(!part.contains(outside), "{outside}");
            }
        }
        assert!(!STYLE.contains("url("));
        // The script ends where the document says so, and nothing makes markup of text.
        assert!(!SCRIPT.contains("</"));
        for sink in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!SCRIPT.contains(sink), "{sink}");
        }
    }
}
