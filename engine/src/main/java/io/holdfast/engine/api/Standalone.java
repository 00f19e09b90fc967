package io.holdfast.engine.api;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.embedded.EmbeddedCluster;
import io.holdfast.engine.embedded.EmbeddedPrograms;
import io.holdfast.engine.embedded.EmbeddedRequest;
import io.holdfast.engine.embedded.OwnServer;
import io.holdfast.engine.portable.Decryption;
import io.holdfast.engine.portable.Encryption;
import io.holdfast.engine.portable.FileInput;
import io.holdfast.engine.portable.FileKeys;
import io.holdfast.engine.portable.FileOutput;
import io.holdfast.engine.quickstart.Quickstart;
import io.holdfast.engine.quickstart.QuickstartReport;
import io.holdfast.engine.wal.CapabilityFetch;
import io.holdfast.engine.wal.WalFetch;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/// Operations that need no repository of a configuration.
public final class Standalone {
  private final EngineContext context;

  Standalone(EngineContext context) {
    this.context = context;
  }

  /// Seals one file under a key of its own.
  public Encryption.Done encrypt(
      FileInput input, FileOutput output, Encryption.Format format, FileKeys keys) {
    return new Encryption(context, keys).encrypt(input, output, format);
  }

  /// Opens one file.
  public Decryption.Done decrypt(
      FileInput input, FileOutput output, Decryption.Options options, FileKeys keys) {
    return new Decryption(context, keys).decrypt(input, output, options);
  }

  /// As [WriteAheadLog#fetch], by the capability file of a restore in place of a key.
  ///
  /// @param elsewhere the repository's place, where it is no longer the one in the file
  public WalFetch.Outcome fetchWal(
      Path capability, Optional<String> elsewhere, String name, Path destination) {
    return new CapabilityFetch(context).fetch(capability, elsewhere, name, destination);
  }

  /// Starts a PostgreSQL server of our own, which the caller closes.
  ///
  /// @param directory everything of it is there; made if it is not
  /// @param home where the distribution is, whose PostgreSQL is used where the host has none
  public OwnServer openServer(Path directory, Path home) {
    return EmbeddedCluster.open(
        context, new EmbeddedRequest(directory, EmbeddedPrograms.archiveIn(home)));
  }

  /// The main job on a throw-away server.
  ///
  /// @param archive programs of PostgreSQL
  /// @param parent where everything is made, and removed again
  /// @param say gets what a person should read
  public QuickstartReport quickstart(
      Path archive, Path parent, Quickstart.Honesty honesty, Consumer<String> say) {
    return new Quickstart(context, say).run(archive, parent, honesty);
  }
}
