package io.holdfast.storage;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.storage.StoreCapabilities.Support;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out whether a store really refuses to overwrite: some take the header and ignore it, some
/// look first and write then. Finds out, too, whether its listings follow at once. What cannot be
/// removed afterwards stays below `probe/`, 16 bytes long.
public final class PutProbe {
  private static final Logger log = LoggerFactory.getLogger(PutProbe.class);

  private static final String FOLDER = "probe/";
  private static final int CONTENT_BYTES = 16;
  private static final int RACES = 4;
  private static final int WRITERS = 16;

  private final BlobStore store;
  private final ConditionalPut put;
  private final String condition;
  private final Entropy entropy;

  /// @param condition the header that says that a put must not overwrite
  public PutProbe(BlobStore store, ConditionalPut put, String condition, Entropy entropy) {
    this.store = store;
    this.put = put;
    this.condition = condition;
    this.entropy = entropy;
  }

  /// One put with the condition, whose answer is taken as it is.
  @FunctionalInterface
  public interface ConditionalPut {
    /// Whether the store said that it has stored these bytes.
    boolean isStored(BlobKey key, ByteBuffer data) throws IOException;
  }

  /// Puts a few blobs and looks what becomes of them.
  ///
  /// @throws StoreRefusedException if it says nothing about the store that it refuses: these
  ///   credentials may not put, for example
  public StoreCapabilities probe() throws IOException {
    List<BlobKey> used = new ArrayList<>();
    List<BlobKey> stored = new ArrayList<>();
    try {
      String problem = overwrites(newKey(used));
      stored.addAll(used);
      for (int round = 0; round < RACES && problem.isEmpty(); round++) {
        problem = race(newKey(used), stored);
      }
      if (problem.isEmpty() && listed(stored).size() < stored.size()) {
        problem = "its listings leave out what was put a moment ago";
      }
      return problem.isEmpty()
          ? new StoreCapabilities(Support.YES, Support.YES, Support.YES, remarkOnRemoval(used))
          : nothing(problem);
    } catch (StoreRefusedException e) {
      if (!e.isUnsupported()) {
        throw e;
      }
      return nothing(String.valueOf(e.getMessage()));
    } finally {
      used.forEach(this::isRemoved);
    }
  }

  private BlobKey newKey(List<BlobKey> used) {
    BlobKey key = new BlobKey(FOLDER + HexFormat.of().formatHex(entropy.bytes(16)));
    used.add(key);
    return key;
  }

  /// Puts a key twice, one after the other; says what went wrong.
  private String overwrites(BlobKey key) throws IOException {
    byte[] first = entropy.bytes(CONTENT_BYTES);
    byte[] second = first.clone();
    second[0] ^= 1;
    if (!put.isStored(key, ByteBuffer.wrap(first))) {
      throw new WriteOutcomeUnknownException("somebody else has put " + key);
    }
    if (!isThere(key, first)) {
      return "a blob that was put is not there afterwards";
    }
    if (put.isStored(key, ByteBuffer.wrap(second))) {
      return "the store overwrites: it ignores the header " + condition;
    }
    return isThere(key, first) ? "" : "the store overwrites, although it answers that it does not";
  }

  /// Many writers put one key at once. A store that looks first and writes then lets two of them
  /// win, mostly; one that is not caught here may still be one.
  ///
  /// @param stored gets the key if exactly one has won: then it is there
  private String race(BlobKey key, List<BlobKey> stored) throws IOException {
    var winners = new AtomicInteger();
    Queue<StoreUnavailableException> unanswered = new ConcurrentLinkedQueue<>();
    try (Workers writers = Workers.virtual("probe")) {
      for (int writer = 0; writer < WRITERS; writer++) {
        byte[] content = entropy.bytes(CONTENT_BYTES);
        writers.start(
            () -> {
              try {
                if (put.isStored(key, ByteBuffer.wrap(content))) {
                  winners.incrementAndGet();
                }
              } catch (StoreUnavailableException e) {
                // So many at once may be too many: this one did not win.
                unanswered.add(e);
              }
            });
      }
      writers.join();
    }
    if (unanswered.size() == WRITERS) {
      throw unanswered.remove();
    }
    if (winners.get() == 1) {
      stored.add(key);
    }
    return winners.get() <= 1
        ? ""
        : winners + " of " + WRITERS + " writers of one blob were told that theirs is stored";
  }

  /// Nothing is lost by listings that still show what was deleted, but people should know.
  private String remarkOnRemoval(List<BlobKey> used) throws IOException {
    List<BlobKey> removed = used.stream().filter(this::isRemoved).toList();
    used.clear();
    return listed(removed).isEmpty() ? "" : "its listings still show what was deleted a moment ago";
  }

  private Set<BlobKey> listed(List<BlobKey> sought) throws IOException {
    Set<BlobKey> listed = new HashSet<>();
    store.list(
        FOLDER,
        blob -> {
          if (sought.contains(blob.key())) {
            listed.add(blob.key());
          }
        });
    return listed;
  }

  private boolean isThere(BlobKey key, byte[] content) throws IOException {
    try {
      return Arrays.equals(store.get(key, CONTENT_BYTES), content);
    } catch (NoSuchBlobException _) {
      return false;
    }
  }

  private static StoreCapabilities nothing(String remark) {
    return new StoreCapabilities(Support.NO, Support.NO, Support.NO, remark);
  }

  private boolean isRemoved(BlobKey key) {
    try {
      store.delete(key);
      return true;
    } catch (StoreRefusedException | BlobLockedException e) {
      log.debug("{} stays: these credentials may not remove it", key, e);
    } catch (IOException e) {
      log.warn("{} stays: it cannot be removed now", key, e);
    }
    return false;
  }
}
