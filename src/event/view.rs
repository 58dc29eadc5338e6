//! The fields of an object within an event, each read by itself: an odd one costs no other.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::object::Entries;

/// An object, its values unread.
pub(super) struct View<'a>(Entries<'a>);

impl<'a> View<'a> {
    /// The view of a JSON text, where it is an object: serde would read a list as one, too.
    pub(super) fn of(json: &'a str) -> Option<Self> {
        let fields = json.starts_with('{').then(|| serde_json::from_str(json));
        fields?.ok().map(Self)
    }

    /// The value by that name, where it is there, isn't null and has this type.
    pub(super) fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        self.read(name).unwrap_or_default()
    }

    /// The same, with an error where the value has another type.
    pub(super) fn read<T: Deserialize<'a>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, serde_json::Error> {
        self.0
            .last(name)
            .map_or(Ok(None), |raw| serde_json::from_str(raw.get()))
    }

    /// The object by that name, where there is one.
    pub(super) fn object(&self, name: &str) -> Option<Self> {
        self.0.last(name).and_then(|raw| View::of(raw.get()))
    }

    /// The objects in the list by that name, as `read` reads them; none where one of them can't be
    /// read.
    pub(super) fn list<T>(&self, name: &str, read: impl Fn(&Self) -> Option<T>) -> Option<Vec<T>> {
        self.get::<Vec<&RawValue>>(name)?
            .into_iter()
            .map(|raw| read(&View::of(raw.get())?))
            .collect()
    }
}
