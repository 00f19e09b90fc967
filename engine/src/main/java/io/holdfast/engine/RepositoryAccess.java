package io.holdfast.engine;

import io.holdfast.engine.config.KeyFiles;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.config.TransferLimits;
import io.holdfast.engine.wal.SourceWal;
import io.holdfast.repository.Domain;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.RepositoryOptions.Distance;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.ObservedBlobStore;
import io.holdfast.storage.ParallelReadBlobStore;
import io.holdfast.storage.RetryingBlobStore;
import io.holdfast.storage.YieldingBlobStore;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Opens and creates repositories from settings.
public final class RepositoryAccess {
  private static final RetryingBlobStore.Policy DIRECTORY_POLICY =
      new RetryingBlobStore.Policy(4, Duration.ofMillis(250), Duration.ofSeconds(1));

  private final EngineContext context;

  public RepositoryAccess(EngineContext context) {
    this.context = context;
  }

  /// What `init` made.
  ///
  /// @param keyFile where a new key was written, if one was made
  /// @param recoveryKit text to print and keep apart from the repository
  public record Created(OpenRepository repository, Optional<Path> keyFile, String recoveryKit) {}

  /// Opens the repository that the settings name. The caller closes it.
  public OpenRepository open(Settings settings) {
    return Failures.translate(
        "open repository " + settings.repository(),
        () -> {
          BlobStore store =
              new ObservedBlobStore(openStore(settings.repository(), settings.limits()));
          try {
            return new OpenRepository(
                Repository.open(store, KeyFiles.read(settings.key()), options(settings)),
                settings.repository());
          } catch (IOException | RuntimeException e) {
            closeAfter(store, e);
            throw e;
          }
        });
  }

  /// Opens the store at a place, without any key. The caller closes it.
  ///
  /// @throws BackupException if there is none
  public BlobStore openStore(String place) {
    return openStore(place, TransferLimits.NONE);
  }

  private BlobStore openStore(String place, TransferLimits limits) {
    return patient(place, BlobStores.open(place, context.storeContext(limits)));
  }

  /// Tries again what fails for a moment. What a directory says is nearly always final, so a full
  /// disk is never tried again, and a missing permission or a stale network mount for about two
  /// seconds; other stores are asked for half a minute.
  private BlobStore patient(String place, BlobStore store) {
    boolean isDirectory = BlobStores.directory(place).isPresent();
    BlobStore asked =
        isDirectory ? store : new YieldingBlobStore(store, context.clock(), context.pause());
    BlobStore retrying =
        new RetryingBlobStore(
            asked,
            isDirectory ? DIRECTORY_POLICY : RetryingBlobStore.Policy.DEFAULT,
            context.entropy(),
            context.pause());
    return isDirectory ? retrying : new ParallelReadBlobStore(retrying);
  }

  /// Creates the repository, with the keys of the source that the settings name. Where no key was
  /// named, a key file is made first: a repository whose key was lost in a crash could never be
  /// opened.
  public Created init(Settings settings) {
    return create(
        settings,
        (store, key) -> {
          Repository.Initialized made = Repository.init(store, key, options(settings));
          boolean _ = SourceWal.makeKeys(made.repository(), settings.source());
          Domain _ = made.repository().domain(settings.domain());
          return made;
        });
  }

  /// Creates a repository that shares the key space of another one: chunks are exchanged between
  /// both as they are. It has the keys of the other one's sources, and of no more.
  public Created initLike(Settings settings, OpenRepository like) {
    return create(
        settings,
        (store, key) -> Repository.initLike(store, key, options(settings), like.repository()));
  }

  private interface Making {
    Repository.Initialized make(BlobStore store, KeyMaterial key) throws IOException;
  }

  private Created create(Settings settings, Making making) {
    return Failures.translate(
        "create repository " + settings.repository(),
        () -> {
          BlobStores.requireUsable(settings.repository(), context.storeContext());
          Optional<Path> made = KeyFiles.makeIfMissing(settings.key(), context.entropy());
          KeyMaterial key = KeyFiles.read(settings.key());
          BlobStore store =
              patient(
                  settings.repository(),
                  BlobStores.create(
                      settings.repository(), context.storeContext(settings.limits())));
          try {
            Repository.Initialized initialized = making.make(store, key);
            return new Created(
                new OpenRepository(initialized.repository(), settings.repository()),
                made,
                initialized.recoveryKit().expose());
          } catch (IOException | RuntimeException e) {
            closeAfter(store, e);
            throw e;
          }
        });
  }

  private RepositoryOptions options(Settings settings) {
    return RepositoryOptions.defaults(context.clock(), context.entropy(), context.pause())
        .withZstdLevel(settings.compression().level())
        .withDistance(
            BlobStores.directory(settings.repository()).isPresent()
                ? Distance.NEAR
                : Distance.DISTANT);
  }

  private static void closeAfter(BlobStore store, Exception failure) {
    try {
      store.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
