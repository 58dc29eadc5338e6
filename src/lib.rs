//! The whole life of a monday.com webhook.
