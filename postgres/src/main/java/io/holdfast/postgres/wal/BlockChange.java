package io.holdfast.postgres.wal;

/// A block that a WAL record changes.
///
/// @param tablespace object number of the tablespace
/// @param database object number of the database, 0 for shared relations
/// @param fileNumber PostgreSQL's relfilenode
/// @param fork PostgreSQL's fork number: 0 main, 1 free space map, 2 visibility map, 3 init
/// @param block number within the fork
/// @param effect what replay does to the page
public record BlockChange(
    long tablespace, long database, long fileNumber, int fork, long block, Effect effect) {
  /// What replay does to the page.
  public enum Effect {
    /// Changes the page as it finds it.
    AMENDS,
    /// Writes the whole page, whatever was there.
    REPLACES
  }
}
