package io.holdfast.engine.embedded;

import io.holdfast.base.BackupException;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.server.RowCopy;
import io.holdfast.postgres.server.RunningServer;
import io.holdfast.postgres.server.ServerPrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/// Brings an embedded cluster to a newer major version: makes a new cluster, lets the caller make
/// the tables there, and copies all rows. The old one stays as it is until every row has arrived,
/// and is kept afterwards.
///
/// Rows are copied without `pg_dump` or `pg_upgrade`, which the PostgreSQL of the distribution does
/// not have.
public final class EmbeddedUpgrade {
  /// The cluster that is used.
  static final String DATA = "data";

  /// One that is being made, and is nothing yet.
  static final String MAKING = "data.new";

  /// One that has everything, and is to take the place of the one that is used.
  static final String COMPLETE = "data.complete";

  /// The one that was used before the last upgrade.
  static final String BEFORE = "data.before-upgrade";

  private final EngineContext context;

  public EmbeddedUpgrade(EngineContext context) {
    this.context = context;
  }

  /// Makes roles, tables and everything else but rows, in the state in which the old cluster has
  /// them: by the same migrations. Rows that it makes are replaced.
  @FunctionalInterface
  public interface Schema {
    /// @param url as [EmbeddedCluster#url]
    /// @param superuser as [EmbeddedCluster#properties]
    void make(String url, Properties superuser) throws IOException;
  }

  /// What was done.
  ///
  /// @param before where the old cluster is kept; it can be removed
  public record Report(String fromVersion, String toVersion, long rows, Path before) {}

  /// Upgrades to the newest programs there are; empty if the cluster has that major version, or if
  /// there is no cluster. The cluster must not be open.
  ///
  /// A crash leaves the old cluster or the new one, whole.
  ///
  /// @throws BackupException `SERVER_PROGRAM_MISSING` if the programs of the old version are gone,
  ///   `TARGET_UNSUITABLE` if the schemas differ; the old cluster is as it was
  public Optional<Report> run(EmbeddedRequest request, Schema schema) {
    return Failures.translate(
        "upgrade PostgreSQL in " + request.directory(),
        () -> run(request, schema, InstalledServers.find(context.environment())));
  }

  /// As above, with the programs that the host has.
  Optional<Report> run(EmbeddedRequest request, Schema schema, InstalledServers installed)
      throws IOException {
    try (EmbeddedPlace place = EmbeddedPlace.claim(request.directory())) {
      finish(place);
      if (!Files.exists(place.data(), LinkOption.NOFOLLOW_LINKS)) {
        return Optional.empty();
      }
      RunningServer.stopLeftover(place.data());
      ProgramChoice choice = new ProgramChoice(place, request.archive(), installed);
      ServerPrograms from = choice.forData();
      ServerPrograms to = choice.newest();
      if (to.majorVersion() <= from.majorVersion()) {
        return Optional.empty();
      }
      long rows = copy(place, from, to, schema);
      place.discard(MAKING + ".log");
      place.rename(MAKING, COMPLETE);
      finish(place);
      return Optional.of(
          new Report(
              from.fullVersion(), to.fullVersion(), rows, place.directory().resolve(BEFORE)));
    }
  }

  /// Puts a complete new cluster into its place, wherever an earlier try was interrupted.
  static void finish(EmbeddedPlace place) throws IOException {
    if (!Files.exists(place.directory().resolve(COMPLETE), LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Files.exists(place.data(), LinkOption.NOFOLLOW_LINKS)) {
      place.discard(BEFORE);
      place.rename(DATA, BEFORE);
    }
    place.rename(COMPLETE, DATA);
  }

  private long copy(EmbeddedPlace place, ServerPrograms from, ServerPrograms to, Schema schema)
      throws IOException {
    EmbeddedServer.initialise(place, to, MAKING);
    try (EmbeddedServer old = EmbeddedServer.start(context, place, from, DATA);
        EmbeddedServer made = EmbeddedServer.start(context, place, to, MAKING)) {
      schema.make(EmbeddedCluster.URL, made.server().properties(EmbeddedCluster.NAME));
      return RowCopy.copy(
          old.server(), made.server(), EmbeddedCluster.NAME, context.cancellation());
    }
  }
}
