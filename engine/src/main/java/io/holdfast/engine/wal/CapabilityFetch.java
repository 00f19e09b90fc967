package io.holdfast.engine.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wal.WalSegmentName;
import io.holdfast.repository.wal.WalArchive;
import io.holdfast.repository.wal.WalSealer;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Brings WAL files back for the recovery that a capability was made for, without any other key or
/// setting. The repository is looked at before anything is said to be absent: one that is not there
/// is an error, never the end of WAL.
public final class CapabilityFetch {
  private final EngineContext context;

  public CapabilityFetch(EngineContext context) {
    this.context = context;
  }

  /// @param elsewhere the repository's place, where it is no longer the one in the file
  public WalFetch.Outcome fetch(
      Path capability, Optional<String> elsewhere, String name, Path destination) {
    return Failures.translate(
        "fetch " + name,
        () -> fetchNow(WalCapability.read(capability), elsewhere, name, destination));
  }

  private WalFetch.Outcome fetchNow(
      WalCapability capability, Optional<String> elsewhere, String name, Path destination)
      throws IOException {
    context.cancellation().throwIfRequested();
    WalFileName parsed = WalFetch.parse(name);
    String place = elsewhere.orElse(capability.repository());
    try (BlobStore store = new RepositoryAccess(context).openStore(place)) {
      capability.grant().requireRepositoryIn(store);
      WalArchive archive =
          WalArchive.of(store, WalSealer.of(capability.grant()), capability.lineage());
      requireOwnLineage(archive);
      Optional<WalContent> content =
          switch (parsed) {
            case WalFileName.Segment(WalSegmentName segment) ->
                capability.plan().has(segment)
                    ? Optional.of(new PlannedSegments(archive, capability.plan()).content(segment))
                    : Optional.empty();
            case WalFileName.Partial _ -> Optional.empty();
            case WalFileName.History _, WalFileName.BackupHistory _ ->
                archive.file(name).map(WalContent::of);
          };
      if (content.isEmpty()) {
        return WalFetch.Outcome.ABSENT;
      }
      WalFetch.write(destination, content.get());
      return WalFetch.Outcome.FETCHED;
    }
  }

  /// Without it an archive that is gone or belongs to other keys would look like one without
  /// history files.
  private static void requireOwnLineage(WalArchive archive) throws IOException {
    if (!archive.isRecorded()) {
      throw new BackupException(
          ErrorCode.WAL_GAP,
          "the repository no longer has the WAL of source '" + archive.lineage().source() + "'",
          "Was the repository copied as a whole? 'holdfast verify --all' shows what is missing.");
    }
  }
}
