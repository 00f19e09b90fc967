package io.holdfast.server.catalog;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Secret;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.config.ServerSection;
import io.holdfast.engine.embedded.OwnServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where the catalog is: in a database that somebody named, or in a PostgreSQL server of our own,
/// which closing stops.
public final class CatalogPlace implements AutoCloseable {
  private final CatalogAddress address;
  private final Optional<OwnServer> cluster;

  private CatalogPlace(CatalogAddress address, Optional<OwnServer> cluster) {
    this.address = address;
    this.cluster = cluster;
  }

  /// Starts the embedded server where no other was named.
  ///
  /// @param directory of the embedded one, as the command line says; it wins over the section
  public static CatalogPlace open(
      Configuration configuration, ServerSection section, Optional<Path> directory) {
    return section
        .catalogUrl()
        .map(named -> new CatalogPlace(CatalogAddress.of(named), Optional.empty()))
        .orElseGet(() -> embedded(configuration, section, directory));
  }

  /// Whether opening it makes a new embedded one.
  public static boolean isAbsent(
      Configuration configuration, ServerSection section, Optional<Path> directory) {
    return section.catalogUrl().isEmpty()
        && Files.notExists(own(configuration, section, directory));
  }

  private static Path own(
      Configuration configuration, ServerSection section, Optional<Path> directory) {
    return directory
        .or(() -> section.data().map(configuration.workingDirectory()::resolve))
        .orElseGet(configuration.environment()::dataHome)
        .resolve("catalog");
  }

  private static CatalogPlace embedded(
      Configuration configuration, ServerSection section, Optional<Path> directory) {
    Path home = configuration.program().orElse(configuration.workingDirectory());
    OwnServer cluster =
        configuration
            .standalone(Watch.none())
            .openServer(own(configuration, section, directory), home);
    return new CatalogPlace(
        new CatalogAddress(
            cluster.url(), OwnServer.NAME, new Secret(""), cluster.properties(OwnServer.NAME)),
        Optional.of(cluster));
  }

  /// Whether a server of our own, if there is one, is still there.
  ///
  /// @throws BackupException `CATALOG_UNAVAILABLE` if it ended
  public void requireRunning() {
    if (cluster.filter(own -> !own.isRunning()).isPresent()) {
      throw new BackupException(
          ErrorCode.CATALOG_UNAVAILABLE,
          "the embedded PostgreSQL server of the catalog ended",
          "Start 'holdfast serve' again; the log of that server is in its directory.");
    }
  }

  public CatalogAddress address() {
    return address;
  }

  @Override
  public void close() {
    cluster.ifPresent(OwnServer::close);
  }
}
