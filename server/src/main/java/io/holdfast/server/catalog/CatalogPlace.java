package io.holdfast.server.catalog;

import io.holdfast.base.Secret;
import io.holdfast.engine.api.Configuration;
import io.holdfast.engine.api.Watch;
import io.holdfast.engine.config.Environment;
import io.holdfast.engine.embedded.OwnServer;
import java.nio.file.Path;
import java.util.Optional;

/// Where the catalog is: in a database that somebody named, or in a PostgreSQL server of our own,
/// which closing stops.
public final class CatalogPlace implements AutoCloseable {
  private static final String DATA = "HOLDFAST_DATA";

  private final CatalogAddress address;
  private final Optional<OwnServer> cluster;

  private CatalogPlace(CatalogAddress address, Optional<OwnServer> cluster) {
    this.address = address;
    this.cluster = cluster;
  }

  /// Starts the embedded server where no other was named.
  ///
  /// @param directory of the embedded one, as the command line says
  public static CatalogPlace open(Configuration configuration, Optional<Path> directory) {
    Optional<Secret> url = configuration.environment().secret("CATALOG_URL");
    return url.map(named -> new CatalogPlace(CatalogAddress.of(named), Optional.empty()))
        .orElseGet(() -> embedded(configuration, directory));
  }

  private static CatalogPlace embedded(Configuration configuration, Optional<Path> directory) {
    Path data = directory.orElseGet(() -> directory(configuration));
    Path home = configuration.program().orElse(configuration.workingDirectory());
    OwnServer cluster =
        configuration.standalone(Watch.none()).openServer(data.resolve("catalog"), home);
    return new CatalogPlace(
        new CatalogAddress(
            cluster.url(), OwnServer.NAME, new Secret(""), cluster.properties(OwnServer.NAME)),
        Optional.of(cluster));
  }

  private static Path directory(Configuration configuration) {
    Environment environment = configuration.environment();
    return environment
        .text(DATA)
        .map(configuration.workingDirectory()::resolve)
        .orElseGet(environment::dataHome);
  }

  public CatalogAddress address() {
    return address;
  }

  @Override
  public void close() {
    cluster.ifPresent(OwnServer::close);
  }
}
