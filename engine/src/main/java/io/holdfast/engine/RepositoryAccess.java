package io.holdfast.engine;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.FileReason;
import io.holdfast.base.Secret;
import io.holdfast.engine.config.KeySource;
import io.holdfast.engine.config.Settings;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.RecoveryKit;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.RetryingBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/// Opens and creates repositories from settings.
public final class RepositoryAccess {
  private static final int KEY_FILE_BYTES_MAX = 4096;
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
          BlobStore store = openStore(settings.repository());
          try {
            return new OpenRepository(
                Repository.open(store, key(settings.key()), options()), settings.repository());
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
    return patient(place, BlobStores.open(place, context.storeContext()));
  }

  /// Tries again what fails for a moment. What a directory says is nearly always final, so a full
  /// disk is never tried again, and a missing permission or a stale network mount for about two
  /// seconds; other stores are asked for half a minute.
  private BlobStore patient(String place, BlobStore store) {
    var policy =
        BlobStores.directory(place).isPresent()
            ? DIRECTORY_POLICY
            : RetryingBlobStore.Policy.DEFAULT;
    return new RetryingBlobStore(store, policy, context.entropy(), context.pause());
  }

  /// Creates the repository. Where no key was named, a key file is made first: a repository whose
  /// key was lost in a crash could never be opened.
  public Created init(Settings settings) {
    return Failures.translate(
        "create repository " + settings.repository(),
        () -> {
          BlobStores.requireUsable(settings.repository(), context.storeContext());
          Optional<Path> made = makeKeyFileIfMissing(settings.key());
          KeyMaterial key = key(settings.key());
          BlobStore store =
              patient(
                  settings.repository(),
                  BlobStores.create(settings.repository(), context.storeContext()));
          try {
            Repository.Initialized initialized = Repository.init(store, key, options());
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

  private RepositoryOptions options() {
    return RepositoryOptions.defaults(context.clock(), context.entropy(), context.pause());
  }

  private static void closeAfter(BlobStore store, Exception failure) {
    try {
      store.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private Optional<Path> makeKeyFileIfMissing(KeySource source) throws IOException {
    Path file =
        switch (source) {
          case KeySource.File named -> named.path();
          case KeySource.DefaultFile named -> named.path();
          case KeySource.Hex _, KeySource.Passphrase _ -> null;
        };
    if (file == null || Files.exists(file)) {
      return Optional.empty();
    }
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    byte[] key = context.entropy().bytes(32);
    byte[] text = (HexFormat.of().formatHex(key) + "\n").getBytes(StandardCharsets.US_ASCII);
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    try (FileChannel channel =
        FileChannel.open(
            file,
            java.util.Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            ownerOnly)) {
      ByteBuffer buffer = ByteBuffer.wrap(text);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
    if (directory != null) {
      try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
        entries.force(true);
      }
    }
    return Optional.of(file);
  }

  /// Reads the key that a source names.
  static KeyMaterial key(KeySource source) {
    return switch (source) {
      case KeySource.Hex hex -> KeyMaterial.fromHex(hex.digits());
      case KeySource.Passphrase passphrase -> new KeyMaterial.Passphrase(passphrase.text());
      case KeySource.File file -> keyFile(file.path());
      case KeySource.DefaultFile file -> {
        if (!Files.exists(file.path())) {
          throw new BackupException(
              ErrorCode.KEY_MISSING,
              "no key was given, and there is no key file " + file.path(),
              "Set BACKUP_ENCRYPTION_KEY, BACKUP_PASSPHRASE or BACKUP_KEY_FILE.");
        }
        yield keyFile(file.path());
      }
    };
  }

  private static KeyMaterial keyFile(Path file) {
    try {
      if (Files.size(file) > KEY_FILE_BYTES_MAX) {
        throw new BackupException(
            ErrorCode.KEY_MALFORMED,
            "key file " + file + " has " + Files.size(file) + " bytes",
            "A key file holds 64 hexadecimal digits.");
      }
      String text = Files.readString(file).strip();
      boolean isKit = text.lines().anyMatch(line -> line.startsWith("key-1:"));
      return isKit ? RecoveryKit.parse(new Secret(text)) : KeyMaterial.fromHex(new Secret(text));
    } catch (java.nio.charset.MalformedInputException e) {
      throw new BackupException(
          ErrorCode.KEY_MALFORMED,
          "key file " + file + " is not text",
          "A key file holds 64 hexadecimal digits.",
          e);
    } catch (IOException e) {
      throw new BackupException(
          ErrorCode.KEY_MALFORMED,
          "key file " + file + " cannot be read: " + FileReason.of(e),
          "Check the path and its permissions; 'holdfast init' makes a key file where none exists.",
          e);
    }
  }
}
