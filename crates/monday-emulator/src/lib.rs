//! monday on loopback.
