//! A compact JWS with HS256 and nothing else. The algorithm is never chosen by the token, so
//! algorithm confusion can't be written (RFC 8725, section 3.1).

use std::{borrow::Cow, collections::BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::Mac;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::event::Entries;

use super::{AuthError, secret::Key};

/// The longest token that is looked at, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// The header of monday's tokens, encoded: `{"alg":"HS256","typ":"JWT"}`. It is good without
/// being read.
const USUAL_HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

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
    let header = match header {
        USUAL_HEADER => None,
        other => Some(decode(other)?),
    };
    let signature = decode(signature)?;
    let claims = decode(claims)?;

    if let Some(header) = header {
        check_header(&header)?;
    }
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
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    pub(super) fn parse(json: &'a [u8]) -> Result<Self, AuthError> {
        let text = std::str::from_utf8(json).map_err(|_| AuthError::Malformed)?;
        let Entries(entries) = serde_json::from_str(text).map_err(|_| AuthError::Malformed)?;
        if has_duplicate(&entries) {
            return Err(AuthError::Duplicate);
        }
        Ok(Self(entries))
    }

    fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let entry = self.0.iter().find(|(other, _)| other == name);
        entry.map(|(_, value)| *value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The value by that name, where there is one.
    pub(super) fn get<T: Deserialize<'a>>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, AuthError> {
        self.raw(name)
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
        self.raw(name)
            .map(|raw| match Object::parse(raw.get().as_bytes()) {
                Err(AuthError::Malformed) => Err(AuthError::ClaimType(name)),
                other => other,
            })
            .transpose()
    }
}

/// Whether a name stands twice. A stranger's object can have very many names.
fn has_duplicate(entries: &[(Cow<'_, str>, &RawValue)]) -> bool {
    const FEW: usize = 16;
    if entries.len() > FEW {
        let names: BTreeSet<_> = entries.iter().map(|(name, _)| name).collect();
        return names.len() < entries.len();
    }
    entries
        .iter()
        .enumerate()
        .any(|(index, (name, _))| entries.iter().take(index).any(|(before, _)| before == name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_usual_header_is_what_it_is_taken_for() {
        let header = URL_SAFE_NO_PAD.decode(USUAL_HEADER).unwrap();
        assert_eq!(header, br#"{"alg":"HS256","typ":"JWT"}"#);
        assert_eq!(check_header(&header), Ok(()));
    }

    proptest! {
        #[test]
        fn a_name_that_stands_twice_is_found_among_few_and_many(
            names in prop::collection::vec("[a-f]{1,2}", 0..30)
        ) {
            let members: Vec<_> = names.iter().map(|name| format!("\"{name}\":1")).collect();
            let json = format!("{{{}}}", members.join(","));
            let distinct: BTreeSet<_> = names.iter().collect();
            let parsed = Object::parse(json.as_bytes());
            prop_assert_eq!(parsed.is_ok(), distinct.len() == names.len());
        }
    }
}
