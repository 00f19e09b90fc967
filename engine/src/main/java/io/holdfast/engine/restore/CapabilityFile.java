package io.holdfast.engine.restore;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.wal.PlannedWal;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.engine.wal.WalCapability;
import io.holdfast.postgres.wal.WalFileName;
import io.holdfast.postgres.wal.WalSegmentSize;
import io.holdfast.repository.Repository;
import io.holdfast.repository.wal.WalArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// Puts the capability into a data directory that is being restored, and proves that the server's
/// user can use it before anything large is written.
final class CapabilityFile {
  static final String NAME = "holdfast_wal.capability";
  private static final String PROBE = "holdfast_wal.probe";

  private final RestorePlan plan;
  private final WalSupply.OnDemand supply;

  CapabilityFile(RestorePlan plan, WalSupply.OnDemand supply) {
    this.plan = plan;
    this.supply = supply;
  }

  /// @return what a person should know
  List<String> write(Repository repository, WalArchive archive) throws IOException {
    requireHistories(archive);
    PlannedWal wal =
        PlannedWal.of(plan.target(), new WalSegmentSize(archive.lineage().segmentBytes()));
    var capability =
        new WalCapability(
            supply.repository(),
            archive.lineage(),
            wal,
            SourceWal.grant(repository, archive.lineage().source()));
    Path file = plan.to().resolve(NAME);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel = FileChannel.open(file, Set.of(CREATE_NEW, WRITE), ownerOnly)) {
      ByteBuffer bytes =
          ByteBuffer.wrap(capability.encode().expose().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    plan.owner().give(file);
    return prove(wal.segments().getFirst().toString());
  }

  /// The server needs the history of each timeline it passes, and it must be there now.
  private void requireHistories(WalArchive archive) throws IOException {
    for (int timeline : plan.target().historyFiles()) {
      String name = new WalFileName.History(timeline).toString();
      if (archive.file(name).isEmpty()) {
        throw StagedWal.noHistory(timeline);
      }
    }
  }

  /// Fetches the first segment as the server's user will.
  private List<String> prove(String segment) throws IOException {
    List<String> fetch =
        List.of(supply.program().toString(), "wal", "fetch", "--capability", NAME, segment, PROBE);
    OwnersCommand.Outcome outcome = OwnersCommand.run(plan.owner(), plan.to(), fetch);
    Path probe = plan.to().resolve(PROBE);
    return switch (outcome) {
      case OwnersCommand.Outcome.CannotTry(String why) ->
          List.of(
              why
                  + ", so nobody has tried whether the server's user can read "
                  + supply.repository());
      case OwnersCommand.Outcome.Ended(int status, String output) -> {
        if (status != 0 || !Files.exists(probe)) {
          Files.delete(plan.to().resolve(NAME));
          throw new BackupException(
              ErrorCode.ON_DEMAND_UNUSABLE,
              "the server's user cannot fetch WAL: "
                  + supply.program()
                  + " ended with status "
                  + status
                  + (output.isEmpty() ? "" : ": " + output),
              "That user must be able to run Holdfast there and to read "
                  + supply.repository()
                  + "; or use --wal staged. The directory "
                  + plan.to()
                  + " was left behind without data.");
        }
        Files.delete(probe);
        yield List.of();
      }
    };
  }
}
