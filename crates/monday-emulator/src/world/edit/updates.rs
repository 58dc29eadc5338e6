//! What is done to updates.

use super::Act;
use crate::world::{Change, ChangeKind, Update, World, WorldError};

impl World {
    /// Writes an update, or a reply to one.
    pub(crate) fn create_update(
        &mut self,
        act: Act,
        item_id: Option<u64>,
        parent: Option<u64>,
        body: &str,
    ) -> Result<(u64, Vec<Change>), WorldError> {
        let item_id = match (item_id, parent) {
            (_, Some(parent)) => {
                let update = self.update(parent).ok_or(WorldError::NoUpdate(parent))?;
                update.item_id
            }
            (Some(item_id), None) => item_id,
            (None, None) => return Err(WorldError::NoItem(0)),
        };
        let item = self.active_item(item_id)?.clone();
        let update = Update {
            id: self.new_id(),
            item_id,
            parent,
            body: body.to_owned(),
            creator: act.user,
            created_at: act.now,
            edited_at: act.now,
        };
        self.updates.insert(update.id, update.clone());
        let id = update.id;
        let change = self.change(item.board_id, ChangeKind::UpdateCreated(item, update))?;
        Ok((id, vec![change]))
    }

    /// Changes what an update says.
    pub(crate) fn edit_update(
        &mut self,
        act: Act,
        id: u64,
        body: &str,
    ) -> Result<Vec<Change>, WorldError> {
        let update = self.updates.get_mut(&id).ok_or(WorldError::NoUpdate(id))?;
        body.clone_into(&mut update.body);
        update.edited_at = act.now;
        let update = update.clone();
        let item = self.any_item(update.item_id)?.clone();
        Ok(vec![self.change(
            item.board_id,
            ChangeKind::UpdateEdited(item, update),
        )?])
    }

    /// Deletes an update and its replies, and returns it.
    pub(crate) fn delete_update(&mut self, id: u64) -> Result<(Update, Vec<Change>), WorldError> {
        let update = self.updates.remove(&id).ok_or(WorldError::NoUpdate(id))?;
        self.updates.retain(|_, reply| reply.parent != Some(id));
        let item = self.any_item(update.item_id)?.clone();
        let kind = ChangeKind::UpdateDeleted(item.clone(), update.clone());
        Ok((update, vec![self.change(item.board_id, kind)?]))
    }
}
