/// The data directory: what its files are, how a restored one is made startable, and how it is kept
/// from touching the cluster it was copied from.
///
/// - *Relation file*: a file of pages, one segment of one fork of a table or index
///   ([io.holdfast.postgres.datadir.RelationFile]).
/// - *Tablespace map*: file `tablespace_map`, from which a server that recovers a backup makes the
///   links of its tablespaces.
/// - *Placing* the configuration: making one startable `postgresql.conf` in the data directory out
///   of files that lay elsewhere, for example in `/etc/postgresql/15/main`
///   ([io.holdfast.postgres.datadir.ConfigurationPlacement]).
/// - *Recovery setup*: the signal file and the settings that lead recovery to its target
///   ([io.holdfast.postgres.datadir.RecoverySetup]).
/// - *Quarantine*: settings that keep a restored server from archiving into, replicating from or
///   being waited for by production. They stand in `postgresql.auto.conf`, which wins over
///   `postgresql.conf`, and each can be lifted by itself.
/// - *Scratch server*: a server that lives for one check. Nothing of the user's configuration is
///   used, beside what recovery needs.
///
/// Everything here is planned as values first and applied by
/// [io.holdfast.postgres.datadir.FileChanges] afterwards, so that a dry run shows what would be
/// done. Texts are decoded without loss by [io.holdfast.postgres.manifest.RawPath].
@NullMarked
package io.holdfast.postgres.datadir;

import org.jspecify.annotations.NullMarked;
