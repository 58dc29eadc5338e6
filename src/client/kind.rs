//! What kind of failure it is, and what follows from that.

/// What went wrong, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// monday could not be reached, or the connection broke.
    Transport,
    /// No answer in time.
    Timeout,
    /// A limit on the number of calls: monday's, or the client's own.
    RateLimit,
    /// The complexity budget is used up.
    Complexity,
    /// The token is not good.
    Unauthorized,
    /// The token may not do this: a scope or a permission is missing.
    Forbidden,
    /// There is no such board, webhook or other thing. Only monday's own words count for that: the
    /// code `ResourceNotFoundException`, a 404 in the error itself, or null for a deletion.
    NotFound,
    /// An argument is wrong.
    InvalidArgument,
    /// The operation itself is wrong.
    Validation,
    /// It conflicts with something else.
    Conflict,
    /// The thing is locked for the moment.
    Locked,
    /// monday failed, or left out what it had to answer.
    Server,
    /// The answer can't be read.
    Decode,
    /// The client is set up wrongly: what answers at the endpoint isn't monday's API.
    Configuration,
    /// An error with a code that this version doesn't know; [`Error::code`](super::Error::code)
    /// has it.
    Other,
}

impl ErrorKind {
    /// Which of several errors in one answer decides: the lowest.
    ///
    /// What no repetition mends comes first, then what passes, then what is unknown. That a thing
    /// isn't there comes last, since somebody may take it for success: all errors must say so.
    pub(super) const fn precedence(self) -> u8 {
        match self {
            Self::Unauthorized => 0,
            Self::Forbidden => 1,
            Self::Configuration => 2,
            Self::Validation => 3,
            Self::InvalidArgument => 4,
            Self::Conflict => 5,
            Self::Server => 6,
            Self::Complexity => 7,
            Self::RateLimit => 8,
            Self::Locked => 9,
            Self::Timeout | Self::Transport | Self::Decode => 10,
            Self::Other => 11,
            Self::NotFound => 12,
        }
    }

    /// Whether the same request can succeed later.
    pub(super) const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::RateLimit
                | Self::Complexity
                | Self::Locked
                | Self::Server
                | Self::Timeout
                | Self::Transport
        )
    }

    /// Whether a mutation that was answered like this can have been carried out: not where monday
    /// refused it for a reason that it names.
    pub(super) const fn may_have_run(self) -> bool {
        matches!(
            self,
            Self::Server | Self::Decode | Self::Timeout | Self::Transport | Self::Other
        )
    }

    /// The value of OpenTelemetry's `error.type`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Transport => "transport",
            Self::Timeout => "timeout",
            Self::RateLimit => "rate_limit",
            Self::Complexity => "complexity",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::InvalidArgument => "invalid_argument",
            Self::Validation => "validation",
            Self::Conflict => "conflict",
            Self::Locked => "locked",
            Self::Server => "server",
            Self::Decode => "decode",
            Self::Configuration => "configuration",
            Self::Other => "other",
        }
    }

    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Transport => "monday could not be reached",
            Self::Timeout => "monday did not answer in time",
            Self::RateLimit => "monday's rate limit is reached",
            Self::Complexity => "monday's complexity budget is used up",
            Self::Unauthorized => "monday refused the token",
            Self::Forbidden => "the token may not do this",
            Self::NotFound => "monday found no such thing",
            Self::InvalidArgument => "monday refused an argument",
            Self::Validation => "monday refused the operation",
            Self::Conflict => "it conflicts with something else",
            Self::Locked => "it is locked for the moment",
            Self::Server => "monday failed",
            Self::Decode => "monday's answer could not be read",
            Self::Configuration => "this is not the endpoint of monday's API: check its URL",
            Self::Other => "monday answered with an error",
        }
    }
}
