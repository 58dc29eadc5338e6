//! What happened lately, for everybody who looks.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::broadcast;

use super::entry::{Entry, Kind};

/// How many changes a slow reader may lag behind before it has to load everything anew. A change is
/// told by the entry's id alone: whoever never reads holds nothing that the record has forgotten.
const LAG: usize = 256;

/// The latest entries, up to a number and a size.
#[derive(Debug)]
pub(crate) struct Record {
    kept: Mutex<Kept>,
    changes: broadcast::Sender<u64>,
    limits: RecordLimits,
}

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RecordLimits {
    pub(crate) entries: usize,
    /// Entries of those that are no deliveries: anybody can send a request that is refused.
    pub(crate) others: usize,
    /// In bytes.
    pub(crate) size: usize,
}

impl Default for RecordLimits {
    fn default() -> Self {
        Self {
            entries: 1000,
            others: 200,
            size: 16 << 20,
        }
    }
}

#[derive(Debug, Default)]
struct Kept {
    /// With growing ids.
    entries: VecDeque<Arc<Entry>>,
    size: usize,
    last: u64,
}

impl Record {
    pub(crate) fn new(limits: RecordLimits) -> Self {
        Self {
            kept: Mutex::default(),
            changes: broadcast::Sender::new(LAG),
            limits,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an entry, and forgets the oldest ones that are too many. Returns its id.
    pub(crate) fn add(&self, mut entry: Entry) -> u64 {
        let mut kept = self.kept();
        kept.last += 1;
        entry.id = kept.last;
        entry.cut();
        let entry = Arc::new(entry);
        kept.size += entry.size();
        kept.entries.push_back(Arc::clone(&entry));
        kept.trim(self.limits);
        self.tell(entry.id);
        entry.id
    }

    /// Changes an entry that is still kept.
    pub(crate) fn change(&self, id: u64, change: impl FnOnce(&mut Entry)) {
        let mut kept = self.kept();
        let Ok(index) = kept.entries.binary_search_by_key(&id, |entry| entry.id) else {
            return;
        };
        let mut entry = Entry::clone(&kept.entries[index]);
        let before = entry.size();
        change(&mut entry);
        entry.cut();
        kept.size = kept.size + entry.size() - before;
        let entry = Arc::new(entry);
        kept.entries[index] = entry;
        kept.trim(self.limits);
        self.tell(id);
    }

    /// The earliest entry that something is true of.
    pub(crate) fn find_first(&self, is: impl Fn(&Entry) -> bool) -> Option<u64> {
        let kept = self.kept();
        let found = kept.entries.iter().find(|entry| is(entry));
        found.map(|entry| entry.id)
    }

    /// The latest entry that something is true of.
    pub(crate) fn find(&self, is: impl Fn(&Entry) -> bool) -> Option<u64> {
        let kept = self.kept();
        let found = kept.entries.iter().rev().find(|entry| is(entry));
        found.map(|entry| entry.id)
    }

    pub(crate) fn get(&self, id: u64) -> Option<Arc<Entry>> {
        let kept = self.kept();
        let index = kept.entries.binary_search_by_key(&id, |entry| entry.id);
        index.ok().map(|index| Arc::clone(&kept.entries[index]))
    }

    /// All that is kept, the latest first.
    pub(crate) fn all(&self) -> Vec<Arc<Entry>> {
        self.kept().entries.iter().rev().cloned().collect()
    }

    /// The ids of entries as they are added and changed, from now on.
    pub(crate) fn changes(&self) -> broadcast::Receiver<u64> {
        self.changes.subscribe()
    }

    fn tell(&self, id: u64) {
        // Without a reader there is nobody to tell.
        let _ = self.changes.send(id);
    }
}

impl Kept {
    fn trim(&mut self, limits: RecordLimits) {
        let is_other = |entry: &Arc<Entry>| entry.kind != Kind::Delivery;
        let others = self.entries.iter().filter(|entry| is_other(entry)).count();
        if others > limits.others
            && let Some(oldest) = self.entries.iter().position(is_other)
            && let Some(oldest) = self.entries.remove(oldest)
        {
            self.size -= oldest.size();
        }
        // The latest stays, however large it is.
        while self.entries.len() > 1
            && (self.entries.len() > limits.entries || self.size > limits.size)
        {
            if let Some(oldest) = self.entries.pop_front() {
                self.size -= oldest.size();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::inspect::entry::State;

    fn entry(length: usize) -> Entry {
        let mut entry = Entry::new(Kind::Delivery, State::Waiting, "title");
        entry.details.body = Some(Bytes::from(vec![b'a'; length]));
        entry
    }

    proptest! {
        #[test]
        fn no_more_is_kept_than_may_be_and_the_latest_always(
            steps in prop::collection::vec((0_usize..3000, any::<bool>(), any::<prop::sample::Index>()), 1..60),
            entries in 1_usize..10,
            size in 1_usize..20_000,
        ) {
            let record = Record::new(RecordLimits { entries, others: entries, size });
            let mut last = 0;
            for (length, change, which) in steps {
                if change && last > 0 {
                    let id = which.index(last as usize) as u64 + 1;
                    record.change(id, |entry| match length % 4 {
                        0 => entry.title = "é".repeat(length),
                        1 => entry.reason = Some("c".repeat(length)),
                        2 => entry.details.key = "d".repeat(length),
                        _ => entry.details.audience = Some("e".repeat(length)),
                    });
                } else {
                    last = record.add(entry(length));
                }
                let all = record.all();
                prop_assert!(all.len() <= entries);
                let total: usize = all.iter().map(|entry| entry.size()).sum();
                for entry in &all {
                    let reason = entry.reason.as_deref().unwrap_or_default();
                    let details = &entry.details;
                    let texts = entry.title.len() + reason.len() + details.key.len();
                    let texts = texts + details.audience.as_deref().unwrap_or_default().len();
                    prop_assert!(entry.size() >= texts);
                    prop_assert!(entry.title.len() <= 300 && reason.len() <= 300);
                }
                prop_assert!(total <= size || all.len() == 1);
                prop_assert_eq!(total, record.kept().size);
                if last > 0 {
                    prop_assert_eq!(all[0].id, last);
                }
                for (newer, older) in all.iter().zip(all.iter().skip(1)) {
                    prop_assert_eq!(newer.id, older.id + 1);
                }
            }
        }
    }

    #[test]
    fn what_anybody_can_send_pushes_no_delivery_out() {
        let record = Record::new(RecordLimits::default());
        let delivery = record.add(entry(1));
        for _ in 0..5000 {
            record.add(Entry::new(Kind::Refused, State::Refused, "refused"));
        }
        let all = record.all();
        assert_eq!(all.len(), 1 + RecordLimits::default().others);
        assert_eq!(all[all.len() - 1].id, delivery);
        assert!(record.get(delivery).is_some());
        let kept: usize = all.iter().map(|entry| entry.size()).sum();
        assert_eq!(record.kept().size, kept);
    }

    #[test]
    fn who_looks_is_told_of_each_change() {
        let record = Record::new(RecordLimits::default());
        let mut changes = record.changes();
        let id = record.add(entry(1));
        record.change(id, |entry| entry.state = State::Done);
        record.change(id + 1, |entry| entry.state = State::Dead);
        assert_eq!(changes.try_recv().unwrap(), id);
        assert_eq!(changes.try_recv().unwrap(), id);
        assert!(changes.try_recv().is_err());
        assert_eq!(record.get(id).unwrap().state, State::Done);
        assert_eq!(record.find(|entry| entry.state == State::Done), Some(id));
    }
}
