//! Why a request isn't monday's.

/// Why a token was refused. It is for the operator: what a caller is told reveals nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// No `Authorization` header. monday sends one only for webhooks that were created with an
    /// integration app's OAuth token.
    #[error("there is no token")]
    Missing,
    /// More than one `Authorization` header.
    #[error("there are several Authorization headers")]
    Several,
    /// The token is longer than 8 KiB.
    #[error("the token is longer than 8 KiB")]
    TooLong,
    /// Not three parts of unpadded base64url, or not JSON objects within them.
    #[error("the token is not a compact JWT")]
    Malformed,
    /// The header names another algorithm than HS256, or none.
    #[error("the token's algorithm is not HS256")]
    Algorithm,
    /// The header asks for something that would change how the token is read.
    #[error("the token's header has \"{0}\", which is not supported")]
    Header(&'static str),
    /// A name stands twice in the header or the claims, and readers could disagree.
    #[error("a name stands twice in the token's header or claims")]
    Duplicate,
    /// None of the secrets made this signature.
    #[error("the token's signature is not that of any of the secrets")]
    Signature,
    /// A claim is missing that has to be there.
    #[error("the token has no \"{0}\" claim")]
    MissingClaim(&'static str),
    /// A claim has another type than it should.
    #[error("the token's \"{0}\" claim has the wrong type")]
    ClaimType(&'static str),
    /// The token's time is over.
    #[error("the token is expired")]
    Expired,
    /// The token was issued in the future, or isn't valid yet.
    #[error("the token is not valid yet: its \"{0}\" claim lies in the future")]
    NotYet(&'static str),
    /// The token is for another endpoint.
    #[error("the token is for another audience")]
    Audience,
    /// An app lifecycle token at a board endpoint, or the other way round.
    #[error("the token is of the other profile: board and app lifecycle endpoints don't mix")]
    Profile,
}
