package io.holdfast.engine.embedded;

import io.holdfast.engine.EngineContext;
import io.holdfast.postgres.server.LastingServer;
import io.holdfast.postgres.server.ServerPrograms;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/// A server that runs on one data directory of a place, with its sockets.
///
/// @param sockets removed with it
record EmbeddedServer(LastingServer server, EmbeddedSockets sockets) implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(5);

  /// Makes a cluster in a new directory of the place, and nothing if that fails.
  static void initialise(EmbeddedPlace place, ServerPrograms programs, String name)
      throws IOException {
    Path data = place.makeEmpty(name);
    try {
      LastingServer.initialise(
          programs,
          new LastingServer.Place(data, data, place.log(name), place.mine()),
          EmbeddedCluster.NAME);
    } catch (IOException | RuntimeException e) {
      try {
        place.discard(name);
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  /// Starts the server and waits until it can be used.
  ///
  /// @param name of the data directory in the place
  static EmbeddedServer start(
      EngineContext context, EmbeddedPlace place, ServerPrograms programs, String name)
      throws IOException {
    EmbeddedSockets sockets = new EmbeddedSockets(place, "socket-" + name);
    Path directory = sockets.make(context.entropy(), context.environment());
    LastingServer server =
        LastingServer.start(
            programs,
            new LastingServer.Place(
                place.directory().resolve(name), directory, place.log(name), place.mine()),
            EmbeddedCluster.NAME,
            context.pause(),
            context.clock());
    EmbeddedServer started = new EmbeddedServer(server, sockets);
    try {
      server.awaitReady(START_LIMIT, context.cancellation());
      server.ensureDatabase(EmbeddedCluster.NAME);
      return started;
    } catch (IOException | RuntimeException e) {
      try {
        started.close();
      } catch (IOException f) {
        e.addSuppressed(f);
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      server.close();
    } finally {
      sockets.remove();
    }
  }
}
