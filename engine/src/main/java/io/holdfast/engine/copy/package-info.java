/// Copying backups with their write-ahead log into another repository: another store, another key,
/// or both. The *source* is only read. In the *target* the copy is a session like that of a backup,
/// one for each backup, so that finished ones stay whatever happens later.
///
/// Within one key space the **frames** of chunks are moved as they are; else **content** is read
/// and stored anew, because names of chunks depend on the key. Either way everything is
/// authenticated before it is stored, and looked at again in the target after the commit.
@NullMarked
package io.holdfast.engine.copy;

import org.jspecify.annotations.NullMarked;
