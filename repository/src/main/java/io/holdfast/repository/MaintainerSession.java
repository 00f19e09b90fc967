package io.holdfast.repository;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.util.Optional;

/// The session that owns packs which maintenance writes, so that somebody collects them if the run
/// does not get to its end. *Confined.*
final class MaintainerSession {
  private static final int SESSION_TRIES_MAX = 8;

  private final Repository repository;
  private final SessionId id;
  private final Digest opened;

  private MaintainerSession(Repository repository, SessionId id, Digest opened) {
    this.repository = repository;
    this.id = id;
    this.opened = opened;
  }

  /// Registers one, above the floor that is announced or about to be.
  static MaintainerSession open(Repository repository, Optional<SessionId> closingBelow)
      throws IOException {
    RepositoryOptions options = repository.options();
    for (int attempt = 0; attempt < SESSION_TRIES_MAX; attempt++) {
      SessionId fresh = SessionId.create(options.clock().instant(), options.entropy());
      SnapshotId place = new SnapshotId(fresh, 0);
      SlotRecord open = new SlotRecord.Open(options.clock().instant(), Digest.zero());
      byte[] object = repository.log().seal(place, open);
      boolean closing = closingBelow.filter(floor -> fresh.compareTo(floor) < 0).isPresent();
      if (!closing && repository.log().claim(place, object) == ResolvedPut.Owner.OURS) {
        return new MaintainerSession(repository, fresh, Digest.of(object));
      }
    }
    throw new BackupException(
        ErrorCode.SESSION_KILLED,
        "maintenance has closed the ids of sessions that begin now",
        "Compare this machine's clock with that of the machine that ran maintenance before.");
  }

  SessionId id() {
    return id;
  }

  void close() throws IOException {
    SnapshotId place = new SnapshotId(id, 1);
    SlotRecord close = new SlotRecord.Close(repository.options().clock().instant(), opened);
    var _ = repository.log().claim(place, repository.log().seal(place, close));
  }
}
