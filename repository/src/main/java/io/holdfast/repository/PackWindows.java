package io.holdfast.repository;

import io.holdfast.repository.ChunkIndex.Place;
import io.holdfast.repository.RepositoryOptions.Distance;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.TruncatedBlobException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads frames that are mostly wanted in the order in which they lie in their packs: whoever goes
/// on where the read before ended gets more at once. Keeps at most 16 MiB. Of a near store, where a
/// request costs next to nothing, exactly the frames are read and nothing is kept. *Thread-safe:*
/// the lock is not held while reading.
final class PackWindows {
  private static final int STEP_BYTES = 256 << 10;
  private static final int GROWTH = 4;
  private static final int LARGE_STEP_BYTES = 1 << 20;
  private static final int WINDOW_BYTES_MAX = 4 << 20;
  private static final long KEPT_BYTES_MAX = 16 << 20;

  private final BlobStore store;
  private final Distance distance;
  private final int firstBytes;
  private final Deque<Window> windows = new ArrayDeque<>();
  private final List<Pending> reading = new ArrayList<>();
  private long keptBytes;
  private long requests;
  private long readBytes;

  private PackWindows(BlobStore store, Distance distance, int firstBytes) {
    this.store = store;
    this.distance = distance;
    this.firstBytes = firstBytes;
  }

  /// For frames of which the next ones are wanted too, as a rule.
  static PackWindows eager(BlobStore store, Distance distance) {
    return new PackWindows(store, distance, STEP_BYTES);
  }

  /// For frames that may be wanted one by one: more is read only when a second one follows.
  static PackWindows careful(BlobStore store, Distance distance) {
    return new PackWindows(store, distance, 0);
  }

  private static final class Window {
    private final PackId pack;
    private final int offset;
    private final byte[] bytes;

    Window(Place place, byte[] bytes) {
      this.pack = place.pack().id();
      this.offset = place.offset();
      this.bytes = bytes;
    }

    long end() {
      return (long) offset + bytes.length;
    }

    boolean holds(Place place) {
      return pack.equals(place.pack().id())
          && offset <= place.offset()
          && (long) place.offset() + place.storedBytes() <= end();
    }

    /// True if the place is about where this window ends. One far behind it is no reason to read
    /// all that lies between.
    boolean leadsTo(Place place) {
      return pack.equals(place.pack().id())
          && offset <= place.offset()
          && place.offset() - end() < STEP_BYTES;
    }
  }

  /// The frame at a place. Who wants what somebody else is reading at the moment waits for it.
  byte[] frame(Place place) throws IOException {
    return switch (distance) {
      case NEAR -> exactly(place);
      case DISTANT -> ahead(place);
    };
  }

  private byte[] exactly(Place place) throws IOException {
    synchronized (this) {
      requests++;
      readBytes += place.storedBytes();
    }
    return read(place, place.storedBytes());
  }

  private byte[] ahead(Place place) throws IOException {
    Pending pending;
    synchronized (this) {
      awaitReadersOf(place);
      Window known = holding(place);
      if (known != null) {
        int from = place.offset() - known.offset;
        return Arrays.copyOfRange(known.bytes, from, from + place.storedBytes());
      }
      pending = new Pending(place.pack().id(), place.offset(), wanted(place));
      reading.add(pending);
      requests++;
      readBytes += pending.bytes;
    }
    try {
      byte[] bytes = read(place, pending.bytes);
      synchronized (this) {
        // Before it is kept: from then on somebody else's read may drop it.
        byte[] frame = Arrays.copyOf(bytes, place.storedBytes());
        keep(new Window(place, bytes));
        return frame;
      }
    } finally {
      synchronized (this) {
        reading.remove(pending);
        notifyAll();
      }
    }
  }

  /// What somebody reads at the moment.
  private record Pending(PackId pack, int offset, int bytes) {}

  private boolean isBeingRead(Place place) {
    long end = (long) place.offset() + place.storedBytes();
    return reading.stream()
        .anyMatch(
            other ->
                other.pack.equals(place.pack().id())
                    && other.offset <= place.offset()
                    && end <= (long) other.offset + other.bytes);
  }

  private synchronized void awaitReadersOf(Place place) throws InterruptedIOException {
    try {
      while (isBeingRead(place)) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while another thread read a pack");
    }
  }

  private byte[] read(Place place, int wanted) throws IOException {
    BlobKey key = ObjectNames.pack(place.pack().id());
    try {
      return store.getRange(key, place.offset(), wanted);
    } catch (TruncatedBlobException e) {
      if (wanted == place.storedBytes()) {
        throw e;
      }
      // The pack is shorter than it was: the frame itself may be there all the same.
      return store.getRange(key, place.offset(), place.storedBytes());
    }
  }

  private @Nullable Window holding(Place place) {
    for (Window window : windows) {
      if (window.holds(place)) {
        // The one that was not wanted for longest goes first.
        windows.remove(window);
        windows.addFirst(window);
        return window;
      }
    }
    return null;
  }

  private int wanted(Place place) {
    int bytes = firstBytes;
    for (Window window : windows) {
      if (window.leadsTo(place)) {
        int grown = Math.max(STEP_BYTES, window.bytes.length * GROWTH);
        bytes = Math.max(bytes, Math.min(WINDOW_BYTES_MAX, grown));
      }
    }
    if (bytes <= place.storedBytes()) {
      return place.storedBytes();
    }
    int there = place.pack().bytes() - PackFormat.FOOTER_BYTES - place.offset();
    int most = Math.min(there, untilOthers(place));
    return Math.max(place.storedBytes(), stepped(Math.min(bytes, most)));
  }

  /// How far it is to what somebody reads at the moment, or to a large piece that is there already:
  /// neighbours that ask in the wrong order must not fetch the same twice. Small pieces are read
  /// over; a further request would cost more.
  private int untilOthers(Place place) {
    int most = Integer.MAX_VALUE;
    for (Window window : windows) {
      if (window.bytes.length >= STEP_BYTES) {
        most = Math.min(most, bytesTo(place, window.pack, window.offset));
      }
    }
    for (Pending pending : reading) {
      most = Math.min(most, bytesTo(place, pending.pack, pending.offset));
    }
    return most;
  }

  private static int bytesTo(Place place, PackId pack, int offset) {
    boolean isAhead = offset > place.offset() && pack.equals(place.pack().id());
    return isAhead ? offset - place.offset() : Integer.MAX_VALUE;
  }

  /// Large windows have few different sizes, so that the store can use their arrays again.
  private static int stepped(int bytes) {
    return bytes < LARGE_STEP_BYTES ? bytes : bytes - bytes % LARGE_STEP_BYTES;
  }

  private void keep(Window window) {
    windows.addFirst(window);
    keptBytes += window.bytes.length;
    while (keptBytes > KEPT_BYTES_MAX && windows.size() > 1) {
      byte[] dropped = windows.removeLast().bytes;
      keptBytes -= dropped.length;
      store.giveBack(dropped);
    }
  }

  /// How often the store was asked.
  synchronized long requests() {
    return requests;
  }

  /// For how many bytes.
  synchronized long readBytes() {
    return readBytes;
  }
}
