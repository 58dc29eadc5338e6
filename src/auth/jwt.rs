//! A compact JWS with HS256 and nothing else. The algorithm is never chosen by the token, so
//! algorithm confusion can't be written (RFC 8725, section 3.1).

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::Entries;

use super::{AuthError, secret::Key};

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// Header fields that change what a token means. Ignoring one would be reading it wrongly.
const REFUSED_FIELDS: [&str; 4] = ["crit", "b64", "zip", "enc"];

/// Checks the form and the signature of a token, and hands out the text of its claims.
pub(super) fn verify<'k>(
    token: &str,
    mut keys: impl Iterator<Item = &'k Key>,
) -> Result<Vec<u8>, AuthError> {
    if token.len() > MAX_TOKEN {
        return Err(AuthError::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(AuthError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(AuthError::Malformed)?;
    let header = decode(header)?;
    let signature = decode(signature)?;
    let claims = decode(claims)?;

    check_header(&header)?;
    let signed = signed.as_bytes();
    let good = keys.any(|key| {
        let mac = key.clone().chain_update(signed);
        mac.verify_slice(&signature).is_ok()
    });
    if good {
        Ok(claims)
    } else {
        Err(AuthError::Signature)
    }
}

/// Signs claims as monday does.
#[cfg(feature = "testing")]
pub(crate) fn sign(secret: &impl super::Profile, claims: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = secret.signer().0.clone().chain_update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(signature.finalize().into_bytes());
    format!("{signed}.{signature}")
}

/// Strict: no padding, no other alphabet, no bits left over, not empty. A part with a dot in it
/// (a token of four parts and more) fails here too, since a dot is in no alphabet.
fn decode(part: &str) -> Result<Vec<u8>, AuthError> {
    if part.is_empty() {
        return Err(AuthError::Malformed);
    }
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| AuthError::Malformed)
}

fn check_header(header: &[u8]) -> Result<(), AuthError> {
    let header = Object::parse(header)?;
    if let Some(field) = REFUSED_FIELDS.into_iter().find(|field| header.has(field)) {
        return Err(AuthError::Header(field));
    }
    match header.get::<Cow<'_, str>>("alg") {
        Ok(Some(algorithm)) if algorithm == "HS256" => Ok(()),
        _ => Err(AuthError::Algorithm),
    }
}

/// A JSON object in which no name stands twice, its values unread.
pub(super) struct Object<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'a> Object<'a> {
    pub(super) fn parse(json: &'a [u8]) -> Result<Self, AuthError> {
        let text = std::str::from_utf8(json).map_err(|_| AuthError::Malformed)?;
        let Entries(entries) = serde_json::from_str(text).map_err(|_| AuthError::Malformed)?;
        let count = entries.len();
        let object: BTreeMap<_, _> = entries.into_iter().collect();
        if object.len() < count {
            return Err(AuthError::Duplicate);
        }
        Ok(Self(object))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The value by that name, where there is one.
    pub(super) fn get<T: Deserialize<'a>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, AuthError> {
        self.0
            .get(name)
            .map(|raw| serde_json::from_str(raw.get()))
            .transpose()
            .map_err(|_| AuthError::ClaimType(name))
    }

    /// The value by that name, where there is one and it isn't null.
    pub(super) fn optional<T: Deserialize<'a>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, AuthError> {
        Ok(self.get::<Option<T>>(name)?.flatten())
    }

    /// The object by that name, where there is one.
    pub(super) fn object(&self, name: &'static str) -> Result<Option<Self>, AuthError> {
        self.0
            .get(name)
            .map(|raw| match Object::parse(raw.get().as_bytes()) {
                Err(AuthError::Malformed) => Err(AuthError::ClaimType(name)),
                other => other,
            })
            .transpose()
    }
}
