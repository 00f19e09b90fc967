package io.holdfast.engine.restore;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// How a restored server gets the WAL that it recovers with.
public sealed interface WalSupply {
  /// What must stay free in any case.
  long RESERVE_BYTES = 32L << 20;

  /// A server in recovery keeps a copy of the WAL it replays in `pg_wal` until its next restart
  /// point: as much as `max_wal_size`, whose default this is.
  long REPLAYED_BYTES_MAX = 1L << 30;

  /// It lies beside the data: the server needs neither key nor repository.
  record Staged() implements WalSupply {}

  /// The server fetches each segment from the repository, with a capability file.
  ///
  /// @param program the installed `holdfast`, absolute
  /// @param repository where the server will find it
  record OnDemand(Path program, String repository) implements WalSupply {}

  /// What a restore needs and has.
  record Space(long dataBytes, long walBytes, long freeBytes) {
    private long stagedBytes() {
      return onDemandBytes() + walBytes;
    }

    private long onDemandBytes() {
      return dataBytes + Math.min(walBytes, REPLAYED_BYTES_MAX) + RESERVE_BYTES;
    }
  }

  /// Decides, and refuses what does not fit.
  ///
  /// @param home where this program is installed; empty if it does not run from a distribution
  /// @throws BackupException `NO_SPACE`, or `BAD_ARGUMENT` if nothing is installed that the server
  ///   could call
  static WalSupply decide(
      WalChoice choice, Space space, Path to, Optional<Path> home, String repository) {
    return switch (choice) {
      case STAGED -> {
        require(space, space.stagedBytes(), to, "Free some space, or use --wal on-demand.");
        yield new Staged();
      }
      case ON_DEMAND -> {
        OnDemand onDemand = onDemand(home, repository);
        require(space, space.onDemandBytes(), to, "Free some space or choose another directory.");
        yield onDemand;
      }
      case AUTO -> {
        if (space.freeBytes() >= space.stagedBytes()) {
          yield new Staged();
        }
        if (space.freeBytes() >= space.onDemandBytes()) {
          yield onDemand(home, repository);
        }
        require(space, space.onDemandBytes(), to, "Free some space or choose another directory.");
        yield new Staged();
      }
    };
  }

  private static void require(Space space, long needed, Path to, String hint) {
    if (space.freeBytes() < needed) {
      throw new BackupException(
          ErrorCode.NO_SPACE,
          "the restore needs "
              + new ByteSize(needed)
              + " and only "
              + new ByteSize(space.freeBytes())
              + " are free at "
              + to,
          hint + " Nothing was written.");
    }
  }

  private static OnDemand onDemand(Optional<Path> home, String repository) {
    Path program = home.map(h -> h.toAbsolutePath().resolve("bin/holdfast")).orElse(Path.of(""));
    if (home.isEmpty() || !Files.isExecutable(program)) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "WAL on demand needs an installed Holdfast that the server can call, and this one does not run from a distribution",
          "Unpack the distribution and run its bin/holdfast, or make room for --wal staged.");
    }
    return new OnDemand(program, repository);
  }

  /// The value of `restore_command`. The server runs it in the data directory, so names in it stay
  /// right wherever that is moved.
  default String restoreCommand() {
    return switch (this) {
      case Staged _ -> "cp \"" + StagedWal.DIRECTORY + "/%f\" \"%p\"";
      case OnDemand(Path program, String _) ->
          "'"
              + program.toString().replace("'", "'\\''").replace("%", "%%")
              + "' wal fetch --capability "
              + CapabilityFile.NAME
              + " \"%f\" \"%p\"";
    };
  }

  /// The word of `--wal`.
  default String word() {
    return switch (this) {
      case Staged _ -> "staged";
      case OnDemand _ -> "on-demand";
    };
  }
}
