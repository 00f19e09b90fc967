package io.holdfast.repository.wal;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStore.PutResult;
import io.holdfast.storage.NoSuchBlobException;
import io.holdfast.storage.TruncatedBlobException;
import io.holdfast.storage.WriteOutcomeUnknownException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Puts and reads objects that mean something by being there: an answer that got lost is resolved
/// by reading back, bytes that were there before are compared, other bytes are kept beside them.
/// *Thread-safe.*
final class WalObjects {
  /// How often a put with an unknown outcome is tried.
  private static final int ATTEMPTS = 3;

  /// Compares what is stored with what was to be stored.
  @FunctionalInterface
  interface Comparison {
    /// @throws CorruptRepositoryException if the stored object is damaged
    boolean isSame(byte[] stored);
  }

  /// The name of an object with a suffix.
  @FunctionalInterface
  interface KeyOfSuffix {
    BlobKey key(String suffix);
  }

  /// Reads something of an object.
  @FunctionalInterface
  interface Reading<T> {
    T read(BlobKey key) throws IOException;
  }

  private final BlobStore store;

  WalObjects(BlobStore store) {
    this.store = store;
  }

  /// Puts `object` under its name, or beside what is there and is not the same.
  ///
  /// @param contentName stands for the content in the names of variants: 8 hexadecimal digits
  PutOutcome putOrKeepBeside(
      KeyOfSuffix keys, String contentName, byte[] object, int bytesMax, Comparison comparison)
      throws IOException {
    PutOutcome outcome = put(keys.key(""), object, bytesMax, comparison);
    if (outcome == PutOutcome.STORED || outcome == PutOutcome.ALREADY_THERE) {
      return outcome;
    }
    String kind = outcome == PutOutcome.CONFLICT ? WalNames.CONFLICT : WalNames.REPLACEMENT;
    BlobKey beside = keys.key(kind + contentName);
    PutOutcome besideOutcome = put(beside, object, bytesMax, comparison);
    return switch (besideOutcome) {
      case STORED -> outcome;
      case ALREADY_THERE -> outcome == PutOutcome.REPAIRED ? besideOutcome : outcome;
      case CONFLICT, REPAIRED ->
          throw CorruptRepositoryException.damaged(
              beside + " and what it stands beside are both something else");
    };
  }

  /// Reads an object; where it is missing or damaged, what replaced it.
  <T> T readOrReplacement(KeyOfSuffix keys, Reading<T> reading) throws IOException {
    BlobKey key = keys.key("");
    try {
      return reading.read(key);
    } catch (CorruptRepositoryException e) {
      String prefix = key.value() + WalNames.REPLACEMENT;
      List<BlobKey> replacements = new ArrayList<>();
      store.list(
          key.value().substring(0, key.value().lastIndexOf('/') + 1),
          blob -> {
            if (blob.key().value().startsWith(prefix)) {
              replacements.add(blob.key());
            }
          });
      if (replacements.isEmpty()) {
        throw e;
      }
      return reading.read(replacements.getFirst());
    }
  }

  /// A whole object.
  byte[] read(BlobKey key, int bytesMax) throws IOException {
    try {
      Optional<BlobStore.BlobStat> stat = store.stat(key);
      if (stat.isPresent() && stat.get().bytes() > bytesMax) {
        throw CorruptRepositoryException.damaged(
            key + " has " + stat.get().bytes() + " bytes, expected at most " + bytesMax);
      }
      return store.get(key, bytesMax);
    } catch (NoSuchBlobException e) {
      throw missing(key, e);
    }
  }

  /// The first `bytes` bytes of an object, or all of a shorter one.
  byte[] readPrefix(BlobKey key, int bytes) throws IOException {
    try {
      return store.getRange(key, 0, bytes);
    } catch (TruncatedBlobException _) {
      return read(key, bytes);
    } catch (NoSuchBlobException e) {
      throw missing(key, e);
    }
  }

  private static CorruptRepositoryException missing(BlobKey key, NoSuchBlobException cause) {
    CorruptRepositoryException missing =
        CorruptRepositoryException.missing(key + " is not in the repository");
    missing.addSuppressed(cause);
    return missing;
  }

  /// Puts `object` under `key`.
  ///
  /// @param bytesMax what an object of this kind has at most
  /// @return STORED, ALREADY_THERE, CONFLICT if something else is there, REPAIRED if what is there
  ///   is damaged; in the last two cases nothing was stored
  PutOutcome put(BlobKey key, byte[] object, int bytesMax, Comparison comparison)
      throws IOException {
    IOException unknown = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        if (store.putIfAbsent(key, ByteBuffer.wrap(object)) == PutResult.STORED) {
          return PutOutcome.STORED;
        }
        return compare(key, bytesMax, comparison);
      } catch (WriteOutcomeUnknownException | NoSuchBlobException e) {
        // "Exists" was the answer, and then it was not there: the same as not knowing.
        unknown = first(unknown, e);
      } catch (IOException e) {
        if (unknown == null) {
          throw e;
        }
        unknown = first(unknown, e);
      }
    }
    throw new BackupException(
        ErrorCode.WRITE_OUTCOME_UNKNOWN,
        "nobody can say whether " + key + " was stored in " + store.describe(),
        "Check the store; then run the command again, it does no harm.",
        unknown);
  }

  private static IOException first(@Nullable IOException first, IOException later) {
    if (first == null) {
      return later;
    }
    first.addSuppressed(later);
    return first;
  }

  private PutOutcome compare(BlobKey key, int bytesMax, Comparison comparison) throws IOException {
    long bytes =
        store
            .stat(key)
            .orElseThrow(() -> new NoSuchBlobException("blob " + key + " vanished"))
            .bytes();
    if (bytes > bytesMax) {
      return PutOutcome.REPAIRED;
    }
    try {
      return outcome(comparison.isSame(store.get(key, bytesMax)));
    } catch (CorruptRepositoryException _) {
      // Once more: a damaged read is not yet a damaged object.
      try {
        return outcome(comparison.isSame(store.get(key, bytesMax)));
      } catch (CorruptRepositoryException _) {
        return PutOutcome.REPAIRED;
      }
    }
  }

  private static PutOutcome outcome(boolean same) {
    return same ? PutOutcome.ALREADY_THERE : PutOutcome.CONFLICT;
  }
}
